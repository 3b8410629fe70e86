"""Certificates of migrations: each ends where the next one begins, and tells the statements that were proved."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from pgnorm.catalog.errors import PgnormError

from ..applying.certificates import Certificate, certificate, digest
from ..applying.pieces import Applicable
from ..applying.standing import read
from ..compare.fingerprint import fingerprint
from ..comparison import Comparison
from ..platforms import Platform
from ..project.project import Project
from ..project.ways_back import without_ways_back
from .finding import Finding, of_error

EDITED: Final = "migration-edited"
CHAIN: Final = "certificates-chain"
_CURE: Final = (
    "put it back as it was (git checkout) and write the change as a migration of its own. Only one that no database "
    "has applied can be taken away and written anew: pgnorm diff -f NAME"
)

_CURE_OF_EDIT: Final = (
    "Where no database has applied it, what was edited may stay (an UPDATE ahead of what rows refuse): take out the "
    "line of its certificate. Where one has, put it back as it was (git checkout) and write the change as a "
    "migration of its own"
)


class Certified:
    """The migrations with what their certificates say."""

    def __init__(self, project: Project) -> None:
        self.unread: list[Finding] = []
        """Errors of those that can't be read."""
        self._found: list[tuple[Applicable, Certificate | None]] = []
        for each in project.migration_files().files:
            migration = read(each.path, each.version, each.name)
            migration = migration.evolve(source=migration.source.evolve(text=without_ways_back(migration.source.text)))
            try:
                self._found.append((migration, certificate(migration)))
            except PgnormError as error:
                self.unread += of_error(error, EDITED)

    def edited(self) -> Iterator[Finding]:
        """The migrations whose statements are not those that were proved."""
        yield from self.unread
        for migration, said in self._found:
            if said is not None and said.digest and said.digest != digest(migration.source.text):
                yield Finding(
                    rule=EDITED,
                    message="its statements were edited after they were proved, so its certificate tells nothing",
                    place=migration.label,
                    cure=_CURE_OF_EDIT,
                )

    def broken(self, comparison: Comparison, platform: Platform) -> Iterator[Finding]:
        """The migrations that were proved from another state than the one before leads to; and the last one, where the
        migrations as a whole, the old side of `comparison`, end elsewhere, and none before it tells why."""
        parted = [
            (before.label, after.label)
            for (before, first), (after, second) in pairwise(self._found)
            if first is not None and second is not None and _joined(first, second) and first.goal != second.start
        ]
        for before, after in parted:
            yield Finding(
                rule=CHAIN,
                message=f"it was proved to start from another state than the one that {before} leads to",
                place=after,
                cure=f"They were made side by side: pgnorm migration rebase. Or one was edited: {_CURE}",
            )
        if parted:
            return
        migration, last = self._found[-1] if self._found else (None, None)
        view = comparison.views[0]
        if migration is None or last is None or not last.last or last.partial or comparison.partial:
            return
        if last.server == view.server.split()[0] and last.goal != fingerprint(view, platform):
            yield Finding(
                rule=CHAIN,
                message="it was proved to lead to another state than the one that the migrations make",
                place=migration.label,
                cure=f"It, or one before it, was edited: {_CURE}",
            )


def _joined(first: Certificate, second: Certificate) -> bool:
    """True if the one ends at a whole state where the other begins, and both mean the same by that."""
    whole = first.last and second.first and not first.partial and not second.partial
    return whole and (first.pgnorm, first.server, first.baseline) == (second.pgnorm, second.server, second.baseline)
