"""What of a catalog is the project's, judged on Supabase's baseline."""

from collections.abc import Callable

import pytest

from pgnorm.catalog.model import Catalog, ObjectId
from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.ownership import Ownership, owned
from pgnorm.normalizer.postgres.shadow import Shadow

Reading = Callable[[str], Catalog]

PROJECT = """
    create function public.f() returns trigger language plpgsql as 'begin return new; end';
    create trigger made_here after insert on auth.users for each row execute function public.f();
    create policy made_here on storage.objects for select using (true);
    create function auth.not_ours() returns int language sql as 'select 1';
    create schema app;
    create function app.g() returns int language sql as 'select 1';
    create table auth.t (i int);
    create index p on auth.t (i);
    update pg_index set indisvalid = false where indrelid = 'auth.t'::regclass;
"""
DEFAULTS = ObjectId("default privileges", "public", "f", "postgres")


@pytest.fixture
def reading(supabase_shadow: Shadow) -> Reading:
    def reading(sql: str) -> Catalog:
        with supabase_shadow.session() as session:
            session.connection.execute(sql.encode())
            return read(session.connection)

    return reading


def ownership(shadow: Shadow, reading: Reading, *schemas: str) -> Ownership:
    return Ownership(platform=shadow.platform, baseline=reading("select 1"), schemas=schemas)


def labels(catalog: Catalog) -> set[str]:
    return {f"{item.kind} {item.schema}.{item.name}" for item in catalog.objects.values()}


def test_the_baseline_itself_is_nobodys(supabase_shadow: Shadow, reading: Reading) -> None:
    mine = owned(reading("select 1"), ownership(supabase_shadow, reading))
    assert (mine.objects, mine.edges, mine.unmodelled) == ({}, (), ())


def test_only_triggers_and_policies_on_managed_schemas(supabase_shadow: Shadow, reading: Reading) -> None:
    mine = owned(reading(PROJECT), ownership(supabase_shadow, reading))
    assert labels(mine) == {
        "function public.f",
        "trigger auth.made_here",
        "policy storage.made_here",
        "schema .app",
        "function app.g",
    }
    assert mine.unmodelled == (("invalid index", "auth.p"),)
    assert all(edge.dependent in mine.objects and edge.referenced in mine.objects for edge in mine.edges)


def test_a_project_can_name_its_schemas(supabase_shadow: Shadow, reading: Reading) -> None:
    mine = owned(reading(PROJECT), ownership(supabase_shadow, reading, "app*"))
    assert labels(mine) == {"trigger auth.made_here", "policy storage.made_here", "schema .app", "function app.g"}


def test_changed_default_privileges_are_the_projects_on_both_sides(supabase_shadow: Shadow, reading: Reading) -> None:
    whose = ownership(supabase_shadow, reading)
    old = reading("select 1")
    new = reading("alter default privileges for role postgres in schema public revoke execute on functions from anon")
    assert DEFAULTS in owned(new, whose, beside=old).objects
    assert DEFAULTS in owned(old, whose, beside=new).objects
    assert DEFAULTS not in owned(old, whose).objects


def test_an_extension_of_the_platform_stays_the_platforms(supabase_shadow: Shadow, reading: Reading) -> None:
    given = [name for name in reading("select 1").objects if name.kind == "extension"]
    mine = owned(
        reading("create schema elsewhere; create extension citext schema elsewhere"),
        ownership(supabase_shadow, reading),
    )
    assert [name.name for name in mine.objects if name.kind == "extension"] == ["citext"]
    assert given


def test_tables_that_a_project_publishes_are_its_own(supabase_shadow: Shadow, reading: Reading) -> None:
    sql = """
        create table public.notes (id int primary key);
        alter publication supabase_realtime add table public.notes;
        create publication supabase_realtime_messages_publication for table auth.users;
        create publication mine;
    """
    mine = owned(reading(sql), ownership(supabase_shadow, reading))
    found = {item.label for item in mine.objects.values() if item.kind.startswith("publication")}
    assert found == {"supabase_realtime: public.notes", "mine"}


def test_event_triggers_go_by_the_schema_of_their_function(supabase_shadow: Shadow, reading: Reading) -> None:
    sql = "".join(
        f"create function {schema}.watch() returns event_trigger language plpgsql as 'begin end';"
        f"create event trigger of_{schema} on sql_drop execute function {schema}.watch();"
        for schema in ("public", "extensions")
    )
    mine = owned(reading(sql), ownership(supabase_shadow, reading))
    assert labels(mine) == {"function public.watch", "event trigger .of_public"}
