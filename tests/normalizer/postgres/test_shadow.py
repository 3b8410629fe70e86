"""The two forms of a session, and what each leaves behind: nothing."""

import pytest
from addresses import address
from psycopg import Connection, connect, errors

from pgnorm.catalog.conversation import hang_up
from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres.connections import leave
from pgnorm.normalizer.postgres.shadow import Shadow, open_shadow


def test_a_session_is_rolled_back(shadow: Shadow) -> None:
    with shadow.session() as session:
        session.connection.execute("create role passing; create table public.passing (id int)")
    with shadow.session() as session:
        found = session.connection.execute(
            "select (select count(*) from pg_roles where rolname = 'passing'), to_regclass('public.passing')"
        ).fetchone()
    assert found == (0, None)


def test_an_error_ends_a_session_as_quietly(shadow: Shadow) -> None:
    with pytest.raises(errors.DivisionByZero), shadow.session() as session:
        session.connection.execute("select 1 / 0")
    with shadow.session() as session:
        assert session.connection.execute("select 1").fetchone() == (1,)


def test_a_scratch_session_leaves_no_database_and_no_role(shadow: Shadow) -> None:
    with shadow.session(scratch=True) as session:
        session.connection.execute("create role leader")
        session.connection.execute("create role follower")
        session.connection.execute("grant leader to follower with admin option")
        session.connection.execute("create table public.passing (id int)")
        session.connection.execute("alter table public.passing owner to follower")
        session.connection.execute("vacuum public.passing")
    with shadow.session() as session:
        databases = session.connection.execute("select datname from pg_database order by datname").fetchall()
        roles = session.connection.execute("select from pg_roles where rolname in ('leader', 'follower')").fetchall()
    assert databases == [("postgres",), ("template0",), ("template1",)]
    assert roles == []


def test_what_a_scratch_session_changes_for_all_databases_ends_with_the_run() -> None:
    with open_shadow(major=None, platform=PLAIN) as shadow, shadow.session(scratch=True) as session:
        session.connection.execute("alter role postgres set work_mem = '5MB'")
    with open_shadow(major=None, platform=PLAIN) as shadow, shadow.session() as session:
        assert session.connection.execute("select count(*) from pg_db_role_setting").fetchone() == (0,)


def test_a_connection_that_is_left_has_no_backend_any_more(database: Connection) -> None:
    for _ in range(20):
        other = connect(address(database), password=database.info.password)
        backend = other.info.backend_pid
        leave(other)
        assert other.closed
        assert database.execute("select from pg_stat_activity where pid = %s", [backend]).fetchone() is None


def test_a_connection_that_is_lost_can_be_left(database: Connection) -> None:
    other = connect(address(database), password=database.info.password)
    hang_up(other.pgconn)
    leave(other)
    leave(other)
    assert other.closed


def test_sessions_may_nest(shadow: Shadow) -> None:
    with shadow.session() as outer, shadow.session() as inner:
        for connection in (outer.connection, inner.connection):
            connection.execute("create table public.same (id int)")
    with shadow.session() as session:
        assert session.connection.execute("select to_regclass('public.same')").fetchone() == (None,)


def test_settings_outlast_reset_all(supabase_shadow: Shadow) -> None:
    with supabase_shadow.session() as session:
        session.connection.execute("set search_path = ''; reset all")
        assert _setting(session.connection, "search_path") == '"$user", public, extensions'
        assert _setting(session.connection, "check_function_bodies") == "off"
        assert _setting(session.connection, "TimeZone") == "UTC"


def test_the_surroundings_do_not_reach_the_connection(monkeypatch: pytest.MonkeyPatch, shadow: Shadow) -> None:
    for name, value in {
        "PGHOSTADDR": "192.0.2.1",
        "PGUSER": "nobody",
        "PGDATABASE": "nothing",
        "PGSSLMODE": "require",
        "PGREQUIREAUTH": "scram-sha-256",
        "PGCHANNELBINDING": "require",
        "PGOPTIONS": "-c work_mem=1MB",
        "PGTARGETSESSIONATTRS": "read-only",
        "PGCLIENTENCODING": "latin1",
    }.items():
        monkeypatch.setenv(name, value)
    with shadow.session() as session:
        assert session.connection.execute("select current_user, current_database()").fetchone() == ("postgres",) * 2
        assert session.connection.info.encoding == "utf-8"


def test_one_transaction_may_lock_thousands_of_tables(shadow: Shadow) -> None:
    with shadow.session() as session:
        session.connection.execute(
            "do $$ begin for i in 1..3000 loop"
            " execute format('create table t%s (id int primary key)', i); end loop; end $$"
        )
        locks = session.connection.execute("select count(*) from pg_locks").fetchone()
    assert locks is not None and locks[0] > 6000


def test_the_server_and_its_binaries_are_known(shadow: Shadow) -> None:
    with shadow.session() as session:
        assert session.connection.info.server_version == shadow.version_num
    assert shadow.binaries is not None and shadow.binaries.major == shadow.major


def _setting(connection: Connection, name: str) -> str:
    row = connection.execute("select current_setting(%s)", (name,)).fetchone()
    assert row is not None
    return str(row[0])
