"""Patterns of schemas, with pg_dump as the judge."""

import re
import subprocess

import psycopg
import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.selection import select
from pgnorm.normalizer.postgres.shadow import Shadow

SCHEMAS = ("shop", "stock", "Sales", "v1.old", "we|ird", "app1", "app2", "x*y", "p$q", 'in"ner', "a(b")
_CREATED = re.compile(r'^CREATE SCHEMA "((?:[^"]|"")+)";$', re.MULTILINE)

PATTERNS = [
    *(
        "shop|stock",
        "app[12]",
        "app[0-1]",
        "app?",
        "app{1}2",
        r"app\d",
        "(shop)",
        "s*",
        "SHOP",
        "^shop",
        "app[[:digit:]]",
    ),
    *('"Sales"', "Sales", '"Sa"les', '"v1.old"', '"we|ird"', 'we"|"ird', "we|ird", '"x*y"', "x*", "p$q", "shop$"),
    *('"Sales', '"in""ner"', 'in""ner', '"s*"', "nothing", "", "(", "v1.old", "a..b", "app+", "[s", "shop,stock", "*"),
]


def _made(dump: str) -> set[str]:
    return {name.replace('""', '"') for name in _CREATED.findall(dump)}


@pytest.fixture
def schemas(database: psycopg.Connection) -> psycopg.Connection:
    """A database with schemas of all sorts."""
    for name in SCHEMAS:
        database.execute(
            psycopg.sql.SQL("create schema {0}; create table {0}.t ()").format(psycopg.sql.Identifier(name))
        )
    return database


def _pg_dump(shadow: Shadow, connection: psycopg.Connection, *words: str) -> set[str] | None:
    assert shadow.binaries is not None
    info = connection.info
    command = [str(shadow.binaries.bindir / "pg_dump"), "--schema-only", "--quote-all-identifiers", *words]
    command += ["-h", info.host, "-p", str(info.port), "-U", info.user, info.dbname]
    done = subprocess.run(command, capture_output=True, check=False)
    return _made(done.stdout.decode()) & set(SCHEMAS) if done.returncode == 0 else None


def test_a_pattern_names_what_it_names_to_pg_dump(shadow: Shadow, schemas: psycopg.Connection) -> None:
    catalog = read(schemas)
    for pattern in PATTERNS:
        judged = _pg_dump(shadow, schemas, "-n", pattern)
        try:
            mine: set[str] | None = set(select([catalog], [pattern], ()).include & set(SCHEMAS))
        except PgnormError:
            mine = None
        assert mine == judged, pattern


def test_one_of_several_patterns_may_name_nothing(shadow: Shadow, schemas: psycopg.Connection) -> None:
    assert _pg_dump(shadow, schemas, "-n", "shop", "-n", "nothing") == {"shop"}
    found = select([read(schemas)], ["shop", "nothing"], ())
    assert found.include == {"shop"}
    assert found.unmatched == ("nothing",)
    assert _pg_dump(shadow, schemas, "-n", "none", "-n", "nothing") is None
    with pytest.raises(PgnormError, match="no matching schemas were found for any pattern of: none, nothing"):
        select([read(schemas)], ["none", "nothing"], ())


def test_what_is_no_pattern_says_why(schemas: psycopg.Connection) -> None:
    catalog = read(schemas)
    with pytest.raises(PgnormError, match="cross-database references") as raised:
        select([catalog], ["v1.old"], ())
    assert "double quotes" in str(raised.value.hint)
    with pytest.raises(PgnormError, match=r"`\(` is no pattern"):
        select([catalog], (), ["("])
