"""Migrations that have no one order, and those that were changed or came in between since a state that git holds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from ..applying.squashes import squashed_in
from ..files.reading import read_file, shown
from ..files.revisions import at_commit, commit_of, parting
from ..project.forms import Migration, version_of
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
    folder = project.migrations_dir
    commit = commit_of(folder, revision)
    then, before = at_commit(folder, commit), at_commit(folder, parting(folder, commit))
    found = project.migration_files().files
    files = {each.path.relative_to(folder).as_posix(): each.path for each in found}
    # A history knows a migration by its version, whatever the rest of its name is.
    versions, taken = {each.version for each in found}, {version_of(name) for name in then}
    gone = [name for name in sorted(then) if name.endswith(".sql") and not (folder / name).exists()]
    gone = [name for name in gone if version_of(name) not in versions]
    squashed = set(_squashed(files.values())) if gone else set()
    new = [name for name in files if name not in then]
    for name in gone:
        if name in squashed:
            continue
        if name in before:
            yield _changed(folder / name, "is gone", revision)
        elif new:
            yield Finding(
                rule=RULE,
                message=f"{revision} has it by now, and what is new here may come before it",
                place=shown(folder / name),
                cure=f"Take {revision} in first: git rebase {revision}",
            )
    old = [name for name in files if name in then]
    for name in old:
        # What the revision alone has changed is not this branch's.
        known = (then[name], before.get(name, then[name]))
        if _lines(files[name].read_bytes()) not in map(_lines, known):
            yield _changed(files[name], "has been changed", revision)
    names = [*files]
    last = names.index(old[-1]) if old else -1
    for name in names[: last + 1]:
        if name in new and version_of(name) not in taken:
            yield Finding(
                rule=RULE,
                message=f"it runs before {old[-1]}, which {revision} has already",
                place=shown(files[name]),
                cure="Give it a later version: databases that have applied that one would not run it.",
            )


def _squashed(paths: Iterable[Path]) -> Iterator[str]:
    """The names of the files that others have taken the place of."""
    for path in paths:
        yield from squashed_in(read_file(path, label=shown(path)).text)


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
