"""Databases and snapshots as they were read, or as what a server answers of them."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from pgnorm.catalog.model import Catalog, Value

from .project.sources import Source

if TYPE_CHECKING:
    from pgnorm.catalog.answers import Answers


class Read(Value):
    """A database or a snapshot as it is."""

    catalog: Catalog
    partial: bool = False
    """True for a snapshot of some schemas only."""
    answers: "Answers | None" = None
    """Answers that all of it is made of, where the catalog is pared of what another one has alike."""

    @property
    def whole(self) -> Catalog:
        """The catalog with all that there is."""
        return self.answers.whole if self.answers is not None else self.catalog


class Asked(NamedTuple):
    """A source whose server is at work, or that is read already."""

    major: int
    """The major version of the server that it is of."""
    read: Callable[[], Read]
    answers: "Callable[[], Answers] | None" = None
    """A function called for what the server answers, instead; None for a snapshot."""
    go_on: Callable[[], None] = lambda: None
    """A function that has the server work on all that it has, be it wanted yet or not."""


def last_major(asked: Mapping[Source, Asked]) -> int:
    """The major version that files are loaded for beside what is asked, unless a project says one."""
    *_, last = asked.values()
    return last.major


def read(
    asked: Mapping[Source, Asked], *, pare: bool, differing: Callable[[], None] = lambda: None
) -> dict[Source, Read]:
    """Reads of what is asked by now. With `pare` two databases come without what both have alike; `differing` is called
    as soon as it is known that they are not."""
    answering = {source: each.answers for source, each in asked.items() if each.answers is not None}
    if not pare or len(answering) < 2:
        return {source: each.read() for source, each in asked.items()}
    from .compare.paring import pared

    old, new = (answered() for answered in answering.values())
    parts = pared(old, new, differing) or (old.whole, new.whole)
    found = zip(answering, parts, (old, new), strict=True)
    return {source: Read(catalog=part, answers=each) for source, part, each in found}
