"""The program squawk, asked about files: with no settings but those of the repository, and as many files at once as any
system's command line takes."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from glob import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypedDict

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.installing import command_for_extra
from pgnorm.catalog.model import Value

from ..files.reading import SourceFile, read_file, real_path, shown
from ..project.bounds import repository, within
from ..project.project import Project

SQUAWK: Final = "squawk"
_SETTINGS: Final = ".squawk.toml"
_NONE: Final = SourceFile(path=None, label="", text="")
_MOST: Final = 1 << 20  # bytes of settings
_AT_ONCE: Final = 20_000  # characters of paths; Windows takes 32767 of a command line
_ALL_EXCLUDED: Final = "Failed to find files for provided patterns"
_AT: Final = re.compile(r" at line (\d+) column (\d+)$")


class Row(TypedDict):
    """A finding as squawk's JSON has it: lines and bytes are counted from 0."""

    file: str
    line: int
    column: int
    level: str
    message: str
    help: str | None
    rule_name: str


class Squawk(Value):
    """The program, and the project's settings of it."""

    program: str
    root: Path
    settings: SourceFile

    def rows(self, options: Sequence[str], paths: Sequence[Path]) -> Iterator[tuple[Path, Row]]:
        """The rows about these files, each with its path. Raises PgnormError where it does not do its work."""
        by_file = {real_path(path): path for path in paths}
        with TemporaryDirectory() as folder:
            # A copy: it would wait for a pipe, follow a link anywhere, and look for settings up to the root.
            copy = Path(folder, _SETTINGS)
            copy.write_bytes(self.settings.text.encode())
            command = [self.program, "--reporter=json", f"--config={copy}", *options, "--"]
            for some in _batches([escape(os.path.relpath(path, self.root)) for path in paths]):
                for row in self._said([*command, *some]):
                    yield by_file[real_path(self.root / row["file"])], row

    def _said(self, command: Sequence[str]) -> list[Row]:
        done = subprocess.run(
            command, cwd=self.root, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8"
        )
        if not done.stdout and done.stderr.startswith(_ALL_EXCLUDED):
            return []
        try:
            rows: list[Row] = json.loads(done.stdout or ("[]" if done.returncode == 0 else ""))
        except ValueError:
            words = (done.stderr or done.stdout).strip() or f"it ended with {done.returncode}"
            at = _AT.search(words)
            place = ":".join((self.settings.label or shown(self.root), *(at.groups() if at else ())))
            raise PgnormError(f"squawk could not do its work: {words}", place=place) from None
        return rows


def squawk_of(project: Project) -> Squawk:
    """The program as the project has it set. Raises PgnormError where it is not installed, and where its settings are
    no file of the repository."""
    found = shutil.which("squawk", path=Path(sys.executable).parent) or shutil.which("squawk")
    if found is None:
        raise PgnormError(
            "squawk is not installed",
            place=project.settings.place("squawk"),
            hint=f"Install it ({command_for_extra('lint')}), or leave the rule out: --skip squawk",
        )
    return Squawk(program=found, root=project.root, settings=_settings(project.root))


def _settings(root: Path) -> SourceFile:
    """The nearest settings, from the project's folder up to that of the repository."""
    root = real_path(root)
    top = repository(root)
    folders = [each for each in (root, *root.parents) if each.is_relative_to(top)]
    path = next((each / _SETTINGS for each in folders if os.path.lexists(each / _SETTINGS)), None)
    if path is None:
        return _NONE
    within(root, [path])
    if not path.is_file():
        raise PgnormError("it is no file that can be read", place=shown(path), hint="Write it anew, or take it out.")
    return read_file(path, label=shown(path), limit=_MOST)


def _batches(words: Sequence[str]) -> Iterator[list[str]]:
    batch, size = list[str](), 0
    for word in words:
        if batch and size + len(word) > _AT_ONCE:
            yield batch
            batch, size = [], 0
        batch.append(word)
        size += len(word) + 1
    if batch:
        yield batch
