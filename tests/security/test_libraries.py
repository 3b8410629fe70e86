"""Libraries that files name are not even opened: what is in one runs as soon as it is."""

from pathlib import Path

import pytest
from conftest import Failure
from psycopg import OperationalError

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.files.reading import SourceFile
from pgnorm.normalizer.load.loader import load
from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres.binaries import find
from pgnorm.normalizer.postgres.connections import OWNER, connect_private
from pgnorm.normalizer.postgres.private import open_private


@pytest.mark.parametrize("scratch", [False, True], ids=["transaction", "scratch"])
@pytest.mark.parametrize(
    "language",
    ["c", "C", '"c"', "'c'", 'U&"\\0063"', "/* a */ c", "E'c'", "E'\\x63'", "$$c$$", "volatile language c"],
)
def test_that_of_a_function(failure: Failure, mark: Path, language: str, scratch: bool) -> None:
    for made in ("function f() returns int", "or replace procedure f()", "function f(language text) returns int"):
        error = failure(f"create {made} language {language} as '{mark}', 'f'", scratch=scratch)
        assert "could not access file" not in error.message
        assert any(words in error.message for words in ("permission denied for language", "syntax error", "redundant"))


@pytest.mark.parametrize(
    "whose", [f"role {OWNER}", "role all", "database {database}", f"role {OWNER} in database {{database}}"]
)
@pytest.mark.parametrize("setting", ["session_preload_libraries", "local_preload_libraries"])
def test_those_of_a_session(mark: Path, setting: str, whose: str) -> None:
    with open_private(find(None), PLAIN) as host:
        with host.scratch_database() as name:
            with connect_private(host.server, "postgres") as administrator:
                administrator.execute(f"alter {whose.format(database=name)} set {setting} = '{mark}'".encode())
            with pytest.raises(PgnormError, match="have libraries loaded"):
                host.connect(name)
            with pytest.raises(OperationalError):
                connect_private(host.server, name, user=OWNER)
            connect_private(host.server, name).close()
        assert not host.in_order or "database" in whose


def test_the_settings_of_other_roles_are_theirs() -> None:
    text = "create role api; alter role api set session_preload_libraries = 'safeupdate'"
    with open_private(find(None), PLAIN) as host, host.scratch_database() as name:
        with host.connect(name) as connection:
            file = SourceFile(path=None, label="x.sql", text=text)
            load(connection, [file], kind="migrations", transaction=False, power=host.power)
        host.connect(name).close()
