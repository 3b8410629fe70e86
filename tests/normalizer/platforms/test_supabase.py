"""Supabase's baseline, as a project finds it."""

import pytest
from psycopg import Connection

from pgnorm.normalizer.platforms import PLAIN, supabase
from pgnorm.normalizer.postgres.shadow import Shadow, open_shadow

_EXPOSED = """
    create table public.t (id serial);
    create function public.f() returns int language sql as 'select 1';
"""
_GRANTS = """
    select array(select distinct privilege_type::text from aclexplode((select relacl from pg_class where relname = 't'))
                  where grantee = 'anon'::regrole order by 1),
           has_sequence_privilege('anon', 'public.t_id_seq', 'usage'),
           exists (select from aclexplode((select proacl from pg_proc where proname = 'f'))
                    where grantee = 'anon'::regrole)
"""


def test_it_may_be_loaded_again(supabase_shadow: Shadow) -> None:
    with supabase_shadow.session() as session:
        before = _objects(session.connection)
        for text in supabase_shadow.platform.sql:
            session.connection.execute(text.encode())
        assert _objects(session.connection) == before


def test_new_objects_are_granted_to_the_api_roles(supabase_shadow: Shadow) -> None:
    with supabase_shadow.session() as session:
        session.connection.execute(_EXPOSED)
        privileges, sequence, function = session.connection.execute(_GRANTS).fetchone() or ([], None, None)
    assert {"SELECT", "INSERT", "TRUNCATE", "TRIGGER"} <= set(privileges)
    assert sequence and function


def test_unless_the_project_says_not_to() -> None:
    platform = supabase(auto_expose_new_tables=False, major=15)
    with open_shadow(major=15, platform=platform) as shadow, shadow.session() as session:
        session.connection.execute(_EXPOSED)
        privileges, sequence, function = session.connection.execute(_GRANTS).fetchone() or ([], None, None)
    assert set(privileges) - {"MAINTAIN"} == {"REFERENCES", "TRIGGER", "TRUNCATE"}
    assert not sequence and not function


@pytest.mark.parametrize(("major", "expected"), [(15, {"pg_net", "pgjwt", "pgsodium"}), (17, {"pg_net"})])
def test_some_of_its_servers_make_more_extensions(major: int, expected: set[str]) -> None:
    spared = supabase(auto_expose_new_tables=None, major=major).spared_objects
    assert set(spared) == {("extension", name) for name in expected}


def test_what_watches_ddl_is_there_by_name_alone(supabase_shadow: Shadow) -> None:
    with supabase_shadow.session() as session:
        run = session.connection.execute
        assert run("select evtname from pg_event_trigger where evtenabled <> 'D'").fetchall() == []
        run("alter event trigger pgrst_ddl_watch disable; drop event trigger issue_pg_net_access")
        run("revoke all on function extensions.grant_pg_cron_access(), extensions.pgrst_drop_watch() from public")


def test_what_projects_add_to_managed_schemas_can_be_added(supabase_shadow: Shadow) -> None:
    with supabase_shadow.session() as session:
        session.connection.execute(
            """
            create function public.on_user() returns trigger language plpgsql as 'begin return new; end';
            create trigger on_user after insert on auth.users for each row execute function public.on_user();
            create policy mine on storage.objects for select to authenticated
              using (bucket_id = 'files' and (storage.foldername(name))[1] = auth.uid()::text);
            create policy heard on realtime.messages for select to authenticated using (realtime.topic() = 'room');
            create table public.profiles (id uuid primary key references auth.users (id) on delete cascade
                                                               default extensions.uuid_generate_v4());
            alter publication supabase_realtime add table public.profiles;
            insert into storage.buckets (id, name, public) values ('files', 'files', true);
            insert into auth.users (id, email) values (gen_random_uuid(), 'a@example.com');
            alter default privileges for role postgres in schema public revoke all on functions from anon;
            grant usage on schema public to postgres, anon;
            alter role authenticator set pgrst.db_aggregates_enabled = 'true';
            comment on schema public is 'ours'
            """
        )


def test_public_is_granted_as_on_the_platform(supabase_shadow: Shadow) -> None:
    with supabase_shadow.session() as session:
        rows = session.connection.execute(
            """
            select grantee::regrole::text, string_agg(privilege_type, ' ' order by privilege_type)
              from pg_namespace, aclexplode(nspacl)
             where nspname = 'public' and grantee <> 0 and grantee <> nspowner
             group by 1 order by 1
            """
        ).fetchall()
    # Before 15 public is postgres' own.
    granted = ("anon", "authenticated", *(("postgres",) if supabase_shadow.major >= 15 else ()), "service_role")
    assert rows == [(role, "USAGE") for role in granted]


@pytest.mark.parametrize("schema", ["auth", "storage", "pg_catalog", "information_schema", "_timescaledb_x", "vault"])
def test_managed_schemas(schema: str) -> None:
    assert supabase(auto_expose_new_tables=None, major=15).manages(schema)
    assert not PLAIN.manages(schema)


@pytest.mark.parametrize("schema", ["public", "app", "authors", "timescaledb", "pgx"])
def test_schemas_of_the_project(schema: str) -> None:
    assert not supabase(auto_expose_new_tables=None, major=15).manages(schema)


def _objects(connection: Connection) -> list[tuple[object, ...]]:
    return connection.execute(
        """
        select 'relation', oid::regclass::text, relowner::regrole::text, relacl::text from pg_class where oid > 16383
         union all
        select 'function', oid::regprocedure::text, proowner::regrole::text, proacl::text from pg_proc where oid > 16383
         union all
        select 'schema', nspname, nspowner::regrole::text, nspacl::text from pg_namespace
         union all
        select 'default', concat(defaclnamespace::regnamespace, ' ', defaclobjtype), defaclrole::regrole::text,
               defaclacl::text
          from pg_default_acl
         union all
        select 'member', roleid::regrole::text, member::regrole::text, null from pg_auth_members
         order by 1, 2, 3, 4
        """
    ).fetchall()
