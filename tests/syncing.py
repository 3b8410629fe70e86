"""Changes of a database brought back into the schema files of fixtures/crm, and projects that are as their database."""

import difflib
from pathlib import Path

import psycopg
from addresses import address
from conftest import Run


def schema_texts(crm: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in sorted((crm / "supabase" / "schemas").glob("*.sql"))}


def changed_lines(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The lines that are gone, then those that are new, with their files."""
    return [
        f"{name}: {line}"
        for sign in ("- ", "+ ")
        for name, text in before.items()
        for line in difflib.ndiff(text.splitlines(), after[name].splitlines())
        if line.startswith(sign)
    ]


def synced(run: Run, crm: Path, studio: psycopg.Connection, change: str) -> list[str]:
    """The lines that a change in the database makes other, once it is proved that the files say it and no more."""
    before = schema_texts(crm)
    studio.execute(change.encode())
    code, _, said = run(f"sync --db-url '{address(studio)}'")
    assert code == 0, said
    code, plan, said = run(f"diff --db-url '{address(studio)}' --to files --check")
    assert (code, plan) == (0, ""), said
    after = schema_texts(crm)
    code, _, said = run(f"sync --db-url '{address(studio)}' --check")
    assert code == 0, said
    assert schema_texts(crm) == after
    return changed_lines(before, after)


def all_say(project: Path, database: psycopg.Connection, text: str) -> Path:
    """The one schema file of a project whose migrations and database are made by the same text."""
    file = project / "schemas" / "01_all.sql"
    file.write_text(text)
    (project / "migrations" / "1_all.sql").write_text(text)
    database.execute(text.encode())
    return file
