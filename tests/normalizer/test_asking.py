"""The databases of a comparison, asked at once by connections of their own."""

import threading

import pytest
from addresses import address
from servers import mortal

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.asking import asking
from pgnorm.normalizer.postgres.shadow import Session, Shadow
from pgnorm.normalizer.project.connecting import connecting
from pgnorm.normalizer.project.databases import Database
from pgnorm.normalizer.servers import Servers
from pgnorm.normalizer.workspace import Workspace


def test_each_side_has_what_its_database_says(workspace: Workspace, shadow: Shadow) -> None:
    with shadow.session(scratch=True) as first, shadow.session(scratch=True) as second:
        for session, name in ((first, "one"), (second, "other")):
            session.connection.execute(f"create table {name} ()".encode())
        sides = tuple(Database(conninfo=address(session.connection)) for session in (first, second))
        with asking(workspace, *sides) as asked:
            found = [asked[side].read().catalog for side in sides]
    tables = [[name.name for name in catalog.objects if name.kind == "table"] for catalog in found]
    assert tables == [["one"], ["other"]]


def test_the_other_connection_ends_where_one_fails(workspace: Workspace, shadow: Shadow) -> None:
    with shadow.session(scratch=True) as session:
        there = Database(conninfo=address(session.connection))
        nowhere = Database(conninfo=f"{address(session.connection)} dbname=pgnorm_nowhere", hint="Name another.")
        for sides, side in (((nowhere, there), "from"), ((there, nowhere), "to")):
            told = pytest.raises(PgnormError, match=rf"^{side}: cannot connect to .*pgnorm_nowhere.* does not exist")
            with told as raised, asking(workspace, *sides):
                pytest.fail("one of them is not there")
            assert raised.value.hint == "Check the name of the database and of the user. Name another."
            assert _ends(session)


def test_a_connection_that_nobody_takes_is_closed(shadow: Shadow) -> None:
    with shadow.session(scratch=True) as session:
        there = Database(conninfo=address(session.connection))
        with connecting([there]):
            pass
        assert _ends(session)
        with connecting([there]) as under_way:
            connection = under_way[there].take()
            with pytest.raises(RuntimeError, match="somebody has it"):
                under_way[there].take()
        assert connection.execute("select 1").fetchone() == (1,)
        connection.close()


def test_an_address_that_nobody_can_read_is_told_before_anything_is_connected_to(shadow: Shadow) -> None:
    with shadow.session(scratch=True) as session:
        there = Database(conninfo=address(session.connection))
        with pytest.raises(PgnormError, match="no valid URL"), connecting([there, Database(conninfo="postgresql:/x")]):
            pytest.fail("one of them is no address")
        assert _ends(session)


def _ends(session: Session) -> bool:
    """True as soon as nobody else is in the database of a session, whose connections are all made by now."""
    for thread in threading.enumerate():
        if thread.name == "pgnorm-connect":
            thread.join()
    others = """
        select count(pid) from pg_sleep(0.01) left join pg_stat_activity
            on datname = current_database() and pid <> pg_backend_pid()
    """
    return any(session.connection.execute(others).fetchone() == (0,) for _ in range(1000))


def test_a_shadow_that_fails_meanwhile_is_not_taken_for_a_database(shadow: Shadow) -> None:
    with (
        shadow.session(scratch=True) as one,
        shadow.session(scratch=True) as other,
        mortal() as server,
        Servers(shadow_url=server.address()) as servers,
        Workspace(None, tell=lambda _level, _message: None, servers=servers) as workspace,
    ):
        sides = tuple(Database(conninfo=address(session.connection)) for session in (one, other))
        workspace.shadow(shadow.major)
        server.kill()
        with pytest.raises(PgnormError, match=r"^the shadow server failed: "), asking(workspace, *sides):
            pytest.fail("there is no baseline")
