"""The statements of migrations that made objects what they are: migrations run one by one, and looked at in between."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from attrs import define, field

from pgnorm.catalog.model import Catalog, Object, Value, untold

from .compare.describing import words
from .compare.difference import Difference, differences
from .files.reading import SourceFile, line_and_column
from .files.revisions import Commit, commit_of_line
from .load.session import loaded
from .named import are_there, in_public, is_asked, meant, refuse_unknown
from .sql.statements import Statement
from .syncing.placing import Places

if TYPE_CHECKING:
    from .load.context import Context, Texts
    from .postgres.shadow import Session

_MADE: Final = "made"
_DROPPED: Final = "dropped"
T = TypeVar("T")
_SAYING_LITTLE: Final = frozenset({"public"})


class Event(Value):
    """Effect of a statement of a migration to an object."""

    file: SourceFile = untold()
    statement: Statement = untold()
    difference: Difference

    @property
    def place(self) -> str:
        """`file:line:column` of the statement."""
        return self.file.place(self.statement.start)

    @property
    def words(self) -> list[str]:
        """Words for its effect: `type`, `NOT NULL`."""
        return done(self.difference)

    @property
    def commit(self) -> Commit | None:
        """The commit that the line comes from at which the statement begins, as far as git tells."""
        line, _ = line_and_column(self.file.text, self.statement.start)
        return commit_of_line(self.file.path, line) if self.file.path is not None else None


def done(difference: Difference) -> list[str]:
    """The words for what was done to an object."""
    return [_MADE] if difference.old is None else words(difference) or [_DROPPED]


def deciding(
    events: Sequence[T], words: Callable[[T], Sequence[str]], makes: Callable[[T], bool]
) -> list[tuple[T, list[str]]]:
    """The events of one object, in their order, that made it what it is, each with what nothing has changed since."""
    found: list[tuple[T, list[str]]] = []
    later: set[str] = set()
    for event in reversed(events):
        if said := [word for word in words(event) if word not in later]:
            found.insert(0, (event, said))
        later.update(said)
        if makes(event):
            break
    return found


Deciding: TypeAlias = list[tuple[Event, list[str]]]
"""Events, each with what it did to an object that nothing has changed since."""


class Trace(Value):
    """The events of some objects, in the order in which they came about, and what these are in the end."""

    events: tuple[Event, ...]
    objects: tuple[Object, ...] = ()
    """Objects that were named, with their parts, as far as they are there."""
    places: Places = untold()
    """The statements of the schema files."""

    def deciding(self, item: Object) -> Deciding:
        """The events that made an object what it is."""
        of_item = [event for event in self.events if event.difference.item.id == item.id]
        return deciding(of_item, lambda event: event.words, lambda event: event.difference.old is None)

    def gone(self, names: Collection[str]) -> list[str]:
        """The names of what was there once."""
        return [name for name in names if not are_there((name, in_public(name)), self.objects)]

    def made(self, item: Object) -> list[str]:
        """The places at which the schema files make an object."""
        return [each.place for each in self.places.making(item)]


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


def traced(
    context: Context, texts: Texts, names: Collection[str], declared: Sequence[SourceFile], *, lasting: bool
) -> Trace:
    """The trace of the objects that are named (`public.contacts`, `contacts.email`), parts included.

    The migrations run up to four times: for what they lead to, with a look after each file, then around the statements
    that mention what is named in the files that did something to it, and at last at each where that did not show which
    one it was.

    Raises PgnormError for a name of what never was there; at once where only what is `lasting` is of interest, and the
    migrations do not mention it.
    """
    ran = looked(context, texts, lambda _: False)
    forms = [form for name in names for form in meant(name, ran.end)]
    if lasting:
        mentioned = {word for _, each in ran.ran for word in re.findall(r"\w+", each.text)} | _SAYING_LITTLE
        unheard = [name for name in names if not mentioned.issuperset(re.findall(r"\w+", name.partition("(")[0]))]
        refuse_unknown(unheard, (), ran.end, "the migrations lead to nothing called")

    def asked(item: Object, catalog: Catalog) -> bool:
        return is_asked(item, catalog, forms)

    looks = watched(context, texts, asked, (mentioning(names), lambda _: True), ran)
    events = tuple(
        Event(file=file, statement=statement, difference=found)
        for [number], changed in looks.spans(asked)
        for file, statement in [looks.ran[number]]
        for found in changed
    )
    refuse_unknown(names, (event.difference.item for event in events), looks.end, "no migration made anything called")
    objects = tuple(item for item in looks.end.objects.values() if asked(item, looks.end))
    return Trace(events=events, objects=objects, places=Places(declared))


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
    said = {word for name in names for word in re.findall(r"\w+", name)} - _SAYING_LITTLE

    def mentions(statement: Statement) -> bool:
        return not said.isdisjoint(re.findall(r"\w+", statement.text))

    return mentions


def _events(before: Catalog, after: Catalog, asked: Asked) -> Iterator[Difference]:
    for found in differences(before, after):
        if asked(found.item, after if found.new is not None else before):
            yield found
