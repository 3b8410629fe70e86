"""Facets, as in `facets`, of the few kinds that hold rows, fill them, guard them or must be met by them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from .facets import Facet
from .identity import ObjectId
from .statement import Written
from .target import Target

if TYPE_CHECKING:
    from .object import Object


class Demanding(Facet):
    """Something that each row must meet: `NOT NULL`, a key, a foreign key."""

    __slots__ = ()

    @property
    def demand(self) -> str:
        """The demand alone, alike for all that make the same one; empty where rows need not have met it: `NOT VALID`.

        A column with NOT NULL demands what `CHECK (("c" IS NOT NULL))` does.
        """
        raise NotImplementedError


class Counting(Facet):
    """A number that goes on: `SELECT setval(…)`."""

    __slots__ = ()

    ahead_of_whole: ClassVar[bool]
    """True if nothing of what it belongs to has to be altered before it is there: others draw from it meanwhile."""

    @property
    def begins_again(self) -> bool:
        """True if it begins again at its end: the furthest number that rows hold need not be its last one."""
        raise NotImplementedError

    @property
    def catch_up(self) -> tuple[Written, ...]:
        """Statements behind its creation for a parent that may have rows: it goes on after theirs."""
        raise NotImplementedError

    def goes_on_after(self, column: "Object") -> tuple[Written, ...]:
        """Statements that let it go on after the numbers that the rows hold in a column; none where it holds others."""
        raise NotImplementedError

    def carry_over(self, new: Self, setting: str) -> tuple[Written, Written]:
        """The statement that saves its state in a setting of the session before it is dropped, and the one that gives
        that to `new` once created."""
        raise NotImplementedError


class Filled(Facet):
    """Contents that its definition tells: `REFRESH MATERIALIZED VIEW "m";`."""

    __slots__ = ()

    @property
    def finish(self) -> tuple[Written, ...]:
        """Statements behind its creation in a migration, beyond a dump's text."""
        raise NotImplementedError


class HoldsRows(Facet):
    """Rows that can be moved, and other tables that refer to them: a table."""

    __slots__ = ()

    def referrers_first(self, new: Self, changed: frozenset[str]) -> bool | None:
        """True if what `Refers` to it is altered before it (true) or after it (false), None where both will do."""
        raise NotImplementedError

    def refill(
        self,
        rows: "tuple[Self, Sequence[Object], frozenset[ObjectId]]",
        parts: "Sequence[Object]",
        target: Target,
    ) -> Iterator[Written]:
        """The statements that give a new one, with its `parts`, the rows of its predecessor that was set aside.

        `rows` are that one, its parts that stay by name, and those of them whose type was set aside too.
        """
        raise NotImplementedError


class GuardsRows(Facet):
    """Says which rows of its table a role reaches: a policy, or the switch that puts policies in force."""

    __slots__ = ()


class Computes(Facet):
    """Expressions evaluated on each row, whose results are kept: `CREATE INDEX … (lower("a"))`."""

    __slots__ = ()


class Presets(Facet):
    """A value that the rows get which are there, as its whole is added: `ADD COLUMN "c" … DEFAULT 'x'`."""

    __slots__ = ()

    @property
    def leaves_none(self) -> bool:
        """True if each row has a value then: it is a literal."""
        raise NotImplementedError

    @property
    def is_drawn(self) -> bool:
        """True if it is the number that a counter draws, and not something made of that: `nextval('s') * 10`."""
        raise NotImplementedError
