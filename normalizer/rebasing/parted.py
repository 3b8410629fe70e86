"""Migrations of a folder beside those that a revision of git has: which are this branch's own."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value, untold

from ..applying.squashes import squashed_in
from ..files.reading import read_file, shown
from ..files.revisions import at_commit, commit_of, is_known, parting
from ..project.forms import Migration, Migrations, version_of
from ..project.project import Project

_USUAL: Final = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


class Parted(Value):
    """A folder of migrations since a revision of git: what that has, and what is new."""

    revision: str
    folder: Path
    found: Migrations = untold()
    then: Mapping[str, bytes] = untold()
    """The files of the revision, by their paths from the folder on."""
    before: Mapping[str, bytes] = untold()
    """The ones of the commit at which this branch parted from it."""

    @property
    def files(self) -> dict[str, Migration]:
        """The migrations that are here, in their order."""
        return {each.path.relative_to(self.folder).as_posix(): each for each in self.found.files}

    @property
    def gone(self) -> list[str]:
        """The migrations of the revision that are not here, neither under another name nor squashed."""
        # A history knows a migration by its version, whatever the rest of its name is.
        versions = {each.version for each in self.found.files}
        lost = [name for name in sorted(self.then) if name.endswith(".sql") and not (self.folder / name).exists()]
        lost = [name for name in lost if version_of(name) not in versions]
        squashed = set(_squashed(each.path for each in self.found.files)) if lost else set()
        return [name for name in lost if name not in squashed]

    @property
    def new(self) -> list[str]:
        """The migrations that the revision does not have, by their names."""
        return [name for name in self.files if name not in self.then]

    @property
    def old(self) -> list[str]:
        """The migrations that it has."""
        return [name for name in self.files if name in self.then]

    @property
    def mine(self) -> tuple[Migration, ...]:
        """The migrations that are this branch's own: of a version that the revision does not have, or that it has in
        another file which is here too."""
        files, here = self.files, {version_of(name) for name in self.old}
        renamed = {version_of(name) for name in self.then} - here
        return tuple(files[name] for name in self.new if files[name].version and files[name].version not in renamed)


def parted(project: Project, revision: str) -> Parted:
    """The migrations since a revision. Raises PgnormError where git has no such revision."""
    folder = project.migrations_dir
    commit = commit_of(folder, revision)
    return Parted(
        revision=revision,
        folder=folder,
        found=project.migration_files(),
        then=at_commit(folder, commit),
        before=at_commit(folder, parting(folder, commit)),
    )


def usual_revision(project: Project) -> str:
    """The branch that others branch off. Raises PgnormError where it has none of the usual names."""
    found = next((each for each in _USUAL if is_known(project.migrations_dir, each)), None)
    if found is None:
        raise PgnormError(
            "git knows no origin/main, origin/master, main or master here",
            hint="Name the branch that yours is to come after: --since REVISION.",
        )
    return found


def _squashed(paths: Iterable[Path]) -> Iterator[str]:
    """The names of the files that others have taken the place of."""
    for path in paths:
        yield from squashed_in(read_file(path, label=shown(path)).text)
