"""Changes of attributes: their meaning, and which of them have been answered for."""

from collections.abc import Iterable
from enum import Enum
from typing import Any, Final, Literal, NamedTuple


class Change(Enum):
    """The meaning of a difference in one attribute."""

    ALTER = "alter"
    """The kind's `alter` answers for it."""
    REPLACE = "replace"
    """The object is dropped and created again."""
    SECRET = "secret"
    """As ALTER where both sides know it, else no difference. It is in no snapshot, and None where it is not known."""
    HIDDEN = "hidden"
    """As ALTER where both sides know it, else no difference. It is None where Postgres hides it from who reads."""
    STATE = "state"
    """As ALTER, but when all else is there and rows are where they belong; None, and so no difference, where the source
    does not say it."""
    SAID = "said"
    """As ALTER where both sides say it, else no difference. It is None where another object decides on it."""
    NOTED = "noted"
    """No difference for a plan, since no statement leads from one to the other: people are told."""
    EQUAL = "equal"
    """Never a difference; the declaration says why."""


REQUIRED: Final = object()
"""In the place of a default: there is none."""


class Field(NamedTuple):
    """An attribute of a value: what `alter` and its like say of it, or no more than its default."""

    name: str = ""
    change: Change | None = None
    """None where the engine answers for it."""
    default: object = REQUIRED
    deparsed: bool = False
    """True if its text is made from a parse tree: see `alter`."""
    after_parts: bool = False
    """True if it is altered after inline parts: see `alter`."""
    otherwise: str = ""
    """The attribute that it has the value of where nothing else decides on it: see `said`; empty for none."""
    given: bool = True
    """True if who makes a value gives it: see `worked_out`."""
    told: bool = True
    """True if `repr` tells it."""
    needed: bool = True
    """False if it is empty in snapshots that were taken before it was read: see `equal`."""


def alter(*, deparsed: bool = False, after_parts: bool = False) -> Any:
    # A field is typed by its right-hand side: only Any lets the declared type stand.
    """Declare an attribute whose change `alter` turns into statements.

    `after_parts` says that they come after those for inline parts where one of them fills rows (`OnRows.FILLS`).
    `deparsed` says that its text is made from a parse tree. Postgres may deparse otherwise what it has parsed from that
    text: `kind IN ('a', 'b')` of a varchar has its casts elsewhere after a reload.
    """
    return Field(change=Change.ALTER, deparsed=deparsed, after_parts=after_parts)


def replace(*, deparsed: bool = False) -> Any:  # as `alter`
    """Declare an attribute whose change needs drop and create; `deparsed` as for `alter`."""
    return Field(change=Change.REPLACE, deparsed=deparsed)


def equal(*, needed: bool = True) -> Any:  # as `alter`
    """Declare an attribute that is needed for printing but is never a difference.

    Unless it is `needed`, no statement and no judgement rests on it: a snapshot that was taken before it was read is as
    good, and there it is empty.
    """
    return Field(change=Change.EQUAL, needed=needed)


def said(otherwise: str, *, after_parts: bool = False) -> Any:  # as `alter`
    """Declare an attribute that not every object says for itself: see `Change.SAID`.

    `otherwise` is the attribute that it has the value of once nothing else decides on it; `after_parts` as for `alter`.
    """
    return Field(change=Change.SAID, otherwise=otherwise, after_parts=after_parts)


def noted() -> Any:  # as `alter`
    """Declare an attribute that nothing can alter in what is there: see `Change.NOTED`."""
    return Field(change=Change.NOTED)


def secret() -> Any:  # as `alter`
    """Declare an attribute that is a password, or holds one: see `Change.SECRET`."""
    return Field(change=Change.SECRET)


def hidden() -> Any:  # as `alter`
    """Declare an attribute that Postgres shows to some roles only: see `Change.HIDDEN`."""
    return Field(change=Change.HIDDEN)


def state() -> Any:  # as `alter`
    """Declare an attribute that tells what was done with an object rather than what it is: see `Change.STATE`."""
    return Field(change=Change.STATE)


def untold(*, default: object = REQUIRED) -> Any:  # as `alter`
    """Declare an attribute that `repr` doesn't tell: it is long, or a secret."""
    return Field(default=default, told=False)


def worked_out(*, init: Literal[False] = False) -> Any:  # as `alter`
    """Declare an attribute that the class makes of the others; `init` is for type checkers (PEP 681)."""
    return Field(given=init)


class Changed:
    """The names of an object's attributes that differ; `alter` takes each that it answers for."""

    def __init__(self, names: Iterable[str]) -> None:
        self._left = set(names)

    def take(self, *names: str) -> bool:
        """True if any of `names` changed; they count as answered for from now on."""
        hit = not self._left.isdisjoint(names)
        self._left.difference_update(names)
        return hit

    @property
    def left(self) -> frozenset[str]:
        """The names that nobody has answered for yet."""
        return frozenset(self._left)
