"""Migrations that have no one order, and those that were changed or came in between since a state that git holds."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..files.reading import shown
from ..project.forms import Migration, version_of
from ..project.project import Project
from ..rebasing.parted import parted
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
                cure="Give one of them a version of its own behind the last one: pgnorm migration rebase",
            )


def since(project: Project, revision: str) -> Iterator[Finding]:
    """The migrations that a revision of git has otherwise, and new ones that would run before one of its.

    Raises PgnormError where git has no such revision.
    """
    found = parted(project, revision)
    files, new, old = found.files, found.new, found.old
    for name in found.gone:
        if name in found.before:
            yield _changed(found.folder / name, "is gone", revision)
        elif new:
            yield Finding(
                rule=RULE,
                message=f"{revision} has it by now, and what is new here may come before it",
                place=shown(found.folder / name),
                cure=f"Take {revision} in first: git rebase {revision}",
            )
    for name in old:
        # What the revision alone has changed is not this branch's.
        known = (found.then[name], found.before.get(name, found.then[name]))
        if _lines(files[name].path.read_bytes()) not in map(_lines, known):
            yield _changed(files[name].path, "has been changed", revision)
    names, taken = [*files], {version_of(name) for name in found.then}
    last = names.index(old[-1]) if old else -1
    for name in names[: last + 1]:
        if name in new and version_of(name) not in taken:
            yield Finding(
                rule=RULE,
                message=f"it runs before {old[-1]}, which {revision} has already",
                place=shown(files[name].path),
                cure="Give it a later version: databases that have applied that one would not run it. "
                f"pgnorm migration rebase --since {revision}",
            )


def _lines(content: bytes) -> bytes:
    """A content with the line ends that git may keep in place of others."""
    return content.replace(b"\r\n", b"\n")


def _changed(path: Path, what: str, revision: str) -> Finding:
    return Finding(
        rule=RULE,
        message=f"it {what} since {revision}, so databases that have applied it keep what it said",
        place=shown(path),
        cure="Put it back (git checkout), and write what is new as a migration of its own.",
    )
