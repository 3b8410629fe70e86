"""A database of somebody who is no superuser, read by a superuser: nothing of what is in it runs."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from planting import SCHEMA, SIGN, Names, asked, names_in, plant
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pgnorm.catalog.cluster import read_cluster
from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.selection import EVERYTHING
from pgnorm.normalizer.dump.writer import render
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.proof.pg_dump import dumped

if TYPE_CHECKING:
    from conftest import Run

PATHS = (f"{SCHEMA}, pg_catalog", f"pg_temp, {SCHEMA}, public", f"{SCHEMA}, pg_temp, pg_catalog")


@pytest.fixture(scope="module")
def foreign(shadow: Shadow) -> Iterator[psycopg.Connection]:
    """A superuser's connection to a database in which its owner has planted all that it can."""
    with shadow.session(scratch=True) as session:
        connection = session.connection
        name = sql.Identifier(connection.info.dbname)
        connection.execute("create role mallory; create role reader superuser login password 'x'")
        connection.execute(sql.SQL("alter database {} owner to mallory").format(name))
        connection.execute("set session authorization mallory")
        assert plant(connection, names_in(asked(connection))) > 300
        connection.execute("reset session authorization")
        yield connection


def words(connection: psycopg.Connection) -> str:
    info = connection.info
    return make_conninfo("", host=info.host, port=info.port, dbname=info.dbname, user="reader", password="x")


@pytest.fixture(params=["database", "role", "role in database"])
def owner(request: pytest.FixtureRequest, foreign: psycopg.Connection) -> Iterator[sql.Composable]:
    """What a path is set for."""
    name = sql.Identifier(foreign.info.dbname)
    whose: sql.Composable = {
        "database": sql.SQL("database {}").format(name),
        "role": sql.SQL("role reader"),
        "role in database": sql.SQL("role reader in database {}").format(name),
    }[request.param]
    yield whose
    foreign.execute(sql.SQL("alter {} reset all").format(whose))


def set_path(connection: psycopg.Connection, owner: sql.Composable, path: str) -> None:
    schemas = sql.SQL(", ").join(sql.Identifier(schema) for schema in path.split(", "))
    connection.execute(sql.SQL("alter {} set search_path to {}").format(owner, schemas))


def lines(dump: str) -> list[str]:
    return [line for line in dump.split("\n") if not re.match(r"\\(un)?restrict |-- Dumped (from|by) ", line)]


@pytest.mark.parametrize("path", PATHS)
def test_nothing_planted_runs(shadow: Shadow, foreign: psycopg.Connection, owner: sql.Composable, path: str) -> None:
    assert shadow.binaries is not None
    set_path(foreign, owner, path)
    with psycopg.connect(words(foreign), autocommit=True) as reading:
        assert reading.execute("show search_path").fetchone() == (path,)
        dump = render(read(reading), EVERYTHING)
        assert {role.name for role in read_cluster(reading).roles} >= {"mallory", "reader"}
    assert lines(dump) == lines(dumped(foreign, shadow.binaries.bindir / "pg_dump"))


@pytest.mark.parametrize(
    "line",
    [
        "dump --db-url '{}'",
        "dump --json --db-url '{}'",
        "dump --roles --db-url '{}'",
        "fix-functions --check --from '{}' f.sql",
        "diff --from '{}' --to f.sql --no-proof",
    ],
)
def test_no_command_runs_it(foreign: psycopg.Connection, run: "Run", folder: Path, line: str) -> None:
    (folder / "f.sql").write_text("create function f() returns int language sql as 'select 1';\n")
    whose = sql.SQL("database {}").format(sql.Identifier(foreign.info.dbname))
    set_path(foreign, whose, PATHS[0])
    try:
        code, _, err = run(line.replace("{}", words(foreign)))
    finally:
        foreign.execute(sql.SQL("alter {} reset all").format(whose))
    assert SIGN not in err
    assert code != 2, err


def test_what_is_planted_would_run(foreign: psycopg.Connection) -> None:
    """Each query of ours meets it where nothing is settled before."""
    _, *others = asked(foreign)
    with psycopg.connect(words(foreign), autocommit=True) as reading:
        reading.execute(f"set search_path = {SCHEMA}, pg_catalog".encode())
        for query in ("select set_config('jit', 'off', true)", *others):
            with pytest.raises(psycopg.Error):
                reading.execute(query.encode())
        with pytest.raises(psycopg.errors.RaiseException, match=SIGN):
            reading.execute("select set_config('jit', 'off', true)")


def test_an_owner_can_not_plant_what_is_called_at_login(foreign: psycopg.Connection) -> None:
    foreign.execute("set session authorization mallory")
    try:
        for statement in (
            "create event trigger t on ddl_command_start execute function public.fired()",
            "create function c() returns int language internal as 'int4in'",
            "create function pg_catalog.f() returns int language sql as 'select 1'",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                foreign.execute(statement.encode())
    finally:
        foreign.execute("reset session authorization")


def test_temporary_objects_stand_in_for_nothing(database: psycopg.Connection) -> None:
    database.execute("create table t (a int check (a > 0)); create policy p on t; create view v as table pg_class")
    before = read(database)
    names: Names = names_in(asked(database))
    with database.transaction():
        for name in sorted(names.relations):
            database.execute(f'create temp table "{name}" (x int)'.encode())
        for name in sorted(names.types - names.relations):
            database.execute(f'create domain pg_temp."{name}" as pg_catalog.text'.encode())
        after = read(database)
    assert after.objects == before.objects
