"""Deparsed text until it stands still: Postgres may print otherwise what it has read from its own print."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from attrs import evolve

from pgnorm.catalog.model import Catalog, Object, ObjectId
from pgnorm.catalog.model.facets import Watches

from .difference import BY_TEXT, OPERATORS, Difference, deparsed
from .slices import slice_of

ROUNDS: Final = 4
"""Reloads of one side before its text is taken for one that never stands still."""

Reload = Callable[[Catalog], Catalog | None]
"""A part of a catalog printed, loaded and read again; None where its text does not load."""


_CAST: Final = r'::(?:"[^"]*"(?:\."[^"]*")?|[a-z]+(?: [a-z]+)*)(?:\([\d, ]*\))?(?:\[\])*'
_ALIAS: Final = r' AS "[^"]*"'
_WORD: Final = r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\d+"""


def _words(said: object) -> frozenset[str]:
    """The names, literals and numbers of deparsed text, but for types and aliases: a reload changes none of them."""
    text = " ".join(said) if isinstance(said, tuple) else str(said)
    return frozenset(re.findall(_WORD, re.sub(_ALIAS, "", re.sub(_CAST, "", text))))


def doubtful(found: Difference) -> set[str]:
    """The attributes that may differ for no more than the way Postgres deparses: other casts, other parentheses."""
    return {
        name
        for name in deparsed_changes(found)
        if name == OPERATORS or _words(getattr(found.old, name)) == _words(getattr(found.new, name))
    }


def deparsed_changes(found: Difference) -> set[str]:
    """The attributes that differ in deparsed text, or in operators that it need not tell."""
    if found.old is None or found.new is None:
        return set()
    return set(found.changed & {*deparsed(found.item), OPERATORS})


def settled(
    found: Sequence[Difference],
    old: Sequence[Catalog],
    new: Sequence[Catalog],
    reload: Reload,
    doubts: Callable[[Difference], set[str]] = doubtful,
) -> tuple[Difference, ...]:
    """The differences but for deparsed texts that meet, as read or after as many reloads as make them stand still.

    `old` and `new` are what is known of the two sides: as read, and as reloaded from that. `doubts` tells the
    attributes of a difference that may meet.
    """
    open_ = {each.item.id: fields for each in found if (fields := doubts(each))}
    met: dict[ObjectId, set[str]] = {}
    sides = _Side(new, reload), _Side(old, reload)
    moved = True
    while moved and _part(open_, met, *sides):
        moved = False
        for side in sides:
            moved |= _part(open_, met, *sides) and side.step(open_)
    left = (_left(each, met.get(each.item.id, set())) for each in found)
    return tuple(each for each in left if each.old is None or each.new is None or each.changed)


def _left(found: Difference, met: Collection[str]) -> Difference:
    """The difference without what has met. Texts that have not met call what they call."""
    changed = found.changed.difference(met)
    return evolve(found, changed=changed - BY_TEXT if changed & deparsed(found.item) else changed)


def _part(open_: dict[ObjectId, set[str]], met: dict[ObjectId, set[str]], new: "_Side", old: "_Side") -> bool:
    """Take what has met out of what is open; whether anything is left."""
    for name, fields in tuple(open_.items()):
        same = {field for field in fields if new.texts(name, field) & old.texts(name, field)}
        met.setdefault(name, set()).update(same)
        fields -= same
        if not fields:
            del open_[name]
    return bool(open_)


class _Side:
    """One side as read, and after each reload."""

    def __init__(self, states: Sequence[Catalog], reload: Reload) -> None:
        self.states = list(states)
        self.reload = reload

    def texts(self, name: ObjectId, field: str) -> set[object]:
        """All that an attribute of an object has been, each with the operators that the text need not tell."""
        return {_text(item, field) for state in self.states if (item := state.objects.get(name)) is not None}

    def step(self, names: Mapping[ObjectId, Collection[str]]) -> bool:
        """Reload what is open once more; False where that can tell nothing new."""
        if len(self.states) > ROUNDS or self._still(names):
            return False
        last = self.states[-1]
        # By which operators DISTINCT compares, a type's default class decides, on which nothing depends.
        deciding = (name for name, item in last.objects.items() if item.bystander and not isinstance(item, Watches))
        loaded = self.reload(slice_of(last, (*names, *deciding)))
        if loaded is None:
            return False
        self.states.append(loaded)
        return True

    def _still(self, names: Mapping[ObjectId, Collection[str]]) -> bool:
        if len(self.states) < 2:
            return False
        before, after = self.states[-2:]
        for name, fields in names.items():
            one, other = before.objects.get(name), after.objects.get(name)
            if one is not None and other is not None and any(_text(one, each) != _text(other, each) for each in fields):
                return False
        return True


def _text(item: Object, field: str) -> object:
    return getattr(item, field), item.operators_used
