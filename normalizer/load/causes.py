"""Faults of a load: those that are causes, told apart from those that only follow from others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from attrs import frozen

from pgnorm.catalog.counting import first_of
from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from ..sql.defined import made_by_alter, target
from ..sql.lexer import name_of
from .errors import Misfit, is_missing, is_taken, missing_names
from .pending import Item

if TYPE_CHECKING:
    from psycopg import Error

_PLACES: Final = 3
_OF_RELATION: Final = re.compile(r' of relation "(?:[^"]|"")+"')
_WORD: Final = re.compile(r'"(?:[^"]|"")+"|[^\W\d][\w$]*')


@frozen(kw_only=True, eq=False)
class Fault:
    """A statement, or the text of a file from some place on, that could not be run."""

    order: int
    place: str
    error: PgnormError
    missing: frozenset[str] = frozenset()
    """The names that it lacks."""
    makes: frozenset[str] | None
    """The names that it would have made, as far as its text tells; None may be any."""

    def explains(self, missing: frozenset[str]) -> bool:
        """True if something of these names may be missing because of the fault."""
        return bool(missing) and (self.makes is None or not self.makes.isdisjoint(missing))


class Failed(Value):
    """Failures of a load: none, where there are no errors."""

    errors: tuple[PgnormError, ...]
    places: frozenset[str]
    """The places of all statements that did not run, for whatever reason."""


def fault_of(item: Item, error: PgnormError, *, unread: str = "") -> Fault:
    """The fault of a statement that failed; `unread` is the text that is passed over because of it."""
    assert item.error is not None
    missing = _lacking(item.error)
    makes = (_makes(item, item.error) - missing) | words(unread)
    return Fault(order=item.order, place=item.place, error=error, missing=missing, makes=makes)


def words(text: str) -> frozenset[str]:
    """The identifiers and keywords of a text, whether or not it can be read."""
    return frozenset(map(name_of, _WORD.findall(text)))


def causes(faults: Sequence[Fault]) -> list[tuple[int, PgnormError]]:
    """The errors, and their order, that no other fault explains; one of those that explain one another."""
    found: dict[Fault, Sequence[Fault]] = {}
    for fault in faults:
        first, *others = _cause(fault, faults)
        found[first] = others
    for first, circle in found.items():
        if circle:
            places = " and ".join(other.place for other in circle)
            first.error.hint = (
                f"It and {places} wait for one another: make one without what it lacks, and alter it afterwards."
            )
    return [(fault.order, fault.error) for fault in found]


def together(errors: Iterable[PgnormError]) -> PgnormError:
    """The first of some errors, which tells of the others; one thing that several miss is told once."""
    first, *others = told_once(errors)
    first.others = (*first.others, *others)
    return first


def told_once(errors: Iterable[PgnormError]) -> list[PgnormError]:
    """The errors, of those that miss one thing the first, which names the places of the others."""
    groups: dict[object, list[PgnormError]] = {}
    for error in errors:
        groups.setdefault((error.lacks if isinstance(error, Misfit) else None) or id(error), []).append(error)
    return [_with_places(first, others) for first, *others in groups.values()]


def _with_places(first: PgnormError, others: Sequence[PgnormError]) -> PgnormError:
    if not others:
        return first
    places = first_of([str(other.place) for other in others], _PLACES)
    said = f"The same in {len(others)} other place{'s' * (len(others) > 1)}: {places}"
    told = Misfit(f"{first.message}\n{said}", place=first.place, hint=first.hint)
    told.others = first.others
    return told


def _cause(fault: Fault, faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """The fault that explains this one and is not explained itself; or those that explain one another, the first of
    them first."""
    seen: list[Fault] = []
    while fault not in seen:
        seen.append(fault)
        for other in faults:
            if other is not fault and other.explains(fault.missing):
                fault = other
                break
        else:
            return (fault,)
    circle = seen[seen.index(fault) :]
    first = circle.index(min(circle, key=lambda one: one.order))
    return (*circle[first:], *circle[:first])


def _lacking(error: Error) -> frozenset[str]:
    if not is_missing(error):
        return frozenset()
    # The relation of a column that is missing is there.
    return missing_names(_OF_RELATION.sub("", error.diag.message_primary or ""))


def _makes(item: Item, error: Error) -> frozenset[str]:
    if is_taken(error):
        return frozenset()
    statement = item.statement
    made = target(statement)
    # Where a parenthesis is not closed, the statements that follow are in the text too.
    if not (error.sqlstate == "42601" and ";" in item.text):
        if made is not None:
            return frozenset({made.name})
        if statement.begins("ALTER"):
            return made_by_alter(statement)
    opaque = any(statement.begins(word) for word in ("ALTER", "DO", "SELECT", "CALL", "CREATE"))
    return words(statement.text) if opaque else frozenset()
