"""The statements of migrations that made objects what they are: migrations run one by one, and looked at in between."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from attrs import define, field

from pgnorm.catalog.model import Catalog, Object, ObjectId, Value, untold

from .compare.describing import words
from .compare.difference import NAME, Difference
from .files.reading import SourceFile, line_and_column
from .files.revisions import Commit, commit_of_line
from .looking import SAYING_LITTLE, Looks, looked, mentioning, watched
from .named import are_there, in_public, is_asked, meant, refuse_unknown
from .renaming.followed import renamed, renames
from .sql.statements import Statement
from .syncing.placing import Places

if TYPE_CHECKING:
    from .load.context import Context, Texts

_MADE: Final = "made"
_DROPPED: Final = "dropped"
T = TypeVar("T")


class Event(Value):
    """Effect of a statement of a migration to an object."""

    number: int
    """The number of the statement among all."""
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
    former: Mapping[int, Mapping[ObjectId, Object]] = untold()
    """Objects, parts included, as they were called before statements gave them other names; by the numbers of these and
    the new names."""

    def deciding(self, item: Object) -> Deciding:
        """The events that made an object what it is, also under the names that it had before."""
        name, of_item = item.id, list[Event]()
        spans = [*sorted(self.former, reverse=True), -1]
        last = max((event.number for event in self.events), default=0)
        for number in spans:
            of_item += (
                event
                for event in reversed(self.events)
                if number <= event.number <= last and event.difference.item.id == name
            )
            last = number - 1
            if number >= 0 and name in self.former[number]:
                name = self.former[number][name].id
        return deciding(of_item[::-1], lambda event: event.words, lambda event: event.difference.old is None)

    def gone(self, names: Collection[str]) -> list[str]:
        """The names of what was there once."""
        return [name for name in names if not are_there((name, in_public(name)), self.objects)]

    def made(self, item: Object) -> list[str]:
        """The places at which the schema files make an object."""
        return [each.place for each in self.places.making(item)]


@define(eq=False)
class _Following:
    """Objects that are asked for by the names that they have, and before these by the ones that they had."""

    forms: Collection[str]
    earlier: dict[str, int] = field(factory=dict, init=False)
    """Names that statements took away, with the numbers of these."""
    former: dict[int, dict[ObjectId, Object]] = field(factory=dict, init=False)

    def asked(self, item: Object, catalog: Catalog) -> bool:
        """True if it ever had such a name."""
        return is_asked(item, catalog, [*self.forms, *self.earlier])

    def learn(self, looks: Looks) -> bool:
        """Note what statements renamed; true if that tells other names."""
        known = dict(self.earlier)
        for [number], _ in reversed(looks.spans(self.asked)):
            if not renames(looks.ran[number][1]):
                continue
            before, after = looks.seen[number - 1], looks.seen[number]
            for old, new in renamed(before, after):
                if self._counts(new, after, number):
                    self.former.setdefault(number, {})[new.id] = old
                    if not self._counts(old, before, number):
                        self.earlier[old.label] = max(number, self.earlier.get(old.label, number))
                elif self._counts(old, before, number):
                    self.former.setdefault(number, {})[new.id] = old
        return known != self.earlier

    def events(self, looks: Looks) -> Iterator[Event]:
        """All that was done to it, a rename as one."""
        for [number], changed in looks.spans(self.asked):
            file, statement = looks.ran[number]
            before, after = looks.seen[number - 1], looks.seen[number]
            pairs = self.former.get(number, {})
            followers = {old.id: new for new, old in pairs.items()}
            made = {each.item.id for each in changed if each.old is None}
            for each in changed:
                found = each
                if not self._counts(each.item, after if each.new is not None else before, number):
                    continue
                if each.old is None and (old := pairs.get(each.item.id)) is not None:
                    found = Difference(old, each.new, frozenset({NAME}))
                elif each.new is None and (new := followers.get(each.item.id)) is not None:
                    if new in made:
                        continue
                    found = Difference(each.old, after.objects[new], frozenset({NAME}))
                if NAME not in found.changed or found.old is None or found.old.name != found.item.name:
                    yield Event(number=number, file=file, statement=statement, difference=found)

    def _counts(self, item: Object, catalog: Catalog, number: int) -> bool:
        forms = [*self.forms, *(name for name, until in self.earlier.items() if number <= until)]
        return is_asked(item, catalog, forms)


def traced(
    context: Context, texts: Texts, names: Collection[str], declared: Sequence[SourceFile], *, lasting: bool
) -> Trace:
    """The trace of the objects that are named (`public.contacts`, `contacts.email`), parts included.

    The migrations run up to four times: for what they lead to, with a look after each file, then around the statements
    that mention what is named in the files that did something to it, and at last at each where that did not show which
    one it was; and up to three times more for the names that it had before a rename.

    Raises PgnormError for a name of what never was there; at once where only what is `lasting` is of interest, and the
    migrations do not mention it.
    """
    ran = looked(context, texts, lambda _: False)
    forms = [form for name in names for form in meant(name, ran.end)]
    if lasting:
        mentioned = {word for _, each in ran.ran for word in re.findall(r"\w+", each.text)} | SAYING_LITTLE
        unheard = [name for name in names if not mentioned.issuperset(re.findall(r"\w+", name.partition("(")[0]))]
        refuse_unknown(unheard, (), ran.end, "the migrations lead to nothing called")

    following, looks, more = _Following(forms), ran, True
    while more:
        near = mentioning([*names, *following.earlier])
        looks = watched(context, texts, following.asked, (near, lambda _: True), looks)
        more = following.learn(looks)
    events = tuple(following.events(looks))
    others = [item for event in events for item in (event.difference.old, event.difference.new) if item is not None]
    refuse_unknown(names, others, looks.end, "no migration made anything called")
    objects = tuple(item for item in looks.end.objects.values() if is_asked(item, looks.end, forms))
    return Trace(events=events, objects=objects, places=Places(declared), former=following.former)
