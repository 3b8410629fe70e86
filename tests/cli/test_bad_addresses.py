"""Addresses that lead nowhere, and passwords that are wrong: told without a password."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres import binaries
from pgnorm.normalizer.postgres.private import open_private
from pgnorm.normalizer.postgres.server import PORT

if TYPE_CHECKING:
    from conftest import Refused

SECRET = "sesame"


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    """libpq's words for a server that wants a password, but for the password."""
    with open_private(binaries.find(None), PLAIN, trust_files=True) as host:
        rules = host.server.data / "pg_hba.conf"
        before = rules.read_text()
        with host.connect("postgres") as connection:
            connection.execute(f"create role guest login password '{SECRET}'".encode())
            rules.write_text("local all guest scram-sha-256\n" + before)
            connection.execute("select pg_reload_conf()")
        try:
            yield f"host={host.server.folder} port={PORT} user=guest dbname=postgres"
        finally:
            rules.write_text(before)
            with host.connect("postgres") as connection:
                connection.execute("drop role guest")


@pytest.mark.usefixtures("plain")
def test_a_wrong_password_is_never_printed(refused: "Refused", guarded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGNORM_TRACEBACK", "1")
    address = f'"{guarded} password=open-{SECRET}"'
    for line in ("dump --db-url", "diff --json --from", "diff --to", "fix-functions --db-url", "dump --shadow-url"):
        err = refused(f"-v {line} {address}", "password authentication failed", "hint: Check the user and the")
        assert SECRET not in err


@pytest.mark.parametrize("option", ["--db-url", "--shadow-url"])
@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://u:sesame@127.0.0.1:1/x", "cannot connect to 127.0.0.1:1 as u to database x: Connection refused"),
        ("postgresql://u:sesame@nowhere.invalid/x", "hint: Check the spelling of the host"),
        ("postgresql://u:sesame@h/x?pgbouncer=true", "the parameter `pgbouncer`, which libpq does not know\nhint: "),
        ("postgresql://u:my@sesame/x#y@127.0.0.1:1/x", "hint: Write `@`, `:`, `/`"),
        ("postgresql://u:sesame\udcff@127.0.0.1:1/x", "no valid URL"),
        ("mysql://u:sesame@127.0.0.1/x", "hint: An address is postgresql://"),
        ("host=127.0.0.1 pasword=sesame", "hint: An address is postgresql://"),
    ],
)
@pytest.mark.usefixtures("plain")
def test_an_address_that_leads_nowhere(refused: "Refused", option: str, address: str, said: str) -> None:
    assert SECRET not in refused(f"-v dump {option} '{address}'", said)


def test_the_linked_project_of_another_encoding(refused: "Refused", crm: Path) -> None:
    (crm / "supabase" / ".temp").mkdir(exist_ok=True)
    (crm / "supabase" / ".temp" / "project-ref").write_bytes(b"\xff\xfe")
    refused("dump --linked", "supabase/.temp/project-ref:1:1: the file is not UTF-8")
