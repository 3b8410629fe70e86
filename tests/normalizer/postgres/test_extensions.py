"""Stub extensions on every server, and stand-ins for what nobody knows."""

from hashlib import sha256
from pathlib import Path

import pytest

import pgnorm.normalizer.postgres as package
from pgnorm.normalizer.postgres.shadow import Shadow

STUBS = sorted(control.stem for control in Path(package.__path__[0], "extensions").glob("*.control"))


@pytest.mark.parametrize("name", STUBS)
def test_every_known_extension_can_be_created(shadow: Shadow, name: str) -> None:
    assert not shadow.provide_extension(name)
    with shadow.session() as session:
        session.connection.execute(f'create extension "{name}" cascade')


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
