"""The command line run in this process, as a person would, in a folder of its own."""

import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pgnorm.cli.main import main

FIXTURES = Path(__file__).parents[2] / "fixtures"


Run = Callable[[str], tuple[int, str, str]]


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs pgnorm with the words of a line; gives its exit code, stdout and stderr."""
    for name in ("PGNORM_DB_URL", "DATABASE_URL", "PGHOST", "PGSERVICE", "FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def run(line: str) -> tuple[int, str, str]:
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(shlex.split(line))
        streams = capsysbinary.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, streams.out.decode(), streams.err.decode()

    return run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, in no project."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def plain(folder: Path) -> Path:
    """The working directory as a small project on plain Postgres."""
    (folder / "pgnorm.toml").write_text("")
    (folder / "schemas").mkdir()
    (folder / "migrations").mkdir()
    (folder / "schemas" / "01_tables.sql").write_text("create table notes (id int primary key, body text);\n")
    return folder


@pytest.fixture
def crm(folder: Path) -> Path:
    """The working directory as a copy of the whole Supabase project in fixtures/crm."""
    shutil.copytree(FIXTURES / "crm", folder, dirs_exist_ok=True)
    return folder
