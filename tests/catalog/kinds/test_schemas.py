"""The schema `public` in a dump: as much of it as initdb does not make."""

from pgnorm.catalog.kinds.schemas import Schema
from pgnorm.catalog.model import Printing, Target

WHOLE = Target(major=15)
NAMED = Target(major=15, named_schemas=True)


def _texts(schema: Schema, target: Target) -> list[str]:
    return [entry.text for entry in schema.entries(Printing(target=target))]


def test_public_as_initdb_made_it() -> None:
    public = Schema(schema="", name="public", owner="pg_database_owner", initdb_acl=None)
    assert _texts(public, WHOLE) == []
    assert _texts(public, NAMED) == ['CREATE SCHEMA "public";\n']


def test_public_of_another_owner() -> None:
    public = Schema(schema="", name="public", owner="postgres", initdb_acl=None)
    assert _texts(public, WHOLE) == ["-- *not* creating schema, since initdb creates it\n"]
    assert [entry.owned for entry in public.entries(Printing(target=WHOLE))] == [True]


def test_pg_dump_14_prints_nothing_of_public_but_its_privileges() -> None:
    public = Schema(schema="", name="public", owner="somebody", initdb_acl=("postgres=UC/postgres", "=UC/postgres"))
    old = Target(major=14)
    assert _texts(public, old) == []
    assert not public.remarked(old)
    assert [item.grantor for item in public.initial_acl(old)] == ["postgres", "postgres"]
    read_again = Target(major=14, reloaded_by=14)
    assert _texts(public, read_again) == _texts(public, WHOLE)
    assert public.remarked(read_again)
    assert [item.privileges for item in public.initial_acl(read_again)] == ["UC", "UC"]


def test_any_other_schema() -> None:
    schema = Schema(schema="", name='odd "one"', owner="postgres", initdb_acl=None)
    assert _texts(schema, WHOLE) == _texts(schema, NAMED) == ['CREATE SCHEMA "odd ""one""";\n']
