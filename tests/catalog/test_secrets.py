"""Passwords are masked wherever libpq finds them, and nothing else is."""

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from pgnorm.catalog.secrets import MASK, masked_conninfo, masked_sql

SECRETS = {"password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key"}


@pytest.mark.parametrize(
    "given",
    [
        "host=h dbname=d",
        "password=secret host=h",
        "host=h password = 'it\\'s \\\\ secret' sslpassword=secret\\ secret user=u",
        "host=h password=sec'ret options='-c x=password=1'",
        "postgresql://user:secret@h:5433/db?application_name=a",
        "postgres://user@h/db?sslpassword=secret&password=secret&user=u",
        "postgresql://h/db?passfile=x",
        "host=h oauth_client_id=i oauth_client_secret=s scram_client_key=k",
        "postgresql://h/db?oauth_client_secret=s&scram_server_key=k&user=u",
    ],
)
def test_only_passwords_are_masked(database: psycopg.Connection, given: str) -> None:
    row = database.execute(f"select {masked_conninfo('%(given)s')}".encode(), {"given": given}).fetchone()
    assert row is not None
    wanted = {name: MASK if name in SECRETS else value for name, value in _parsed(given).items()}
    assert _parsed(row[0]) == wanted


def test_statements_are_shown_without_passwords() -> None:
    assert masked_sql("CREATE SUBSCRIPTION \"s\" CONNECTION 'a ''b' PUBLICATION") == (
        f"CREATE SUBSCRIPTION \"s\" CONNECTION '{MASK}' PUBLICATION"
    )
    assert masked_sql("OPTIONS (SET \"password\" E'a\\\\''b', \"user\" 'u')") == (
        f"OPTIONS (SET \"password\" E'{MASK}', \"user\" 'u')"
    )


def _parsed(conninfo: str) -> dict[str, object]:
    return dict(conninfo_to_dict(conninfo))
