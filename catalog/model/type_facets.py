"""Facets, as in `facets`, of the few kinds that are types or hold values of one."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Self

from .facets import Facet
from .identity import ObjectId
from .statement import Written
from .target import Target

if TYPE_CHECKING:
    from .object import Object


class Stored(Facet):
    """A type that Postgres may refuse to alter while columns hold values of it."""

    __slots__ = ()

    def refused_while_stored(self, new: Self, changed: frozenset[str]) -> bool:
        """True if it refuses to alter it to `new`: it is then replaced. Asked only where a column holds values.

        Raises PgnormError where the values would not survive that.
        """
        raise NotImplementedError


class Tested(Facet):
    """A condition on the values of a type, which those that columns hold must meet: `ALTER DOMAIN "d" ADD CHECK (…)`.

    Postgres tests them only where columns hold them by themselves. Where they are inside of others, in an array say, it
    refuses the condition, and the type is replaced.
    """

    __slots__ = ()

    def tests(self, old: Self | None) -> bool:
        """True if making it, or altering it from `old`, has values tested."""
        raise NotImplementedError


class MadeOfTypes(Facet):
    """Holder of values of a type, or a type made of others: a column, a domain."""

    __slots__ = ()

    def is_just(self, used: ObjectId) -> bool:
        """True if its values are those of this type, and not made of them."""
        raise NotImplementedError


class Retyping(Facet):
    """Something of a type that what depends on it was made for: `ALTER TABLE "t" ALTER COLUMN "n" TYPE bigint`."""

    __slots__ = ()

    def retypes(self, new: Self, changed: frozenset[str]) -> bool:
        """True if altering it to `new` needs what depends on it out of the way first."""
        raise NotImplementedError


class HoldsType(MadeOfTypes, Retyping):
    """A column of a table, which holds values of a type."""

    __slots__ = ()

    @property
    def retyped_with_parent(self) -> bool:
        """True if Postgres gives it no other type as long as its parent stands: that is replaced (a partition key)."""
        raise NotImplementedError

    def converted_to(self, new: Self) -> tuple[str, str]:
        """The types between which its values, or their elements, go to `new`: see `Converts`."""
        raise NotImplementedError

    def knowing_casts(self, types: Iterable[str]) -> Self:
        """The same, where there are casts from its own type to these too."""
        raise NotImplementedError

    def rebind(self, new: Self, target: Target, fields: tuple[str | None, ...] = ()) -> Iterator[Written]:
        """The statements that move it from a type that was set aside to the successor of the same name.

        `fields` are given for rows that have others then: what each is called in the old ones, None for a new one.
        """
        raise NotImplementedError


class RowType(Retyping, Stored):
    """A type of which tables can be: `CREATE TABLE "t" OF "c"`."""

    __slots__ = ()

    def unties(self, new: Self, changed: frozenset[str]) -> bool:
        """True if what `ties` others to it is cut before it is altered to `new`, and made again."""
        raise NotImplementedError


class Relation(Facet):
    """A relation, whose rows are of a type of its name: columns can hold such rows."""

    __slots__ = ()


class HasValues(Facet):
    """A type whose values have names: `ALTER TYPE "mood" RENAME VALUE 'sad' TO 'blue'`."""

    __slots__ = ()

    @property
    def value_names(self) -> tuple[str, ...]:
        """The names of its values, in their order."""
        raise NotImplementedError

    def rename_value(self, old: str, new: str) -> str:
        """The statement that gives a value another name."""
        raise NotImplementedError

    def with_value_renamed(self, old: str, new: str) -> Self:
        """The type as it then is."""
        raise NotImplementedError

    def renamed_value(self, new: Self) -> tuple[str, str] | None:
        """The one value that altering it to `new` gives another name, and that name; None where there is none.

        What others say of that value is then said by the new name, without being altered.
        """
        raise NotImplementedError


def tested(old: "Object | None", new: "Object") -> bool:
    """True if making one, or altering it to `new`, has the values of a type tested."""
    return isinstance(new, Tested) and (old is None or isinstance(old, Tested)) and new.tests(old)


def refused_while_stored(old: "Object", new: "Object", changed: frozenset[str]) -> bool:
    """True if one of what columns hold is a type that Postgres refuses to alter."""
    return isinstance(old, Stored) and isinstance(new, Stored) and old.refused_while_stored(new, changed)


def retypes(old: "Object", new: "Object", changed: frozenset[str]) -> bool:
    """True if altering one needs what depends on it out of the way first."""
    return isinstance(old, Retyping) and isinstance(new, Retyping) and old.retypes(new, changed)


def unties(old: "Object", new: "Object", changed: frozenset[str]) -> bool:
    """True if altering one needs its ties cut."""
    return isinstance(old, RowType) and isinstance(new, RowType) and old.unties(new, changed)


def renamed_value(old: "Object | None", new: "Object | None") -> tuple[str, str] | None:
    """The one value of a type that gets another name, and that name."""
    return old.renamed_value(new) if isinstance(old, HasValues) and isinstance(new, HasValues) else None
