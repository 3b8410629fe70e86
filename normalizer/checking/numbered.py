"""Migrations that have no one order, and those that were changed or came in between since a state that git holds."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..files.reading import shown
from ..files.revisions import at_revision
from ..project.forms import Migration
from ..project.project import Project
from .finding import Finding

RULE: Final = "migrations-order"


def of_one_version(project: Project) -> Iterator[Finding]:
    """The migrations whose version another one has too."""
    by_version: dict[str, list[Migration]] = defaultdict(list)
    for each in project.migration_files().files:
        by_version[each.version].append(each)
    for version, some in by_version.items():
        for each in some[1:] if version else ():
            yield Finding(
                rule=RULE,
                message=f"{shown(some[0].path)} has version {version} too, so that no history tells them apart",
                place=shown(each.path),
                cure="Give one of them a version of its own behind the last one.",
            )


def since(project: Project, revision: str) -> Iterator[Finding]:
    """The migrations that a revision of git has otherwise, and new ones that would run before one of its.

    Raises PgnormError where git has no such revision.
    """
    then = at_revision(project.migrations_dir, revision)
    files = [each.path for each in project.migration_files().files]
    names = {path.name for path in files}
    for name in sorted(then):
        if name.endswith(".sql") and name not in names and not (project.migrations_dir / name).exists():
            yield _changed(project.migrations_dir / name, "is gone", revision)
    old = [path for path in files if path.name in then]
    for path in old:
        if _lines(path.read_bytes()) != _lines(then[path.name]):
            yield _changed(path, "has been changed", revision)
    last = files.index(old[-1]) if old else -1
    for path in files[: last + 1]:
        if path not in old:
            yield Finding(
                rule=RULE,
                message=f"it runs before {old[-1].name}, which {revision} has already",
                place=shown(path),
                cure="Give it a later version: databases that have applied that one would not run it.",
            )


def _lines(content: bytes) -> bytes:
    """A content with the line ends that git may keep in place of others."""
    return content.replace(b"\r\n", b"\n")


def _changed(path: Path, what: str, revision: str) -> Finding:
    return Finding(
        rule=RULE,
        message=f"it {what} since {revision}, so databases that have applied it are otherwise",
        place=shown(path),
        cure="Put it back (git checkout), and write what is new as a migration of its own.",
    )
