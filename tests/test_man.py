"""Manual pages: one for each command, which roff understands, with all that the help says."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click import Context

from pgnorm.cli.main import COMMANDS, group

ROOT = Path(__file__).parents[1]
LINTERS = {"groff": ("-ww", "-man", "-Tutf8", "-K", "utf8", "-z"), "mandoc": ("-T", "lint", "-W", "warning")}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages by their names."""
    folder = tmp_path_factory.mktemp("man")
    subprocess.run([sys.executable, ROOT / "release" / "man.py", folder], check=True)
    return {path.stem: path for path in sorted(folder.iterdir())}


def test_each_command_has_one_with_its_options(pages: dict[str, Path]) -> None:
    assert {f"pgnorm-{name}" for name in COMMANDS} <= pages.keys()
    for name in COMMANDS:
        command = group.get_command(Context(group), name)
        assert command is not None
        text = pages[f"pgnorm-{name}"].read_text().replace("\\-", "-")
        # A command remembers the names of the option by which it was first asked for help.
        help_text = command.get_help(Context(command, help_option_names=["-h", "--help"]))
        options = set(re.findall(r"^  (?:-\\w, )?(--[a-z-]+)", help_text, re.MULTILINE))
        assert [each for each in options if each not in text] == []


def test_they_name_each_other(pages: dict[str, Path]) -> None:
    for path in pages.values():
        named = re.findall(r"^\.BR (\S+) \(1\),?$", path.read_text(), re.MULTILINE)
        assert named
        assert {each.replace("\\-", "-") for each in named} <= pages.keys()


@pytest.mark.parametrize("linter", LINTERS)
def test_roff_understands_them(linter: str, pages: dict[str, Path]) -> None:
    if shutil.which(linter) is None:
        pytest.skip(f"there is no {linter} on the PATH")
    for path in pages.values():
        done = subprocess.run([linter, *LINTERS[linter], path], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout + done.stderr) == (0, "")
