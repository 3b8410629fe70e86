"""The schema `public` in a dump: as much of it as initdb does not make."""

from pgnorm.catalog.kinds.schemas import Schema
from pgnorm.catalog.model import Target

WHOLE = Target(major=15)
NAMED = Target(major=15, named_schemas=True)


def _texts(schema: Schema, target: Target) -> list[str]:
    return [entry.sql for entry in schema.entries((), target)]


def test_public_as_initdb_made_it() -> None:
    public = Schema(schema="", name="public", owner="pg_database_owner")
    assert _texts(public, WHOLE) == []
    assert _texts(public, NAMED) == ['CREATE SCHEMA "public";\n']


def test_public_of_another_owner() -> None:
    public = Schema(schema="", name="public", owner="postgres")
    assert _texts(public, WHOLE) == ["-- *not* creating schema, since initdb creates it\n"]
    assert [entry.owned for entry in public.entries((), WHOLE)] == [True]


def test_any_other_schema() -> None:
    schema = Schema(schema="", name='odd "one"', owner="postgres")
    assert _texts(schema, WHOLE) == _texts(schema, NAMED) == ['CREATE SCHEMA "odd ""one""";\n']
