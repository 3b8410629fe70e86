"""Sides as values: what was in the shadow is there again, and an old side is compared as renames leave it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from addresses import address

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.as_read import AsRead
from pgnorm.normalizer.comparison import Options
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.project.sources import Files, Source, parse
from pgnorm.normalizer.sides import Sides
from pgnorm.normalizer.whole import Whole
from pgnorm.normalizer.workspace import Workspace

OLD = """
    create type mood as enum ('low', 'high');
    create table notes (id int primary key, body text not null, at mood);
    create view shown as select id, body from notes where at = 'low';
    create materialized view counted as select count(*) from notes;
"""
RENAMES = (
    "alter table public.notes rename column body to text",
    "alter type public.mood rename value 'low' to 'calm'",
    "alter materialized view public.counted rename to numbered",
)
NEW = """
    create type mood as enum ('calm', 'high');
    create table notes (id int primary key, text text not null, at mood, more int);
    create view shown as select id, text as body from notes where at = 'calm';
    create materialized view numbered as select count(*) from notes;
"""
PLAN = 'ALTER TABLE "public"."notes" ADD COLUMN "more" integer;'

Pair = Callable[[str, str], tuple[Source, Source]]


@pytest.fixture(params=["files", "databases", "a database and files"])
def pair(request: pytest.FixtureRequest, shadow: Shadow, tmp_path: Path) -> Iterator[Pair]:
    """What makes two sources of SQL."""
    live = {"files": (), "databases": (0, 1), "a database and files": (0,)}[request.param]
    with ExitStack() as stack:

        def made(*texts: str) -> tuple[Source, Source]:
            found: list[Source] = []
            for number, text in enumerate(texts):
                if number in live:
                    connection = stack.enter_context(shadow.session(scratch=True)).connection
                    connection.execute(text.encode())
                    found.append(parse(address(connection), None))
                else:
                    (tmp_path / f"{number}.sql").write_text(text)
                    found.append(parse(str(tmp_path / f"{number}.sql"), None))
            return found[0], found[1]

        yield made


def test_a_plan_leads_on_from_where_renames_lead(workspace: Workspace, pair: Pair) -> None:
    old, new = pair(OLD, NEW)
    sides = Sides.between(workspace, old, new).renamed(old, RENAMES)
    whole = Whole(workspace, Options(), sides, old, new).compare()
    part = AsRead(workspace, Options(), sides, old, new).compare()
    assert (part is None) == (not sides.live)
    for comparison in (whole, part or whole):
        assert comparison is not None
        assert comparison.unproved is None
        assert [step.sql for step in comparison.plan.steps] == [PLAN]


def test_a_side_that_was_closed_is_opened_again(workspace: Workspace, pair: Pair) -> None:
    old, new = pair(OLD, NEW)
    sides = Sides.between(workspace, old, new)
    with sides.opened(old) as (side, session):
        assert session is not None
    with sides.again(side, scratch=True) as session:
        assert session.read().objects == side.catalog.objects
    renamed = sides.renamed(old, RENAMES)
    assert sides.as_it_is(old).after == ()
    with renamed.again(renamed.as_it_is(old), scratch=True) as session:
        assert session.read().objects == renamed.as_it_is(old).catalog.objects


def test_a_rename_that_postgres_refuses_is_told(workspace: Workspace, pair: Pair) -> None:
    old, new = pair(OLD, NEW)
    with pytest.raises(PgnormError, match='it can\'t be renamed: column "nobody" does not exist'):
        Sides.between(workspace, old, new).renamed(old, ["alter table public.notes rename nobody to somebody"])


def test_the_role_of_a_database_decides_whose_the_files_are_in_whatever_order_they_are_asked_for(
    workspace: Workspace, shadow: Shadow, tmp_path: Path
) -> None:
    (tmp_path / "x.sql").write_text("create table notes ();\n")
    files = parse(str(tmp_path / "x.sql"), None)
    assert isinstance(files, Files)
    owned = []
    with shadow.session(scratch=True) as session:
        database = parse(address(session.connection), None)
        for pair in ((database, files), (files, database)):
            sides = Sides.between(workspace, *pair)
            assert sides.context.role == sides.as_it_is(database).role
            owned.append(
                {item.owner for item in sides.as_it_is(files).catalog.objects.values() if item.name == "notes"}
            )
    assert owned == [{sides.context.role}, {sides.context.role}]
