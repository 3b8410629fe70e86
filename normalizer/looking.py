"""Migrations run one by one, and the catalog looked at in between."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import define, field

from pgnorm.catalog.model import Catalog, Object

from .compare.difference import Difference, differences
from .files.reading import SourceFile
from .load.session import loaded
from .sql.statements import Statement

if TYPE_CHECKING:
    from .load.context import Context, Texts
    from .postgres.shadow import Session

SAYING_LITTLE: Final = frozenset({"public"})
"""Words that are in the names of most objects."""
Ran: TypeAlias = "list[tuple[SourceFile, Statement]]"
Asked: TypeAlias = Callable[[Object, Catalog], bool]
"""A test of objects in a catalog: true for one that somebody wants to know of."""


@define(eq=False)
class Looks:
    """Catalogs between the statements of a load, where a look is wanted."""

    session: Session
    wanted: Callable[[Ran], bool]
    """True if the catalog is to be read after what has run so far."""
    ran: Ran = field(factory=list)
    seen: dict[int, Catalog] = field(factory=dict)
    """States after statements, by their numbers; after -1, before all."""

    def __attrs_post_init__(self) -> None:
        if -1 not in self.seen:
            self.seen[-1] = self.session.read()

    @property
    def end(self) -> Catalog:
        """The state after all."""
        return self.seen[max(self.seen)]

    def spans(self, asked: Asked) -> list[tuple[range, tuple[Difference, ...]]]:
        """The statements between two looks, by their numbers, where what is asked for has changed, and what has."""
        return [
            (range(before + 1, after + 1), found)
            for before, after in pairwise(sorted(self.seen))
            if (found := tuple(_events(self.seen[before], self.seen[after], asked)))
        ]

    def __call__(self, source: SourceFile, statement: Statement) -> None:
        self.ran.append((source, statement))
        if len(self.ran) - 1 not in self.seen and self.wanted(self.ran):
            self.seen[len(self.ran) - 1] = self.session.read()


def watched(
    context: Context,
    texts: Texts,
    asked: Asked,
    nearer: Sequence[Callable[[Statement], bool]] = (),
    ran: Looks | None = None,
) -> Looks:
    """The migrations, which `ran` already or run now, run again with a look after each file, then once more for each
    test of `nearer`, where several statements could have done something to what is asked for: with a look around those
    of them that the test is true of."""
    looks = ran or looked(context, texts, lambda _: False)
    points = _ends(looks.ran)
    for near in (*nearer, None):
        if not points <= looks.seen.keys():
            looks = looked(context, texts, partial(_is_at, points), looks.seen)
        wide = [numbers for numbers, _ in looks.spans(asked) if len(numbers) > 1]
        close = {number for numbers in wide for number in numbers if near is not None and near(looks.ran[number][1])}
        points = close | {number - 1 for number in close}
    return looks


def looked(
    context: Context, texts: Texts, wanted: Callable[[Ran], bool], seen: Mapping[int, Catalog] = MappingProxyType({})
) -> Looks:
    """The migrations run once, with a look wherever one is wanted and at the end, but not at what is `seen`."""
    found: list[Looks] = []

    def look(session: Session) -> Looks:
        found.append(Looks(session, wanted, seen={**seen}))
        return found[-1]

    with loaded(context, texts, watch=look, singly=True, quiet=True) as there:
        looks = found[-1]
        if (last := len(looks.ran) - 1) not in looks.seen:
            looks.seen[last] = there.session.read()
    return looks


def states(context: Context, texts: Texts) -> list[Catalog]:
    """States before all files, and after each of them."""
    ran = looked(context, texts, lambda _: False)
    looks = looked(context, texts, partial(_is_at, _ends(ran.ran)), ran.seen)
    after = {looks.ran[at][0].label: catalog for at, catalog in looks.seen.items() if at >= 0}
    found = [looks.seen[-1]]
    for file in texts.files:
        found.append(after.get(file.label, found[-1]))
    return found


def _ends(ran: Ran) -> set[int]:
    """The last statements of files, by their numbers, but for the last of all."""
    return {at for at, (one, other) in enumerate(pairwise(ran)) if one[0] is not other[0]}


def _is_at(points: Collection[int], ran: Ran) -> bool:
    return len(ran) - 1 in points


def mentioning(names: Collection[str]) -> Callable[[Statement], bool]:
    """A test of statements: true for one that has a word of the names."""
    said = {word for name in names for word in re.findall(r"\w+", name)} - SAYING_LITTLE

    def mentions(statement: Statement) -> bool:
        return not said.isdisjoint(re.findall(r"\w+", statement.text))

    return mentions


def _events(before: Catalog, after: Catalog, asked: Asked) -> Iterator[Difference]:
    for found in differences(before, after):
        if asked(found.item, after if found.new is not None else before):
            yield found
