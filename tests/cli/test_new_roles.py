"""Roles that the files of the new side make come first in a migration."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from addresses import address

if TYPE_CHECKING:
    from conftest import Run

ROLES = """
create role pgnorm_reader nologin noinherit createdb connection limit 3;
create role "pgnorm Writer" login password 'secret' valid until '2100-01-01 00:00:00+00';
alter role pgnorm_reader set statement_timeout = '5s';
comment on role pgnorm_reader is 'reads';
grant pgnorm_reader to "pgnorm Writer" with admin option;
grant pg_read_all_data to pgnorm_reader;
create table letters (id int);
grant select on letters to pgnorm_reader;
alter table letters owner to "pgnorm Writer";
create policy p on letters to pgnorm_reader using (true);
"""
NAMES = ("pgnorm_reader", "pgnorm Writer")


@pytest.fixture
def server(database: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """A database on a server that has none of the roles, afterwards as well."""
    yield database
    for name in NAMES:
        if database.execute("select from pg_roles where rolname = %s", (name,)).rowcount:
            database.execute(f'drop owned by "{name}" cascade'.encode())
    for name in NAMES:
        database.execute(f'drop role if exists "{name}"'.encode())


def _made(role: str) -> str:
    """The statement that makes a role, also where another database of the server has made it."""
    return f"DO $$ BEGIN\n    CREATE ROLE {role};\nEXCEPTION WHEN duplicate_object THEN NULL;\nEND $$;\n"


@pytest.mark.parametrize("proof", ["catalog", "pg_dump"])
def test_roles_of_schema_files_are_made_before_what_names_them(run: "Run", plain: Path, proof: str) -> None:
    (plain / "schemas" / "02.sql").write_text(ROLES)
    code, out, err = run(f"diff --proof {proof}")
    assert (code, "secret" in out) == (0, False)
    assert out.startswith(
        _made("\"pgnorm Writer\" WITH LOGIN VALID UNTIL '2100-01-01 00:00:00+00'")
        + _made('"pgnorm_reader" WITH NOLOGIN NOINHERIT CREATEDB CONNECTION LIMIT 3')
        + "COMMENT ON ROLE \"pgnorm_reader\" IS 'reads';\n"
        'ALTER ROLE "pgnorm_reader" SET "statement_timeout" TO \'5s\';\n'
    )
    assert 'GRANT "pgnorm_reader" TO "pgnorm Writer" WITH ADMIN OPTION;\n' in out
    assert "  + role pgnorm Writer: its password, if it has one, is not written\n  + role pgnorm_reader\n" in err
    assert "  + member pgnorm Writer of role pgnorm_reader\n" in err
    said = json.loads(run("diff --json")[1])["roles"]
    assert [(each["action"], each["role"]) for each in said] == [
        ("create", "pgnorm Writer"),
        ("create", "pgnorm_reader"),
        ("grant", "pg_read_all_data"),
        ("grant", "pgnorm_reader"),
    ]
    assert run("diff -f roles")[0] == 0
    assert run("diff --check")[:2] == (0, "")


def test_a_role_alone_is_a_migration(run: "Run", same: Path) -> None:
    (same / "schemas" / "02.sql").write_text("create role pgnorm_reader;")
    assert run("diff --check")[:2] == (1, _made('"pgnorm_reader" WITH NOLOGIN'))
    (same / "schemas" / "02.sql").write_text("grant pg_monitor to pg_signal_backend; create role pgnorm_reader;")
    (same / "migrations" / "20250101000000_role.sql").write_text("grant select on notes to pgnorm_reader;")
    assert "CREATE ROLE" not in run("diff")[1]


def test_a_live_server_tells_which_roles_it_lacks(run: "Run", server: psycopg.Connection, folder: Path) -> None:
    (folder / "new.sql").write_text(ROLES)
    line = f"diff --from '{address(server)}' --to new.sql"
    out = run(line)[1]
    assert out.count("CREATE ROLE") == len(NAMES)
    server.execute(out.encode())
    member = "select admin_option from pg_auth_members where roleid = 'pgnorm_reader'::regrole and member = %s::regrole"
    assert server.execute(member, ('"pgnorm Writer"',)).fetchall() == [(True,)]
    assert run(line)[:2] == (0, "")


def test_a_role_that_nobody_makes_and_a_live_server_lacks_is_told(
    run: "Run", server: psycopg.Connection, folder: Path
) -> None:
    (folder / "new.sql").write_text("create table letters (id int); grant select on letters to pgnorm_reader;")
    err = run(f"diff --from '{address(server)}' --to new.sql")[2]
    assert "The old side has no role pgnorm_reader, which the files name and do not make" in err
