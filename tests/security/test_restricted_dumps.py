"""Dumps that psql obeys nothing in, with pg_dump, pg_dumpall and psql as the judges."""

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from pgnorm.catalog.cluster import read_cluster
from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.selection import EVERYTHING
from pgnorm.normalizer.dump.restricting import new_key
from pgnorm.normalizer.dump.roles import render_roles
from pgnorm.normalizer.dump.styles import PgDumpStyle
from pgnorm.normalizer.dump.writer import render
from pgnorm.normalizer.postgres.shadow import Shadow

if TYPE_CHECKING:
    from conftest import Loaded, Refused, Run

KEY = "k3y"
# What only a superuser can put there, and a dump prints as it is.
PLANTED = r"""
create text search dictionary notes (template = simple);
update pg_ts_dict set dictinitoption = E'stopwords = ''english'');\n\\! touch %s\n--' where dictname = 'notes'
"""


def _program(connection: psycopg.Connection, program: Path, *options: str, text: str | None = None) -> str:
    info = connection.info
    command = [str(program), "-h", info.host, "-p", str(info.port), "-U", info.user, *options]
    done = subprocess.run(command, capture_output=True, check=False, env={"PGTZ": "UTC"}, input=(text or "").encode())
    return (done.stdout + done.stderr).decode()


def _comparable(text: str) -> list[str]:
    return [line for line in text.split("\n") if not line.startswith("-- Dumped ")]


def test_as_pg_dump_writes_it(shadow: Shadow, database: psycopg.Connection) -> None:
    assert shadow.binaries is not None
    database.execute('create table notes (id int primary key, "a\n\\! b" text)')
    database.execute("create function \"f\r\\! x\"() returns int language sql as 'select 1'")
    options = ("--schema-only", "--quote-all-identifiers", "-d", database.info.dbname)
    theirs = _program(database, shadow.binaries.bindir / "pg_dump", *options, f"--restrict-key={KEY}")
    if "unrecognized option" in theirs:
        pytest.skip("this pg_dump is older than its option --restrict-key")
    ours = render(read(database), EVERYTHING, PgDumpStyle(restrict_key=KEY))
    assert _comparable(ours) == _comparable(theirs)
    theirs = _program(
        database,
        shadow.binaries.bindir / "pg_dumpall",
        *("--roles-only", "--no-role-passwords", "--quote-all-identifiers", f"--restrict-key={KEY}"),
    )
    assert render_roles(read_cluster(database), KEY) == theirs


def test_psql_runs_nothing_of_a_planted_text(shadow: Shadow, database: psycopg.Connection, tmp_path: Path) -> None:
    assert shadow.binaries is not None
    psql = shadow.binaries.bindir / "psql"
    if not psql.exists():
        pytest.skip("these programs have no psql")
    tmp_path.chmod(0o777)
    planted = tmp_path / "planted"
    database.execute((PLANTED % planted).encode())
    found = read(database)
    with shadow.session(scratch=True) as other:
        options = ("-X", "-d", other.connection.info.dbname)
        said = _program(
            other.connection, psql, *options, text=render(found, EVERYTHING, PgDumpStyle(restrict_key=new_key()))
        )
        assert not planted.exists(), said
        assert "backslash commands are restricted" in said
        _program(other.connection, psql, *options, text=render(found, EVERYTHING))
        assert planted.exists(), "the text runs a program where nothing restricts it"


def test_which_dumps_are_restricted(run: "Run", plain: Path) -> None:
    _, usual, _ = run("dump")
    _, again, _ = run("dump --format pg_dump")
    assert usual.count("\\restrict ") == again.count("\\unrestrict ") == 1
    assert usual != again, "a key is used once"
    assert "restrict" not in run("dump --no-restrict")[1]
    assert "restrict" not in run("dump --format supabase")[1]
    assert f"\n\\unrestrict {KEY}\n" in run(f"dump --format supabase --restrict --restrict-key {KEY}")[1]
    assert run(f"dump --restrict-key {KEY}") == run(f"dump --restrict-key {KEY}")
    assert f"\n\\restrict {KEY}\n" in run(f"dump --roles --restrict-key {KEY}")[1]
    for options, lines in (("out", 0), (f"other --restrict-key {KEY}", 1)):
        assert run(f"dump --split {options}")[0] == 0
        text = (plain / options.split()[0] / "01_tables.sql").read_text()
        assert text.count("\\restrict ") == text.count("\\unrestrict ") == lines


def test_what_is_restricted_is_a_source(run: "Run", same: Path) -> None:
    assert run("dump -o dump.sql")[0] == 0
    assert (same / "dump.sql").read_text().count("\\restrict ") == 1
    code, out, err = run("diff --from dump.sql --to files --check")
    assert (code, out) == (0, ""), err


def test_keys_that_psql_does_not_take(refused: "Refused", plain: Path) -> None:
    assert plain.exists()
    for key in ("a b", "a-b", "é", "k\nx"):
        refused(f"dump --restrict-key '{key}'", "letters a to z")
    refused("dump --json --restrict", "--json has one form")
    refused(f"dump --no-restrict --restrict-key {KEY}", "goes with --restrict")


def test_names_stay_in_their_line(loaded: "Loaded") -> None:
    with loaded('create schema "s\nselect 1/0; --"; create view "s\nselect 1/0; --"."v\r\\! x" as select 1') as (
        made,
        _,
    ):
        text = render(read(made), EVERYTHING)
    lines = text.replace("\r", "\n").split("\n")
    assert [line for line in lines if line.startswith("-- Name: v")] == [
        "-- Name: v \\! x; Type: VIEW; Schema: s select 1/0; --; Owner: postgres"
    ]
