"""A dump byte for byte, with pg_dump as the judge."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, LiteralString

import psycopg
import pytest
from psycopg import sql

from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.selection import EVERYTHING
from pgnorm.normalizer.dump.writer import render
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.proof.pg_dump import dumped

DUMPS: Final = Path(__file__).parents[2] / "fixtures" / "dumps"
REMARKS: Final = DUMPS / "remarks.sql"
ORDERS: Final = sorted(set(DUMPS.glob("*.sql")) - {REMARKS})
ROLES: Final = ("dump_reader", 'Dump "other"')

# There is no label provider in a plain server, and without one SECURITY LABEL is refused.
LABELS: Final[LiteralString] = """
set allow_system_table_mods = on;
insert into pg_seclabel
select oid, 'pg_class'::regclass, 0, 'a "provider"', 'of ' || relname from pg_class
 where relnamespace = 's'::regnamespace and relkind in ('r', 'v', 'm', 'S', 'f', 'p');
insert into pg_seclabel
select attrelid, 'pg_class'::regclass, attnum, 'p', 'it''s \\ of ' || attname
  from pg_attribute a join pg_class c on c.oid = attrelid
 where relnamespace = 's'::regnamespace and relkind in ('r', 'v', 'm', 'f', 'p') and attnum > 0;
insert into pg_seclabel
select oid, 'pg_proc'::regclass, 0, 'p', 'of ' || proname from pg_proc
 where pronamespace in ('s'::regnamespace, 'public'::regnamespace);
insert into pg_seclabel
select oid, 'pg_type'::regclass, 0, 'p', 'of ' || typname from pg_type t
 where typnamespace = 's'::regnamespace and typelem = 0
   and not exists (select from pg_class where oid = typrelid and relkind <> 'c');
insert into pg_seclabel select oid, 'pg_namespace'::regclass, 0, 'p', 'of ' || nspname from pg_namespace;
insert into pg_seclabel select oid, 'pg_language'::regclass, 0, 'p', 'of ' || lanname from pg_language;
insert into pg_seclabel select oid, 'pg_publication'::regclass, 0, 'p', 'of ' || pubname from pg_publication;
insert into pg_seclabel select oid, 'pg_event_trigger'::regclass, 0, 'p', 'of ' || evtname from pg_event_trigger;
insert into pg_seclabel select lo_create(4711), 'pg_largeobject'::regclass, 0, 'p', 'of data';
comment on large object 4711 is 'of data';
grant select on large object 4711 to public;
"""


@pytest.fixture
def remarks(database: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """A database with something to say of each object; its roles are gone afterwards."""
    database.execute(REMARKS.read_bytes())
    yield database
    for role in ROLES:
        name = sql.Identifier(role)
        database.execute(sql.SQL("drop owned by {0} cascade; drop role {0}").format(name))


def _lines(dump: str) -> str:
    return re.sub(r"^(\\(un)?restrict|-- Dumped by) .*\n", "", dump, flags=re.MULTILINE)


def _judge(connection: psycopg.Connection, shadow: Shadow) -> str:
    """What we print, after comparing it with what pg_dump does."""
    assert shadow.binaries is not None
    found = read(connection)
    text = render(found, EVERYTHING)
    assert found.unmodelled == ()
    assert text == _lines(dumped(connection, shadow.binaries.bindir / "pg_dump"))
    return text


def test_comments_privileges_and_extensions(shadow: Shadow, remarks: psycopg.Connection) -> None:
    text = _judge(remarks, shadow)
    assert text.count("\nCOMMENT ON ") >= 50
    assert text.count("DEPENDS ON EXTENSION") == 10
    assert "not printed" not in text


def test_security_labels_and_nothing_of_large_objects(shadow: Shadow, remarks: psycopg.Connection) -> None:
    remarks.execute(LABELS)
    text = _judge(remarks, shadow)
    assert text.count("\nSECURITY LABEL FOR ") > 30
    assert "of data" not in text


@pytest.mark.parametrize("file", ORDERS, ids=lambda file: file.stem)
def test_the_order_is_that_of_pg_dump(database: psycopg.Connection, shadow: Shadow, file: Path) -> None:
    database.execute(file.read_bytes())
    _judge(database, shadow)
