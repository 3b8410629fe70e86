"""Findings of squawk in the style of migrations, a program that many have their own settings for."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from glob import escape
from pathlib import Path
from typing import Final, TypedDict

from pgnorm.catalog.errors import PgnormError

from ..applying.pieces import reason_to_run_apart
from ..applying.standing import read
from ..files.reading import shown
from ..linting.lint import Level
from ..project.forms import Migration
from ..project.project import Project
from ..rebasing.parted import parted
from .finding import Finding

SQUAWK: Final = "squawk"
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")


class _Row(TypedDict):
    """A finding as squawk's JSON has it: lines and bytes are counted from 0."""

    file: str
    line: int
    column: int
    level: str
    message: str
    help: str | None
    rule_name: str


def styled(project: Project, major: Callable[[], int], *, since: str | None, level: Level) -> Iterator[Finding]:
    """The findings of this level and above in the migrations, with `since` in those that a revision of git does not
    have; none unless the project asks for them.

    Raises PgnormError where squawk is not installed or does not do its work, and where git has no such revision.
    """
    if not project.squawk:
        return
    program = _program(project)
    version = f"--pg-version={major()}.0"
    files = project.migration_files().files if since is None else parted(project, since).mine
    apart = {each for each in files if reason_to_run_apart(read(each.path, each.version, each.name)) is not None}
    for together in (True, False):
        some = [each for each in files if (each not in apart) is together]
        if some:
            assumed = f"--{'' if together else 'no-'}assume-in-transaction"
            for row in _said(project, [program, "--reporter=json", version, assumed], some):
                found = Level.ERROR if row["level"] == "Error" else Level.WARN
                if found >= level:
                    yield _finding(row, found)


def _program(project: Project) -> str:
    found = shutil.which("squawk", path=Path(sys.executable).parent) or shutil.which("squawk")
    if found is None:
        raise PgnormError(
            "squawk is not installed",
            place=project.settings.place("squawk"),
            hint="pip install 'pgnorm[lint]' (in a clone of pgnorm: '.[lint]'), or leave the rule out: --skip squawk",
        )
    return found


def _said(project: Project, command: Sequence[str], files: Sequence[Migration]) -> list[_Row]:
    """The rows of squawk's JSON. Its own settings are looked for from the project's folder upwards."""
    patterns = [escape(str(each.path.resolve())) for each in files]
    done = subprocess.run([*command, "--", *patterns], cwd=project.root, capture_output=True, text=True)
    try:
        rows: list[_Row] = json.loads(done.stdout or ("[]" if done.returncode == 0 else ""))
    except ValueError:
        words = (done.stderr or done.stdout).strip() or f"it ended with {done.returncode}"
        raise PgnormError(f"squawk could not do its work: {words}", place=shown(project.root)) from None
    return rows


def _finding(row: _Row, level: Level) -> Finding:
    path = Path(row["file"])
    # squawk ends lines at a lone carriage return too, all else that names places does not.
    text = path.read_bytes()
    starts = [0, *(each.end() for each in _LINE_END.finditer(text))]
    before = text[: starts[row["line"]] + row["column"]]
    line, column = before.count(b"\n") + 1, len(before.rpartition(b"\n")[2].decode(errors="replace")) + 1
    cure = f"{row['help'].rstrip('.')}. " if row["help"] else ""
    return Finding(
        rule=SQUAWK,
        message=f"{row['rule_name']}: {row['message'].rstrip('.')}",
        place=f"{shown(path)}:{line}:{column}",
        cure=f"{cure}If it is meant: -- squawk-ignore {row['rule_name']}",
        level=level.word,
    )
