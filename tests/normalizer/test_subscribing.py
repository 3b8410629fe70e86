"""What is loaded of statements on subscriptions: nobody is called, and the catalog says the same."""

import psycopg
import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.files.reading import FileKind, SourceFile
from pgnorm.normalizer.load.loader import load
from pgnorm.normalizer.load.subscriptions import without_call
from pgnorm.normalizer.postgres.shadow import Shadow

NOWHERE = "host=127.0.0.1 port=1 dbname=nowhere"


@pytest.mark.parametrize(
    ("text", "quiet"),
    [
        ("create subscription s connection 'x=y' publication p", " WITH (connect = false)"),
        ("create subscription s connection '' publication p with (enabled = true, binary)", "with (binary, {})"),
        ("create subscription s connection '' publication p with ( CONNECT, \"create_slot\" = on )", "with ({})"),
    ],
)
def test_a_subscription_is_created_without_a_call(text: str, quiet: str) -> None:
    said = without_call(text)
    assert said is not None
    assert said.startswith("create subscription s connection")
    assert said.endswith(quiet.format("connect = false"))


@pytest.mark.parametrize(
    "text",
    [
        "alter subscription s enable",
        "alter subscription s refresh publication with (copy_data = false)",
        "alter subscription s skip (lsn = '0/1')",
    ],
)
def test_what_only_calls_is_left_out(text: str) -> None:
    assert without_call(text) is None


@pytest.mark.parametrize("scratch", [False, True])
def test_a_load_calls_nobody(shadow: Shadow, scratch: bool) -> None:
    sql = f"""
        create subscription stays connection '{NOWHERE}' publication p, "Q" with (copy_data = false, binary = true);
        alter subscription stays enable;
        alter subscription stays add publication r;
        alter subscription stays refresh publication;
        create subscription "Goes" connection '{NOWHERE}' publication p;
        drop subscription "Goes";
        drop subscription if exists never_was;
    """
    with shadow.session(scratch=scratch) as session:
        _load(session.connection, sql, shadow, scratch)
        rows = session.connection.execute(
            "select subname, subenabled, subslotname, subpublications, subbinary from pg_subscription"
        ).fetchall()
    assert rows == [("stays", False, "stays", ["p", "Q", "r"], True)]


@pytest.mark.parametrize("scratch", [False, True])
def test_what_is_set_on_the_slot_too_is_set_here(shadow: Shadow, scratch: bool) -> None:
    if shadow.major < 18:
        pytest.skip("two_phase can be altered from 18 on, failover from 17")
    sql = f"""
        alter subscription "It's" set (failover = 'on', binary, two_phase);
        create subscription "It's" connection '{NOWHERE}' publication p;
        create subscription back connection '{NOWHERE}' publication p with (failover, two_phase = 1);
        alter subscription back set ( FAILOVER = false , streaming = parallel, "two_phase" = 0 );
        create subscription same connection '{NOWHERE}' publication p with (failover = on);
        alter subscription same set (origin = none);
    """
    with shadow.session(scratch=scratch) as session:
        _load(session.connection, sql, shadow, scratch, "declared")
        rows = session.connection.execute(
            """select subname, subfailover, subtwophasestate::text, subbinary, substream::text, suborigin
                 from pg_subscription order by subname collate "C" """
        ).fetchall()
    assert rows == [
        ("It's", True, "p", True, "p", "any"),
        ("back", False, "d", False, "p", "any"),
        ("same", True, "d", False, "p", "none"),
    ]


def test_a_server_says_what_it_can_not_set(shadow: Shadow) -> None:
    if shadow.major >= 17:
        pytest.skip("failover can be set from 17 on")
    sql = f"create subscription s connection '{NOWHERE}' publication p; alter subscription s set (binary, failover)"
    with (
        shadow.session() as session,
        pytest.raises(PgnormError, match='unrecognized subscription parameter: "failover"'),
    ):
        _load(session.connection, sql, shadow, scratch=False)


def _load(
    connection: psycopg.Connection, sql: str, shadow: Shadow, scratch: bool, kind: FileKind = "migrations"
) -> None:
    load(
        connection,
        [SourceFile(path=None, label="1.sql", text=sql)],
        kind=kind,
        transaction=not scratch,
        provide_extension=shadow.provide_extension,
    )
