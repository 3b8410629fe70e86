"""What is loaded of statements on subscriptions: nobody is called, and the catalog says the same."""

import psycopg
import pytest

from pgnorm.normalizer.files import SourceFile
from pgnorm.normalizer.loading import load
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.subscribing import without_call

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
        "alter subscription s set (binary = on, failover = true)",
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


def _load(connection: psycopg.Connection, sql: str, shadow: Shadow, scratch: bool) -> None:
    load(
        connection,
        [SourceFile(path=None, label="1.sql", text=sql)],
        kind="migrations",
        transaction=not scratch,
        provide_extension=shadow.provide_extension,
    )
