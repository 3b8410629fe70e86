"""Settings of a foreign database or of the role that reads it: whatever they are, the same bytes are read."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, LiteralString

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pgnorm.catalog.pinning import LIMITS
from pgnorm.catalog.pipeline import run
from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.selection import EVERYTHING
from pgnorm.normalizer.dump.writer import render
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.proof.pg_dump import dumped

VALUES: Final[LiteralString] = r"""
create type mood as enum ('a\b', E'l\ni', 'NULL');
create domain part as text check (value ~ '^\d+\\$' and value <> '\');
create table printed (
  "slash\" text default 'a\b' check ("slash\" <> 'c\\d'),
  bytes bytea default '\x00ff5c', price money default '1234.50', ratio float8 default 0.1::float8 + 1e-5,
  at timestamptz default '2024-02-03 04:05:06.7+03', span interval default '1 mon -2 days 03:04:05.006',
  day date default '2024-12-31', list text[] default '{NULL,"NULL",a\\b}',
  one float4 default '0.3'::float4, feel mood default 'a\b', words tsvector default 'a b'::tsvector,
  clock timetz default '04:05:06+03', check (list[1] is null)
);
create view shown as select printed."slash\" like '%\%' escape '\' as z, at > '2020-01-01 00:00+00' as w from printed
 where one = null or feel is distinct from 'NULL';
create function spoken() returns text language sql set search_path = 'a\b', "$user"
  set datestyle = 'SQL, DMY' begin atomic select 'x\y' || '1 day'::interval; end;
create rule noted as on insert to printed do also notify "a\b", 'c\d';
create policy mine on printed using (feel = 'a\b'::mood);
create index found on printed (("slash\" || '\')) where day > '2020-02-01';
create trigger told before update on printed for each row execute function suppress_redundant_updates_trigger('a\b');
comment on table printed is 'c\d';
"""
XML: Final[LiteralString] = """
create table marked (doc xml default '<a/>'::xml, check (doc is document));
create view shown_marked as select xmlelement(name a, '\\x00'::bytea) as x, xmlserialize(content doc as text) as y
  from marked;
"""
TEXTS: Final = {
    "datestyle": ("German, DMY", "SQL, MDY", "Postgres, YMD"),
    "timezone": ("Asia/Kathmandu", "-07:30", "<x>+3"),
    "timezone_abbreviations": ("India", "Australia"),
    "search_path": ("public, pg_catalog", "pg_temp, public", "information_schema, pg_temp, pg_catalog"),
    "client_encoding": ("LATIN1", "SQL_ASCII", "UTF8"),
    "default_text_search_config": ("pg_catalog.german", "pg_catalog.simple"),
    "restrict_nonsystem_relation_kind": ("", "view"),
}
"""Odd values of settings that are texts."""
ROUNDS: Final = 4


@pytest.fixture(scope="module")
def foreign(shadow: Shadow) -> Iterator[psycopg.Connection]:
    """A database that holds whatever is printed in more than one way, and a superuser that reads it."""
    with shadow.session(scratch=True) as session:
        session.connection.execute("create role hasty superuser login password 'x'")
        session.connection.execute(VALUES)
        with suppress(psycopg.errors.FeatureNotSupported):  # not every server is built with libxml
            session.connection.execute(XML)
        yield session.connection


def values(name: str, kind: str, boot: str | None, words: list[str] | None, low: str, high: str) -> list[str]:
    """Odd values of a setting."""
    if name in TEXTS:
        return list(TEXTS[name])
    if kind == "bool":
        return ["off" if boot == "on" else "on"]
    if kind == "enum":
        return [word for word in words or () if word != boot]
    return (
        [value for value in (low, high) if value is not None and value != boot] if kind in ("integer", "real") else []
    )


def hostile(connection: psycopg.Connection) -> dict[str, list[str]]:
    """Every setting that a database's owner may give it, but for the limits and for what is a transaction's."""
    rows = connection.execute(
        "select lower(name), vartype, boot_val, enumvals, min_val, max_val from pg_settings where context = 'user'"
    ).fetchall()
    apart = (*LIMITS, "temp_buffers", "transaction_deferrable", "transaction_isolation", "transaction_read_only")
    return {name: found for name, *row in rows if name not in apart and (found := values(name, *row))}


def renewed(connection: psycopg.Connection, user: str = "postgres") -> psycopg.Connection:
    info = connection.info
    words = {**info.get_parameters(), "user": user, "client_encoding": "utf8"}
    words.pop("options", None)
    return psycopg.connect(make_conninfo("", **words, password=info.password or "x"), autocommit=True)


def printed(connection: psycopg.Connection, user: str = "postgres") -> str:
    with renewed(connection, user) as reading:
        return render(read(reading), EVERYTHING)


def lines(dump: str) -> list[str]:
    return [line for line in dump.split("\n") if not re.match(r"\\(un)?restrict |-- Dumped (from|by) ", line)]


@pytest.mark.parametrize("round_", range(ROUNDS))
@pytest.mark.parametrize("owner", ["database", "role", "role in database"])
def test_no_setting_changes_a_byte(shadow: Shadow, foreign: psycopg.Connection, owner: str, round_: int) -> None:
    assert shadow.binaries is not None
    plain = printed(foreign)
    assert lines(plain) == lines(dumped(foreign, shadow.binaries.bindir / "pg_dump"))
    name = sql.Identifier(foreign.info.dbname)
    whose = {
        "database": sql.SQL("database {}").format(name),
        "role": sql.SQL("role hasty"),
        "role in database": sql.SQL("role hasty in database {}").format(name),
    }[owner]
    try:
        for setting, some in hostile(foreign).items():
            words: list[sql.Composable] = [sql.Literal(some[round_ % len(some)])]
            if setting == "search_path":
                words = [sql.Identifier(word) for word in some[round_ % len(some)].split(", ")]
            value = sql.SQL(", ").join(words)
            foreign.execute(sql.SQL("alter {} set {} to {}").format(whose, sql.Identifier(setting), value))
        with renewed(foreign, "hasty") as other:
            changed = other.execute(
                "select count(*) from pg_settings where source in ('database', 'user', 'database user')"
            )
            row = changed.fetchone()
            assert row is not None and row[0] > 50
        assert printed(foreign, "hasty") == plain
    finally:
        foreign.execute(sql.SQL("alter {} reset all").format(whose))


def test_limits_are_lifted_as_pg_dump_does_but_for_those_of_the_address(foreign: psycopg.Connection) -> None:
    name = sql.Identifier(foreign.info.dbname)
    try:
        for limit in LIMITS:
            if foreign.execute("select current_setting(%s, true)", [limit]).fetchone() != (None,):
                foreign.execute(sql.SQL("alter database {} set {} = '7min'").format(name, sql.Identifier(limit)))
        query: LiteralString = (
            "select name, setting from pg_settings where name = any('{statement_timeout,lock_timeout,"
            "idle_in_transaction_session_timeout,idle_session_timeout,transaction_timeout}')"
        )
        with renewed(foreign) as reading:
            (answer,) = run(reading, [query])
            assert len(answer.rows) >= 4
            assert {value for _, value in answer.rows} == {"0"}
            assert reading.execute("show lock_timeout").fetchone() == ("7min",)
        words = {**foreign.info.get_parameters(), "options": "-c lock-timeout=5000 --statement_timeout=6000"}
        with psycopg.connect(make_conninfo("", **words, password=foreign.info.password), autocommit=True) as reading:
            (answer,) = run(reading, [query])
            told: dict[str, str] = dict(answer.rows)
            assert told.pop("lock_timeout") == "5000"
            assert told.pop("statement_timeout") == "6000"
            assert set(told.values()) == {"0"}
    finally:
        foreign.execute(sql.SQL("alter database {} reset all").format(name))
