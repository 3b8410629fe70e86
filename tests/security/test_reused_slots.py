"""The data of a private server serve again only where all that was done to the shared database is undone."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest

from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres import cluster
from pgnorm.normalizer.postgres.binaries import find
from pgnorm.normalizer.postgres.private import PrivateHost, open_private
from pgnorm.normalizer.postgres.shadow import Session, Shadow


@contextmanager
def opened() -> Iterator[tuple[PrivateHost, Shadow]]:
    with open_private(find(None), PLAIN) as host:
        yield host, Shadow(version_num=host.version_num, binaries=None, platform=PLAIN, host=host)


def statements(*texts: str) -> Callable[[Session], None]:
    def act(session: Session) -> None:
        for text in texts:
            session.connection.execute(text.encode())

    return act


def an_error(session: Session) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        session.connection.execute("select from nowhere")


@pytest.mark.parametrize(
    ("act", "serves"),
    [
        (statements("create table t (id int)"), True),
        (statements("savepoint a; create table t (id int); rollback to savepoint a"), True),
        (statements("set statement_timeout = '1h'; set timezone = 'Asia/Tokyo'; set extra_float_digits = -15"), True),
        (statements("commit"), False),
        (statements("create table left_behind (id int); commit; begin"), False),
        (statements("do $$ begin perform 1; end $$; commit and chain"), False),
        (statements("rollback", "begin"), False),
        (an_error, False),
        (lambda session: session.connection.close(), False),
    ],
    ids=["statements", "savepoint", "settings", "commit", "another", "chain", "rollback", "error", "hung up"],
)
def test_what_is_not_undone_does_not_serve_again(
    monkeypatch: pytest.MonkeyPatch, act: Callable[[Session], None], serves: bool
) -> None:
    monkeypatch.setattr(cluster, "_KEPT_SLOTS", 1000)  # however many servers other tests have meanwhile
    with opened() as (host, shadow):
        fresh = host.server.data.with_suffix(".fresh")
        with shadow.session() as session:
            act(session)
        assert host.in_order is serves
        assert not fresh.exists()
    assert fresh.exists() is serves


@pytest.mark.usefixtures("cache")
def test_the_next_run_sees_nothing_of_it() -> None:
    with opened() as (host, shadow):
        data = host.server.data
        with shadow.session() as session:
            session.connection.execute("create table left_behind (id int); commit; begin")
    with opened() as (host, shadow), shadow.session() as session:
        assert host.server.data == data
        assert session.connection.execute("select to_regclass('left_behind')").fetchone() == (None,)


@pytest.mark.usefixtures("cache")
def test_a_run_beside_others_leaves_its_data_for_the_next() -> None:
    with ExitStack() as others:
        for _ in range(4):
            others.enter_context(opened())[0].start()
        with opened() as (host, _):
            data = host.server.data
        (data / "mark").touch()
        with opened() as (host, _):
            assert (host.server.data, (data / "mark").exists()) == (data, True)
        with ExitStack() as more:
            opens = [more.enter_context(opened())[0].server.data for _ in range(5)]
    assert [place.exists() for place in opens].count(False) == 1
