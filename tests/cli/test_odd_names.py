"""Names that nobody meant well, in what people are told: no line of their own, nothing that turns text around."""

import json
import os
import re
from pathlib import Path

import psycopg
import pytest
from conftest import Run

NAME = "2_\u202ea\n::error::x\udcff.sql"


@pytest.mark.parametrize("form", ["text", "json", "github", "gitlab", "sarif"])
def test_a_file_of_an_odd_name(run: Run, plain: Path, form: str) -> None:
    (plain / "schemas" / "01_tables.sql").write_text("select 1;\n")
    (plain / "migrations" / os.fsdecode(os.fsencode(NAME))).write_text("select nothing;\n")
    code, out, err = run(f"check --output-format {form}")
    assert code == 1, err
    if form in ("text", "github"):
        assert "\u202e" not in out
        assert form == "text" or "\n::error::x" not in out
    else:
        assert json.loads(out.encode().decode())


EVIL = "a\nforged: \u202e\x1b[2Jx"


def test_objects_of_an_odd_name(run: Run, plain: Path, at: str, database: psycopg.Connection) -> None:
    """A name makes no line that could be one of ours, and gets no control character through, whoever names it."""
    made = f"""create schema "{EVIL}"; create table "{EVIL}"."{EVIL}" (id int primary key, "{EVIL}" int);
        create view public.v as select * from "{EVIL}"."{EVIL}";
        create function public."{EVIL}"() returns int language plpgsql as $$ begin return 1; end $$;
        comment on schema "{EVIL}" is 'x';\n"""
    database.execute(f'{made}create sequence public."{EVIL}"; create role "{EVIL}"')
    database.execute(
        f'grant all on schema "{EVIL}" to "{EVIL}"; grant all on all tables in schema "{EVIL}" to "{EVIL}"'
    )
    (plain / "schemas" / "01_tables.sql").write_text(made)
    (plain / "migrations" / "1_evil.sql").write_text(made)
    (plain / "old.sql").write_text("")
    (plain / "pgnorm.toml").write_text('history = "pgnorm.migrations"\n')
    url = at.partition(" ")[2]
    wrong = f"""select * from "{EVIL}".nothing;
        do $$ begin raise exception 'it''s "%"', '{EVIL}' using hint = 'try {EVIL}', detail = 'of {EVIL}'; end $$;\n"""
    (plain / "wrong.sql").write_text(wrong)
    for line, wanted in (
        (f"diff --from old.sql --to {url} -v", 0),
        (f"diff --from {url} --to old.sql -v", 0),
        (f"diff --from {url} --to old.sql --no-drops", 0),
        ("blame public.v -v", 0),
        ("log public.v", 0),
        (f"log {at}", 0),
        ("check", 1),
        (f"access {at}", 0),
        (f"access {at} --format markdown", 0),
        ("diff --from wrong.sql --to old.sql", 2),
    ):
        code, out, err = run(line)
        assert code == wanted, (line, err)
        said = err + ("" if line.startswith("diff") else out)
        assert "forged" in said, line
        assert not re.search(r"^forged|[\x1b\u202e]", said, re.MULTILINE), (line, said)
