"""Findings of squawk in the style of migrations, a program that many have their own settings for."""

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Final

from ..applying.pieces import reason_to_run_apart
from ..applying.standing import read
from ..files.reading import SourceFile
from ..linting.lint import Level
from ..project.project import Project
from ..rebasing.parted import parted
from .finding import Finding
from .squawk import SQUAWK, Row, squawk_of

_LINE_END: Final = re.compile(r"\r\n|\r|\n")


def styled(project: Project, major: Callable[[], int], *, since: str | None, level: Level) -> Iterator[Finding]:
    """The findings of this level and above in the migrations, with `since` in those that a revision of git does not
    have; none unless the project asks for them.

    Raises PgnormError where squawk is not installed or does not do its work, and where git has no such revision.
    """
    if not project.squawk:
        return
    squawk = squawk_of(project)
    version = f"--pg-version={major()}.0"
    files = project.migration_files().files if since is None else parted(project, since).mine
    migrations = {each.path: read(each.path, each.version, each.name) for each in files}
    apart = {path: reason_to_run_apart(each) is not None for path, each in migrations.items()}
    for together in (True, False):
        some = [path for path in apart if apart[path] is not together]
        assumed = f"--{'' if together else 'no-'}assume-in-transaction"
        for path, rows in groupby(squawk.rows([version, assumed], some), key=itemgetter(0)):
            source = migrations[path].source
            # squawk ends lines at a lone carriage return too, all else that names places does not.
            starts = [0, *(each.end() for each in _LINE_END.finditer(source.text))]
            for _, row in rows:
                found = Level.ERROR if row["level"] == "Error" else Level.WARN
                if found >= level:
                    yield _finding(source, starts[row["line"]], row, found)


def _finding(source: SourceFile, start: int, row: Row, level: Level) -> Finding:
    text = "\ufeff" * (source.bom and start == 0) + source.text[start : start + row["column"]]
    before = text.encode()[: row["column"]].decode(errors="replace").removeprefix("\ufeff")
    cure = f"{row['help'].rstrip('.')}. " if row["help"] else ""
    return Finding(
        rule=SQUAWK,
        message=f"{row['rule_name']}: {row['message'].rstrip('.')}",
        place=source.place(start + len(before)),
        cure=f"{cure}If it is meant: -- squawk-ignore {row['rule_name']}",
        level=level.word,
    )
