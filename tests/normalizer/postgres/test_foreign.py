"""Somebody else's server as a shadow: used, and left as it was."""

from collections.abc import Iterator

import pytest
from doors import open_to_all
from psycopg import connect

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.platforms import PLAIN, Platform, supabase
from pgnorm.normalizer.postgres.binaries import find
from pgnorm.normalizer.postgres.private import open_private
from pgnorm.normalizer.postgres.server import PORT
from pgnorm.normalizer.postgres.shadow import open_shadow

SUPABASE = supabase(auto_expose_new_tables=None, major=15)
_STATE = """
    select array(select datname::text from pg_database order by 1),
           array(select rolname::text from pg_roles order by 1),
           array(select roleid::regrole || ' ' || member::regrole from pg_auth_members order by 1),
           (select count(*) from pg_shdescription), (select count(*) from pg_db_role_setting)
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with (
        open_private(find(None), PLAIN, trust_files=True) as host,
        host.connect("postgres") as connection,
        open_to_all(connection, host.power),
    ):
        yield f"postgresql:///postgres?host={host.server.folder}&port={PORT}&user=postgres"


def state(url: str) -> tuple[object, ...] | None:
    with connect(url) as connection:
        return connection.execute(_STATE).fetchone()


def opened(url: str, *, major: int = 15) -> None:
    with open_shadow(major=major, platform=PLAIN, shadow_url=url):
        pass


@pytest.mark.parametrize("scratch", [False, True])
@pytest.mark.parametrize("platform", [PLAIN, SUPABASE], ids=["plain", "supabase"])
def test_nothing_is_left_behind(url: str, platform: Platform, scratch: bool) -> None:
    before = state(url)
    with open_shadow(major=15, platform=platform, shadow_url=url) as shadow:
        assert shadow.binaries is None and shadow.major == 18
        for _ in range(2):
            with shadow.session(scratch=scratch) as session:
                session.connection.execute("create role passing; create table public.passing (id int)")
                session.connection.execute("alter table public.passing owner to passing")
    assert state(url) == before


def test_what_files_change_for_the_whole_server_is_told(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with connect(url, autocommit=True) as connection:
        connection.execute("create role there")
        try:
            with open_shadow(major=15, platform=PLAIN, shadow_url=url) as shadow:
                with shadow.session(scratch=True) as session:
                    session.connection.execute("create role passing")
                assert not caplog.records
                with shadow.session(scratch=True) as session:
                    session.connection.execute("alter role there createdb")
            (said,) = (record.message for record in caplog.records if record.name == "pgnorm")
            assert "changed existing roles" in said
        finally:
            connection.execute("drop role there")


def test_nothing_is_left_behind_after_an_error(url: str) -> None:
    before = state(url)
    with (
        pytest.raises(ZeroDivisionError),
        open_shadow(major=15, platform=SUPABASE, shadow_url=url) as shadow,
        shadow.session(scratch=True) as session,
    ):
        session.connection.execute("create role passing")
        raise ZeroDivisionError
    assert state(url) == before


def test_two_runs_share_the_platform_s_roles(url: str) -> None:
    before = state(url)
    with open_shadow(major=15, platform=SUPABASE, shadow_url=url) as one:
        with open_shadow(major=15, platform=SUPABASE, shadow_url=url) as other, other.session() as session:
            session.connection.execute("grant select on storage.objects to anon")
        with one.session() as session:
            session.connection.execute("grant select on storage.objects to anon")
    assert state(url) == before


def test_what_a_killed_run_left_is_dropped(url: str) -> None:
    before = state(url)
    with connect(url, autocommit=True) as connection:
        connection.execute("create database pgnorm_1700000000_0123abcd")
        connection.execute("create database pgnorm_mine")
    opened(url)
    with connect(url, autocommit=True) as connection:
        assert connection.execute("select datname from pg_database where datname ~ 'pgnorm'").fetchall() == [
            ("pgnorm_mine",)
        ]
        connection.execute("drop database pgnorm_mine")
    assert state(url) == before


def test_an_older_server_is_refused(url: str) -> None:
    with pytest.raises(PgnormError, match="the project is for 99"):
        opened(url, major=99)


def test_a_server_that_may_not_be_used_says_so(url: str) -> None:
    with connect(url, autocommit=True) as connection:
        connection.execute("create role modest login")
    try:
        with pytest.raises(PgnormError, match="refused the baseline: permission denied") as caught:
            opened(url.replace("user=postgres", "user=modest"))
        assert caught.value.hint is not None and "superuser" in caught.value.hint
    finally:
        with connect(url, autocommit=True) as connection:
            connection.execute("drop role modest")


def test_an_unreachable_server_is_an_error_without_the_password() -> None:
    with pytest.raises(PgnormError, match=r"cannot connect to 127\.0\.0\.1:1 as me") as caught:
        opened("postgresql://me:s3cret@127.0.0.1:1/x")
    assert "s3cret" not in str(caught.value)


def test_a_url_that_is_none_is_an_error_without_its_text() -> None:
    with pytest.raises(PgnormError) as caught:
        opened("postgresql://me:s3cret@[oops/x")
    assert "s3cret" not in str(caught.value)
