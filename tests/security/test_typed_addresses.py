"""Addresses with a slip, wherever they are typed: no message repeats their password."""

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pgnorm.normalizer.project.typed import HIDDEN, Concealer, could_be_address, said

if TYPE_CHECKING:
    from conftest import Run

SECRET = "sesame9"
SLIPS = {
    "whole": "postgresql://u:{}@127.0.0.1:1/db",
    "one slash": "postgresql:/u:{}@127.0.0.1:1/db",
    "no colon": "postgresql//u:{}@127.0.0.1:1/db",
    "no slashes": "postgresql:u:{}@127.0.0.1:1/db",
    "three slashes": "postgresql:///u:{}@127.0.0.1:1/db",
    "no scheme": "u:{}@127.0.0.1:1/db",
    "no host": "u:{}@db",
    "only a password": "{}@127.0.0.1/db",
    "another scheme": "mysql://u:{}@127.0.0.1:1/db",
    "a misspelt scheme": "postgers://u:{}@127.0.0.1:1/db",
    "words": "host=127.0.0.1 port=1 user=u password={}",
    "words like a snapshot": "user=u password={}.json",
    "words like a file": "user=u password={}.sql",
    "a misspelt word": "host=127.0.0.1 port=1 pasword={}",
    "spaces around": "host = 127.0.0.1 port=1 password = '{}'",
    "a quote left open": "host=127.0.0.1 port=1 password='{}",
    "signs": "postgresql://u:a@{}:b@127.0.0.1:1/db",
    "a query": "postgresql://u@127.0.0.1:1/db?password={}&sslmodus=x",
    "a line feed": "postgresql://u:{}\n@127.0.0.1:1/db",
}
PLACES = (
    ("dump", "--from", "ADDRESS"),
    ("dump", "--from=ADDRESS"),
    ("dump", "--db-url", "ADDRESS"),
    ("dump", "--shadow-url", "ADDRESS"),
    ("dump", "ADDRESS"),
    ("dump", "--format", "ADDRESS"),
    ("dump", "--schema", "ADDRESS", "--from", "files"),
    ("dump", "--split", "missing/ADDRESS", "-o", "x"),
    ("dump", "-o", "missing/ADDRESS"),
    ("dump", "--ADDRESS"),
    ("dump", "-ADDRESS"),
    ("diff", "--to", "ADDRESS"),
    ("diff", "--from", "ADDRESS", "--json"),
    ("diff", "--to", "files", "--from", "files", "--seed", "ADDRESS"),
    ("diff", "--proof", "ADDRESS"),
    ("diff", "-f", "ADDRESS"),
    ("fix-functions", "ADDRESS"),
    ("fix-functions", "--from", "ADDRESS"),
    ("fix-functions", "--take", "ADDRESS"),
    ("fix-functions", "--stdin-filename", "ADDRESS"),
    ("--project", "ADDRESS", "dump"),
    ("--ADDRESS", "dump"),
    ("ADDRESS",),
    ("ADDRESS", "dump"),
)


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS.keys())
def test_no_place_repeats_a_password(run: "Run", plain: Path, slip: str) -> None:
    (plain / "schemas" / "01_tables.sql").write_text("")
    address = slip.format(SECRET)
    told = []
    for place in PLACES:
        words = [word.replace("ADDRESS", address) for word in place]
        code, out, err = run(shlex.join(words))
        assert SECRET not in out + err, f"{place}: {err}"
        assert "a fault in pgnorm" not in err, f"{place}: {err}"
        told.append((place, code))
    assert not [place for place, code in told if code != 2 and not {"--schema", "-f", "-ADDRESS"} & set(place)]


def test_a_user_without_a_password_is_no_secret() -> None:
    for address in ("postgresql://app@127.0.0.1:1/db", "postgres://app@h/db?sslmode=require"):
        assert Concealer([address]).conceal('role "app" does not exist') == 'role "app" does not exist'
        assert HIDDEN in Concealer([address]).conceal(f"cannot reach {address}")


def test_what_is_no_address_is_shown() -> None:
    for word in ("files", "schemas/01_tables.sql", "icon@2x.sql", "add_notes", "dump", "--format", "public", "a=b"):
        assert not could_be_address(word)
        assert said(word) == word
    assert said(f"u:{SECRET}@h") == HIDDEN


def test_a_message_stays_readable() -> None:
    address = "postgresql://postgres:postgres@127.0.0.1:1/postgres"
    message = "cannot connect to 127.0.0.1:1 as postgres to database postgres: Connection refused"
    assert Concealer(["dump", "--db-url", address]).conceal(message) == message
    assert Concealer(["u:on@h"]).conceal("no connection on") == "no connection ***"


def test_a_document_does_not_hold_it(run: "Run", plain: Path) -> None:
    (plain / "schemas" / "01_tables.sql").write_text("")
    name = f"u:{SECRET}@h.sql"
    (plain / name).write_text("")
    code, out, _ = run(shlex.join(["diff", "--from", name, "--to", "files", "--json"]))
    assert code == 0
    assert json.loads(out)["from"] == name, "a file that is there is no address"


@pytest.mark.parametrize(
    "words",
    [
        ["fix-functions", ""],
        ["fix-functions", "schemas", ""],
        ["fix-functions", "--from", ""],
        ["fix-functions", "--from="],
        ["dump", "--from", " "],
        ["dump", "--db-url", ""],
        ["dump", "-o", ""],
        ["diff", "--to", ""],
        ["diff", "-f", ""],
        ["--project", "", "dump"],
        ["--project=", "dump"],
    ],
)
def test_an_empty_argument_is_refused(run: "Run", plain: Path, words: list[str]) -> None:
    before = (plain / "schemas" / "01_tables.sql").read_text()
    code, out, err = run(shlex.join(words))
    assert (code, out) == (2, "")
    assert "variable of the shell that is not set" in err
    assert (plain / "schemas" / "01_tables.sql").read_text() == before


def test_a_folder_without_files_is_refused(run: "Run", plain: Path) -> None:
    (plain / "empty").mkdir()
    code, _, err = run("fix-functions empty")
    assert code == 2
    assert "empty: the folder holds no .sql file" in err


@pytest.mark.parametrize("name", ["a\nb", "a\r\nb", "a\vb", "a\x00b"])
def test_a_migration_of_several_lines_is_refused(run: "Run", plain: Path, name: str) -> None:
    code, _, err = run(shlex.join(["diff", "-f", name]))
    assert code == 2
    assert "can't be a migration's name" in err
    assert not list((plain / "migrations").iterdir())
