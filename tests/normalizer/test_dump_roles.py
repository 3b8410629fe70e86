"""The roles of a server, with pg_dumpall as the judge."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from pgnorm.catalog.cluster import read_cluster
from pgnorm.normalizer.dump.roles import render_roles
from pgnorm.normalizer.postgres.shadow import Shadow

NAMES = ("plain", 'it\'s "quoted"', "two\nlines", "Grün", "select", "back\\slash", "x" * 63, "unprivileged", "_a", "A")


def _pg_dumpall(connection: psycopg.Connection, program: Path) -> str:
    info = connection.info
    command = [str(program), "--roles-only", "--no-role-passwords", "--quote-all-identifiers"]
    command += ["-h", info.host, "-p", str(info.port), "-U", info.user]
    done = subprocess.run(command, capture_output=True, check=True, env={"PGTZ": "UTC", "PGCLIENTENCODING": "UTF8"})
    return re.sub(r"^\\(un)?restrict .*\n", "", done.stdout.decode(), flags=re.MULTILINE)


@pytest.fixture
def roles(shadow: Shadow, database: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """A server with roles of all sorts, which are gone afterwards."""

    def run(text: LiteralString, *names: str) -> None:
        database.execute(sql.SQL(text).format(*map(sql.Identifier, names)))

    for name in NAMES:
        run("create role {}", name)
    run("alter role {} superuser noinherit login replication bypassrls password 'secret'", NAMES[1])
    run("alter role {} createrole createdb connection limit 3 valid until '2031-02-03 04:05:06.7+02'", NAMES[3])
    run("alter role {} valid until 'infinity' connection limit 0", NAMES[4])
    run("comment on role {} is $$it's a \\ ''comment\nof two lines$$", NAMES[2])
    run("comment on role {} is ''", NAMES[1])
    run("alter role {} set search_path = \"a b\", '', 'C''d', public", NAMES[2])
    run("alter role {} set work_mem = '8MB'; alter role {} set \"my.own\" = $$back\\slash '$$", NAMES[2], NAMES[2])
    run("alter role {} set role = {}", NAMES[4], NAMES[0])
    run("grant {} to {} with admin option; grant {} to {}; grant {} to {}", *NAMES[:2], *NAMES[2:4], *NAMES[2:5:2])
    run("grant pg_monitor to {}; grant {} to pg_read_all_data", NAMES[3], NAMES[5])
    if shadow.major >= 15:
        run("grant set on parameter work_mem to {}; grant alter system on parameter my.own to public", NAMES[1])
        run("grant all on parameter maintenance_work_mem to {} with grant option", NAMES[2])
    if shadow.major >= 16:
        # The names are such that a grantor comes after those whom it gave the membership.
        run("grant {} to {} with admin true, inherit false, set false", "select", "x" * 63)
        for member, grantor in (("plain", "x" * 63), ("_a", "plain"), ("A", "_a")):
            run("grant {} to {} with admin true, set false granted by {}", "select", member, grantor)
    yield database
    for name in NAMES:
        run("drop owned by {} cascade", name)
    database.execute(sql.SQL("drop role {}").format(sql.SQL(", ").join(map(sql.Identifier, NAMES))))


def _add_label(connection: psycopg.Connection) -> None:
    """Give a label that no provider would give: there is none in a plain server."""
    with connection.transaction():
        connection.execute("set local allow_system_table_mods = on")
        connection.execute(
            "insert into pg_shseclabel select oid, 'pg_authid'::regclass, 'the \"provider\"', 'it''s \\ secret'"
            " from pg_roles where rolname = 'plain'"
        )


def test_as_pg_dumpall_prints_them(shadow: Shadow, roles: psycopg.Connection) -> None:
    assert shadow.binaries is not None
    _add_label(roles)
    found = render_roles(read_cluster(roles))
    assert found == _pg_dumpall(roles, shadow.binaries.bindir / "pg_dumpall")
    assert "SECURITY LABEL" in found
    assert "PASSWORD" not in found
    roles.execute("set session authorization unprivileged")
    assert render_roles(read_cluster(roles)) == found
    roles.execute("reset session authorization")
    roles.execute("set allow_system_table_mods = on; delete from pg_shseclabel")


def test_what_loads_again_says_the_same(shadow: Shadow, roles: psycopg.Connection) -> None:
    before = render_roles(read_cluster(roles))
    statements = re.sub(r"^CREATE ROLE [^;]*;$", "", before, flags=re.MULTILINE)
    roles.execute(statements.encode())
    assert render_roles(read_cluster(roles)) == before


def test_what_pg_dumpall_leaves_out_is_named(roles: psycopg.Connection) -> None:
    name = roles.info.dbname
    assert read_cluster(roles).left_out == ()
    roles.execute(sql.SQL("alter role plain in database {} set work_mem = '9MB'").format(sql.Identifier(name)))
    roles.execute("alter role all set geqo = off")
    assert read_cluster(roles).left_out == (
        ("role with settings in one database", f"plain in {name}"),
        ("setting for all roles", "geqo"),
    )
    roles.execute("alter role all reset all")
