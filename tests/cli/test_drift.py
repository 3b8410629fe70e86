"""`pgnorm log` of a database: how far it is, what was applied in another text, and what no migration did."""

import json
from pathlib import Path

import psycopg
import pytest
from conftest import Run

MIGRATIONS = {
    "1_init.sql": """create table people (id int primary key, name text not null, note text);
create table gone (id int);
alter table people enable row level security;
""",
    "2_more.sql": """create policy own on people using (id = 1);
alter table people alter note type varchar(20);
drop table gone;
create table gone (id bigint);
""",
    "3_last.sql": "create index by_name on people (name);\n",
}
BY_HAND = """
create index by_hand on people (note);
alter policy own on people using (id = 2);
drop table gone;
alter table people alter note type varchar(30);
create table others (id int primary key);
create index by_note on people (note);
create index rows_by_name on people (name, note);
"""


@pytest.fixture
def project(plain: Path) -> Path:
    """A project whose migrations are these."""
    (plain / "pgnorm.toml").write_text('history = "pgnorm.migrations"\n')
    for name, text in MIGRATIONS.items():
        (plain / "migrations" / name).write_text(text)
    return plain


def test_what_became_of_a_database(run: Run, project: Path, at: str, database: psycopg.Connection) -> None:
    assert run(f"migration up {at}")[0] == 0
    code, out, err = run(f"log {at}")
    assert (code, out) == (
        0,
        "The database is at 3_last: 3 of 3 migrations are applied\nIt matches them: no changes outside migrations\n",
    ), err
    database.execute(BY_HAND)
    (project / "migrations" / "3_last.sql").write_text("\nselect 1;\ncreate index by_id on people (id);\n")
    (project / "migrations" / "4_new.sql").write_text(
        "create index by_note on people (note);\ncreate index rows_by_name on people (name);\n"
    )
    code, out, err = run(f"log {at}")
    assert (code, out) == (
        0,
        """The database is at 3_last: 3 of 4 migrations are applied
  4_new: pending
3_last was applied in another text than migrations/3_last.sql has by now. \
Compared with what the file makes: added (+), missing (-), different (~):
  + index public.by_name
  - index public.by_id
No migration that is applied there did this:
  + table public.others
  ~ column public.people.note: type, which migrations/2_more.sql:2:1 last set
  + index public.by_hand
  + index public.by_note; migrations/4_new.sql:1:1, not applied there, does the same
  + index public.rows_by_name; migrations/4_new.sql:2:1, not applied there, does something to it too
  ~ policy public.people.own: USING, which migrations/2_more.sql:1:1 last set
  - table public.gone, which migrations/2_more.sql:4:1 made
""",
    ), err
    code, out, err = run(f"log {at} public.people.own public.gone --json")
    found = json.loads(out)
    assert (code, found["at"], found["guessed"], found["applied_otherwise"]) == (0, "3", False, []), err
    assert [(each["name"], each["change"], each["what"], each["made"]) for each in found["changes"]] == [
        ("public.people.own", "altered", ["USING"], "migrations/2_more.sql:1:1"),
        ("public.gone", "dropped", [], "migrations/2_more.sql:4:1"),
    ]
    code, _, err = run(f"diff --from migrations --to '{at.split(maxsplit=1)[1][1:-1]}'")
    assert (code, "How the database came to differ: pgnorm log --db-url URL" in err) == (0, True), err
    code, out, err = run("log")
    assert (code, "Name an object, or with --local, --db-url or the like a database." in err) == (2, True)


def test_histories_that_do_not_tell_all(run: Run, project: Path, at: str, database: psycopg.Connection) -> None:
    (project / "migrations" / "4_long.sql").write_text("create table far (id int); vacuum far; select 1 / 0;\n")
    assert run(f"migration up {at}")[0] == 2
    (project / "migrations" / "1_init.sql").unlink()
    (project / "migrations" / "3_last.sql").write_text("this loads nowhere;\n")
    database.execute("insert into pgnorm.migrations values ('0', null, 'old')")
    code, out, err = run(f"log {at}")
    assert (code, out) == (
        0,
        """The database is at 3_last: 4 of 5 migrations are applied
  0_old: applied, no such file
  1_init: applied, no such file
  4_long: unfinished, 2 statements are carried out
What 0 did nobody knows: the history has no statements of it, and the folder no file
3_last was applied in another text than migrations/3_last.sql has by now, which does not load behind the others
It matches them: no changes outside migrations
""",
    ), err
    database.execute("drop schema pgnorm cascade; drop index by_name")
    (project / "migrations" / "1_init.sql").write_text(MIGRATIONS["1_init.sql"])
    (project / "migrations" / "3_last.sql").write_text(MIGRATIONS["3_last.sql"])
    (project / "migrations" / "4_long.sql").unlink()
    code, out, err = run(f"log {at}")
    assert (code, out) == (
        0,
        """The database has no history of migrations; it is most like 2_more
  3_last: pending
No migration that is applied there did this:
  + table public.far
""",
    ), err
