"""What was changed in the files and in a database, decided for one of them: by name, or by whoever is asked."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from addresses import address
from conftest import Run
from syncing import changed_lines, schema_texts

CONFLICTS = [
    pytest.param(
        ("01_tables.sql", "  title       text not null,", "  title       varchar(40) not null,"),
        "alter table public.tasks alter column title type varchar(80);",
        "01_tables.sql:112:1: column public.tasks.title was changed in the files and in the source",
        id="both changed",
    ),
    pytest.param(
        ("01_tables.sql", "create index companies_owner_id_idx on public.companies (owner_id);\n", ""),
        "drop index public.companies_owner_id_idx;"
        "create index companies_owner_id_idx on public.companies (owner_id, id)",
        "index public.companies_owner_id_idx is gone in the files, and is there, changed, in the source",
        id="dropped and changed",
    ),
    pytest.param(
        ("06_grants.sql", "-- What comes later", "grant select on public.tags to anon;\n-- What comes later"),
        "drop table public.tags",
        "table public.tags is there in the files, and is gone, changed, in the source",
        id="changed and dropped",
    ),
    pytest.param(
        (
            "05_policies.sql",
            "-- tags and",
            "create view public.some with (security_invoker) as select 1 as one;\n-- tags and",
        ),
        "create view public.some as select 2 as two",
        "view public.some was changed in the files and in the source",
        id="both made",
    ),
]


@pytest.mark.parametrize(("edit", "change", "message"), CONFLICTS)
def test_conflicts_leave_the_files_alone(
    run: Run, crm: Path, studio: psycopg.Connection, edit: tuple[str, str, str], change: str, message: str
) -> None:
    name, old, new = edit
    file = crm / "supabase" / "schemas" / name
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    before = schema_texts(crm)
    studio.execute(change.encode())
    code, out, said = run(f"sync --db-url '{address(studio)}'")
    assert (code, out) == (2, "")
    assert message in said
    assert "Nothing is written." in said
    assert schema_texts(crm) == before


@pytest.mark.parametrize("side", ["ours", "theirs"])
@pytest.mark.parametrize(("edit", "change", "message"), CONFLICTS)
def test_conflicts_are_decided_by_name(
    run: Run,
    crm: Path,
    studio: psycopg.Connection,
    edit: tuple[str, str, str],
    change: str,
    message: str,
    side: str,
) -> None:
    name, old, new = edit
    file = crm / "supabase" / "schemas" / name
    file.write_text(file.read_text().replace(old, new))
    before = schema_texts(crm)
    studio.execute(f"{change}; alter table public.deals add column more text".encode())
    code, _, said = run(f"sync --db-url '{address(studio)}' --{side} 'public.*' --{side} no_such.thing")
    assert code == 0, said
    subject = message.rpartition(": ")[2].partition(" was ")[0].partition(" is ")[0].removeprefix("01_tables.sql")
    assert f"As the {'files say' if side == 'ours' else 'source says'}: {subject}" in said
    assert "no conflict is about an object of the name no_such.thing" in said
    lines = changed_lines(before, schema_texts(crm))
    assert "01_tables.sql: +   more           text," in lines
    if side == "theirs":
        code, plan, said = run(f"diff --db-url '{address(studio)}' --to files --check")
        assert (code, plan) == (0, ""), said
    else:
        assert len(lines) == 1


def test_a_conflict_that_both_sides_are_to_win(run: Run, crm: Path, studio: psycopg.Connection) -> None:
    file = crm / "supabase" / "schemas" / "01_tables.sql"
    file.write_text(file.read_text().replace("  title       text not null,", "  title       varchar(40) not null,"))
    before = schema_texts(crm)
    studio.execute("alter table public.tasks alter column title type varchar(80)")
    code, _, said = run(f"sync --db-url '{address(studio)}' --ours 'public.*' --theirs tasks.title")
    assert (code, "--ours and --theirs both name column public.tasks.title" in said) == (2, True)
    assert schema_texts(crm) == before


def test_nobody_is_asked_without_a_terminal(run: Run, crm: Path) -> None:
    code, _, said = run("sync --interactive")
    assert (code, "Decide conflicts by --ours and --theirs" in said) == (2, True)


@pytest.mark.parametrize(("answer", "type_"), [("ours", "varchar(40)"), ("theirs", "character varying(80)")])
def test_on_a_terminal_conflicts_are_asked_about(
    crm: Path, studio: psycopg.Connection, answer: str, type_: str
) -> None:
    file = crm / "supabase" / "schemas" / "01_tables.sql"
    file.write_text(file.read_text().replace("  title       text not null,", "  title       varchar(40) not null,"))
    studio.execute("alter table public.tasks alter column title type varchar(80), add column note text")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pgnorm.cli", "sync", "--interactive", "--db-url", address(studio)]
    with subprocess.Popen(command, cwd=crm, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        while b"Which counts?" not in said:
            said += os.read(ours, 1000)
        os.write(ours, f"{answer}\n".encode())
        assert process.wait() == 0, said
    os.close(ours)
    assert f"  title       {type_} not null,\n" in file.read_text()
    assert "  note        text\n" in file.read_text()


def test_each_side_has_the_name_that_the_options_give_it(run: Run, same: Path, database: psycopg.Connection) -> None:
    database.execute("create table notes (id int primary key, body text)")
    code, _, err = run(f"sync --db-url '{address(database)}'")
    assert (
        code,
        [
            line.partition(": ")[0]
            for line in err.splitlines()
            if "1 file" in line or "migration" in line or "database" in line
        ],
    ) == (0, ["source", "files", "base"]), err
    assert "\nfiles: 1 file of schemas\n" in run("sync --from files --canonical table --check")[2]
    assert "base: 1 file of schemas\n" in run(f"sync --db-url '{address(database)}' --base files")[2]
    assert same.is_dir()
