"""One database with every kind of object, hard names and dependency loops, on every server.

`fixtures/everything` makes it: the files in the order of their names, `since_17_…` from that major on.
"""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from judge import carry_out, lines
from loading_again import differing
from majors import fits

from pgnorm.catalog.kinds import KINDS
from pgnorm.catalog.quoting import ident
from pgnorm.catalog.reader import read
from pgnorm.catalog.secrets import MASK
from pgnorm.catalog.snapshots.reading import loads
from pgnorm.catalog.snapshots.writing import dumps
from pgnorm.normalizer.compare.difference import differences
from pgnorm.normalizer.compare.selection import EVERYTHING, select
from pgnorm.normalizer.dump.as_data import check_definitions
from pgnorm.normalizer.dump.layouts import DEFAULT, PRIVILEGES, REST, Layout
from pgnorm.normalizer.dump.writer import render
from pgnorm.normalizer.files.reading import SourceFile
from pgnorm.normalizer.load.visibility import as_dumps_say
from pgnorm.normalizer.plan.planner import diff
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.proof.pg_dump import dumped

FILES = sorted((Path(__file__).parent.parent / "fixtures" / "everything").glob("*.sql"))
KINDS_SINCE = {"publication schema": 15, "domain not null": 17, "unchecked not-null constraint": 18}
NOT_HERE = {"provided foreign server"}
"""No extension at hand makes one."""
_HEADER = re.compile(r"(?m)^-- Name: (.*); Type: (.*); Schema: (.*); Owner: .*$")
_FILES_OF_KINDS = {kind.kind: f"{99 - number}.sql" for number, kind in enumerate(KINDS)}
BACKWARDS = Layout(words={PRIVILEGES: "00.sql", **_FILES_OF_KINDS, REST: "99.sql"})
"""Each kind has a file of its own, and what is needed by all others wants to be in the last."""


@pytest.fixture
def everything(shadow: Shadow) -> Iterator[psycopg.Connection]:
    with shadow.session(scratch=True) as session:
        for file in FILES:
            if fits(file.name, shadow.major):
                session.connection.execute(file.read_bytes())
        session.connection.execute("reset all")
        yield session.connection


def test_it_holds_every_kind(everything: psycopg.Connection) -> None:
    catalog = read(everything)
    there = {item.kind for item in catalog.objects.values()}
    wanted = {kind.kind for kind in KINDS if KINDS_SINCE.get(kind.kind, 0) <= catalog.major} - NOT_HERE
    assert wanted - there == set(), "fixtures/everything makes none of these"
    assert catalog.unmodelled == ()


def test_its_dump_is_that_of_pg_dump(shadow: Shadow, everything: psycopg.Connection) -> None:
    assert shadow.binaries is not None
    theirs = dumped(everything, shadow.binaries.bindir / "pg_dump")
    assert lines(render(read(everything), EVERYTHING)) == lines(theirs)


def test_what_its_schemas_have_of_it_is_what_they_have_for_pg_dump(
    shadow: Shadow, everything: psycopg.Connection
) -> None:
    """What is in no schema, and what a kind marks `whole_only`, is left out where schemas are chosen.

    pg_dump prints the privileges on plpgsql even then.
    """
    assert shadow.binaries is not None
    catalog, info = read(everything), everything.info
    schemas = [*map(ident, sorted({item.namespace for item in catalog.objects.values()} - {"", "pg_catalog"}))]
    command = [
        str(shadow.binaries.bindir / "pg_dump"),
        "--schema-only",
        "--quote-all-identifiers",
        *_each("-n", schemas),
    ]
    command += ["-h", info.host, "-p", str(info.port), "-U", info.user, info.dbname]
    theirs = subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout
    mine = render(catalog, select([catalog], schemas, ()))
    headers, judged = Counter(_HEADER.findall(mine)), Counter(_HEADER.findall(theirs))
    assert headers - judged == Counter()
    assert [tag for tag, *_ in judged - headers] == ['LANGUAGE "plpgsql"']


def _each(option: str, values: list[str]) -> list[str]:
    return [word for value in values for word in (option, value)]


def test_its_dump_loads_and_dumps_alike(shadow: Shadow, everything: psycopg.Connection) -> None:
    catalog = read(everything)
    dump = render(catalog, EVERYTHING)
    with shadow.session(scratch=True) as session:
        session.connection.execute(dump.encode())
        session.connection.execute("reset all")
        again = as_dumps_say(read(session.connection), [SourceFile(path=None, label="dump.sql", text=dump)])
        assert not differences(catalog, again)
        assert render(again, EVERYTHING) == dump
        assert not diff(catalog, again)


@pytest.mark.parametrize("layout", [DEFAULT, BACKWARDS], ids=["default", "backwards"])
def test_its_files_load_one_after_the_other(shadow: Shadow, everything: psycopg.Connection, layout: Layout) -> None:
    assert differing(shadow, read(everything), layout, but=()) == []


def test_its_snapshot_says_the_same(everything: psycopg.Connection) -> None:
    catalog = read(everything)
    text = dumps(catalog)
    again = loads(text, "x.json").catalog
    assert dumps(again) == text
    assert not differences(catalog, again)
    assert not differences(again, catalog)
    pairs = zip(lines(render(again, EVERYTHING)), lines(render(catalog, EVERYTHING)), strict=True)
    assert [said for said, was in pairs if said != was and MASK not in said] == []


def test_what_its_kinds_say_that_defines_it_is_all_that_a_snapshot_may_say(everything: psycopg.Connection) -> None:
    """Where this fails, `defined_by` of the kind that is named lacks a statement of its entry."""
    check_definitions(read(everything), "x.json")


def test_plans_build_it_and_take_it_down(shadow: Shadow, everything: psycopg.Connection) -> None:
    catalog = read(everything)
    with shadow.session(scratch=True) as session:
        nothing = read(session.connection)
        for goal in (catalog, nothing):
            carry_out(session.connection, diff(read(session.connection), goal))
            assert not differences(read(session.connection), goal)
