"""Passwords are masked wherever libpq finds them, and nothing else is."""

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from pgnorm.catalog.secrets import MASK, masked_conninfo, masked_login, masked_option, masked_sql

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


@pytest.mark.parametrize(
    ("names", "masked"),
    [
        ("password pwd passphrase api_key apikey sa_key secret_access_key credentials access_token conn_string", True),
        ("host url api_key_id vault_access_key_id password_required token_path key_column fetch_size user", False),
        ("token api_token Token authtoken token_value token_key session_token token_secret", True),
        ("token_url tokenizer session_token_duration token_type secret_ttl credentials_uri token_endpoint", False),
    ],
)
def test_options_are_masked_by_their_names(database: psycopg.Connection, names: str, masked: bool) -> None:
    for name in names.split():
        row = database.execute(f"select {masked_option('%(name)s', '%(value)s')}", {"name": name, "value": "v"})
        assert row.fetchone() == (MASK if masked else "v",), name
        shown = MASK if masked else "v"
        assert masked_sql(f"OPTIONS (\"{name}\" 'v', SET \"{name}\" E'v')") == (
            f"OPTIONS (\"{name}\" '{shown}', SET \"{name}\" E'{shown}')"
        )


def test_what_logs_in_is_masked_but_for_the_user(database: psycopg.Connection) -> None:
    for name in ("pw", "bearer", "jwt", "sas", "auth", "key", "password_required", "user"):
        row = database.execute(f"select {masked_login('%(name)s', '%(value)s')}", {"name": name, "value": "v"})
        assert row.fetchone() == ("v" if name == "user" else MASK,), name


def test_passwords_of_addresses_in_options_are_masked(database: psycopg.Connection) -> None:
    for value, shown in (
        ("https://u:secret@h/p?x=y@z", f"https://u:{MASK}@h/p?x=y@z"),
        ("amqp://u:secret@h, amqp://v:other@i", f"amqp://u:{MASK}@h, amqp://v:{MASK}@i"),
        ("https://u@h:80/a", "https://u@h:80/a"),
        ("c:\\a@b", "c:\\a@b"),
    ):
        row = database.execute(f"select {masked_option('%(name)s', '%(value)s')}", {"name": "url", "value": value})
        assert row.fetchone() == (shown,)
