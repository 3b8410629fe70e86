"""Stub extensions on every server, and stand-ins for what nobody knows."""

from hashlib import sha256
from pathlib import Path

import pytest

import pgnorm.normalizer.postgres as package
from pgnorm.normalizer.postgres.shadow import Shadow

STUBS = sorted(control.stem for control in Path(package.__path__[0], "extensions").glob("*.control"))

# The stand-ins that lack something files use: the person is told.
_PARTIAL = ("postgis", "vector")

# SQL functions of an extension as Postgres prints them, but for those that take what none may.
_FUNCTIONS = """
  select pg_get_functiondef(p.oid) from pg_depend d
    join pg_proc p on d.classid = 'pg_proc'::regclass and d.objid = p.oid
    join pg_extension e on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid
   where e.extname = %s and p.prokind = 'f' and p.prolang = (select oid from pg_language where lanname = 'sql')
     and not p.proargtypes::oid[] && array['cstring'::regtype, 'cstring[]'::regtype]::oid[]
"""

# Functions in SQL that take another number of arguments than Postgres gives those that read and print values.
_MISCOUNTED = """
  select f.proname from pg_type t
   cross join lateral (values (t.typinput, 3), (t.typreceive, 3), (t.typoutput, 1), (t.typsend, 1), (t.typmodin, 1),
                              (t.typmodout, 1), (t.typanalyze, 1), (t.typsubscript, 1)) called (oid, given)
    join pg_proc f on f.oid = called.oid
   where f.pronargs <> called.given and f.prolang = (select oid from pg_language where lanname = 'sql')
"""


@pytest.mark.parametrize("name", STUBS)
def test_every_known_extension_can_be_created(shadow: Shadow, name: str) -> None:
    assert not shadow.provide_extension(name) or name in _PARTIAL
    with shadow.session() as session:
        session.connection.execute(f'create extension "{name}" cascade')


@pytest.mark.parametrize("name", [*STUBS, "pgnorm_unheard_of"])
def test_a_stub_has_no_comment_that_a_dump_would_print(shadow: Shadow, name: str) -> None:
    shadow.provide_extension(name)
    with shadow.session() as session:
        session.connection.execute(f'create extension "{name}" cascade')
        query = "select obj_description(oid, 'pg_extension') from pg_extension where extname = %s"
        shown = session.connection.execute(query, [name]).fetchone()
    assert shown is not None and "pgnorm" not in (shown[0] or "")


@pytest.mark.parametrize("name", STUBS)
def test_every_body_of_a_stub_is_right(shadow: Shadow, name: str) -> None:
    shadow.provide_extension(name)
    with shadow.session() as session:
        run = session.connection.execute
        run(f'create extension "{name}" cascade')
        definitions = run(_FUNCTIONS, [name]).fetchall()
        assert len(definitions) > 250 or name != "postgis"
        for (definition,) in definitions:
            run(definition.encode())


@pytest.mark.parametrize("name", STUBS)
def test_a_function_of_a_type_takes_what_postgres_gives_it(shadow: Shadow, name: str) -> None:
    """Postgres 18 reads past the types of the arguments that a function declares, and may crash by what it finds."""
    shadow.provide_extension(name)
    with shadow.session() as session:
        session.connection.execute(f'create extension "{name}" cascade')
        assert session.connection.execute(_MISCOUNTED).fetchall() == []


def test_an_extension_of_the_server_is_the_real_one(shadow: Shadow) -> None:
    with shadow.session() as session:
        session.connection.execute("create extension citext")
        version = session.connection.execute("select extversion from pg_extension where extname = 'citext'").fetchone()
    assert version is not None and version[0] != "stub"


def test_an_unknown_extension_gets_an_empty_stand_in(shadow: Shadow) -> None:
    assert shadow.provide_extension("pgnorm_unheard_of")
    assert shadow.provide_extension("pgnorm_unheard_of"), "a stand-in of an earlier run is told of again"
    with shadow.session() as session:
        session.connection.execute("create extension pgnorm_unheard_of")


def test_a_stub_takes_the_version_that_a_statement_names(shadow: Shadow) -> None:
    assert not shadow.provide_extension("pg_net", "0.7.1")
    with shadow.session() as session:
        session.connection.execute("create extension pg_net version '0.7.1'")
        version = session.connection.execute("select extversion from pg_extension where extname = 'pg_net'").fetchone()
    assert version == ("0.7.1",)


@pytest.mark.parametrize("name", ["", "../escape", "two--dashes", "with space", "-edge", "line\nbreak"])
def test_what_cannot_be_a_name_makes_no_file(shadow: Shadow, name: str) -> None:
    assert not shadow.provide_extension(name)


def test_migrations_can_call_what_they_call(shadow: Shadow) -> None:
    with shadow.session() as session:
        run = session.connection.execute
        run("create extension pg_cron; create extension pg_net; create schema vault; create extension supabase_vault")
        assert run("select cron.schedule('nightly', '0 3 * * *', 'select 1')").fetchone() == (1,)
        assert run("select cron.schedule('nightly', '0 4 * * *', 'select 2')").fetchone() == (1,)
        assert run("select cron.unschedule('nightly')").fetchone() == (True,)
        run("select vault.create_secret('s3cret', 'key')")
        assert run("select decrypted_secret from vault.decrypted_secrets").fetchone() == ("s3cret",)
        assert run("select net.http_post('http://x', body := '{}'::jsonb)").fetchone() == (1,)
        run('create extension pgcrypto; create extension "uuid-ossp"; create extension pgmq')
        assert run("select length(gen_random_bytes(100)), uuid_generate_v4() is not null").fetchone() == (100, True)
        digest = sha256(b"a").hexdigest()
        assert run("select encode(digest('a', 'sha256'), 'hex')").fetchone() == (digest,)
        run("select pgmq.create('jobs'); select pgmq.drop_queue('jobs')")


# What projects say to extensions that no server of ours has, by extension.
_USES = {
    "wrappers": """
        create foreign data wrapper stripe handler stripe_fdw_handler validator stripe_fdw_validator;
        create foreign data wrapper lake handler iceberg_fdw_handler validator iceberg_fdw_validator;
        create server stripe foreign data wrapper stripe options (api_key_id 'k', api_url 'https://stripe.test');
        create foreign table customers (id text, attrs jsonb) server stripe options (object 'customers');
        create view paying as select id from customers where attrs ? 'card';
    """,
    "pg_tle": """
        select pgtle.uninstall_extension_if_exists('helpers');
        select pgtle.install_extension('helpers', '1.0', 'what helps', $ext$select 1$ext$, '{pgcrypto}');
        select pgtle.set_default_version('helpers', '1.0');
        create function strong(text, text, pgtle.password_types, timestamptz, boolean) returns void language sql as '';
        select pgtle.register_feature('strong', 'passcheck');
    """,
    "pgsodium": """
        create table cards (id integer, number text, key_id uuid default (pgsodium.create_key()).id
          references pgsodium.key (id), nonce bytea default pgsodium.crypto_aead_det_noncegen());
        insert into cards (id, number) values (1, '4000');
        create view plain_cards as
          select convert_from(pgsodium.crypto_aead_det_decrypt(decode(number, 'base64'), ''::bytea, key_id, nonce),
                              'utf8') as number from cards;
        create function sign(t text) returns bytea begin atomic
          select pgsodium.crypto_auth_hmacsha256(t::bytea, (select id from pgsodium.valid_key limit 1));
        end;
        select pgsodium.crypto_secretbox('m', pgsodium.crypto_secretbox_noncegen(), 1);
    """,
    "pgtap": """
        create function check_tables() returns setof text language sql as $$
          select has_table('public', 'members', 'there are members') union all
          select policies_are('public', 'members', array['own']) union all
          select col_type_is('public', 'members', 'id', 'uuid') union all
          select results_eq('select 1', array[1], 'one') union all
          select throws_ok('insert into members default values', '42501') union all
          select is(count(*), 0::bigint, 'none') from pg_class where false union all
          select lives_ok('select 1', 'fine') union all select finish()
        $$;
        select plan(3);
    """,
    "supabase-dbdev": """
        select dbdev.install('somebody-helpers');
        drop extension "supabase-dbdev" cascade; create extension "supabase-dbdev";
    """,
    "pgaudit": "revoke all on function pgaudit_ddl_command_end(), pgaudit_sql_drop() from public",
    "pg_repack": "select repack.version()",
    "pg_stat_monitor": "create view slow as select query, calls from pg_stat_monitor where mean_exec_time > 100",
    "plpgsql_check": """
        create function f() returns void language plpgsql as 'begin end';
        select * from plpgsql_check_function('f()');
        select * from plpgsql_check_function_tb('f', fatal_errors := false, all_warnings := true);
        create view faults as select p.oid, c.message from pg_proc p, plpgsql_check_function_tb(p.oid) c;
    """,
}


@pytest.mark.parametrize("name", _USES)
def test_files_can_use_what_they_use(shadow: Shadow, name: str) -> None:
    assert not shadow.provide_extension(name)
    with shadow.session() as session:
        session.connection.execute(f'create extension "{name}"')
        session.connection.execute(_USES[name].encode())
