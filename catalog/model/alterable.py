"""How an object becomes another: what the engine asks a kind on the way from an old state to a new one."""

from collections.abc import Iterator
from typing import Self

from .changes import Changed
from .entries import Target
from .identity import ObjectId
from .named import Named
from .statement import Written


class Alterable(Named):
    """What can be altered. Each answer here is that of a kind with nothing special to say."""

    __slots__ = ()

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        """Whether only drop and create leads to `new`, although each attribute in `changed` can be altered."""
        del new, changed
        return False

    def settled_by(self, new: Self, name: str) -> tuple[ObjectId, ...]:
        """The objects of which the creation or drop alone changes the attribute `name` to what `new` says.

        Where each of them is created or dropped, `alter` is not asked about it (an operator's commutator, which
        Postgres sets on both sides). Empty for what nothing else changes.
        """
        del new, name
        return ()

    def retypes(self, new: Self, changed: frozenset[str]) -> bool:
        """Whether altering it to `new` needs what depends on it out of the way first."""
        del new, changed
        return False

    def survives_retyping(self, new: Self) -> bool:
        """Whether Postgres rebuilds it by itself when the type of a column that it uses is altered (an index)."""
        del new
        return False

    @property
    def retyped_with_parent(self) -> bool:
        """Whether Postgres gives it no other type as long as its parent stands: that is replaced (a partition key)."""
        return False

    def unties(self, new: Self, changed: frozenset[str]) -> bool:
        """Whether what `ties` others to it is cut before it is altered to `new`, and made again."""
        del new, changed
        return False

    def refused_while_stored(self, new: Self, changed: frozenset[str]) -> bool:
        """Whether Postgres refuses to alter a type to `new` while a column holds values of it: it is then replaced.

        Asked only where a column does. Raises PgnormError where the values would not survive that.
        """
        del new, changed
        return False

    def referrers_first(self, new: Self, changed: frozenset[str]) -> bool | None:
        """Whether what `refers` to it is altered before it (true) or after it (false), None where both will do."""
        del new, changed
        return None

    def rename(self, name: str) -> tuple[str, ...]:
        """The statements that rename it to `name`, empty where there is no such way.

        A part that differs in its name alone is renamed. What is not `disposable` but must be replaced is renamed so
        that its successor can be created while columns still use it: these are moved over (`USING "c"::text::type`),
        and the old one is dropped under its new name.
        """
        del name
        return ()

    def renamed(self, name: str) -> Self:
        """What it then is."""
        return self.evolve(name=name)

    def renamed_value(self, new: Self) -> tuple[str, str] | None:
        """The one value of a type that altering it to `new` gives another name, and that name.

        What others say of that value is then said by the new name, without being altered.
        """
        del new
        return None

    def rebind(self, new: Self, target: Target) -> Iterator[str]:
        """The statements that move it from a type that was set aside to the successor of the same name."""
        raise NotImplementedError

    @property
    def finish(self) -> tuple[str, ...]:
        """What a migration runs after creating it, beyond a dump's text (REFRESH MATERIALIZED VIEW)."""
        return ()

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[Written]:
        """The statements that alter it to `new`. It takes from `changed` every name that it answers for."""
        del new, changed, target
        yield from ()

    @property
    def catch_up(self) -> tuple[str, ...]:
        """What a migration runs after creating it for a parent that may have rows (a sequence goes on after them)."""
        return ()

    def carry_over(self, new: Self, setting: str) -> tuple[str, str] | None:
        """For what is replaced: the statement that saves its state in a setting of the session before it is dropped,
        and the one that gives that to `new` once created. None where the definition says all (but for a counter).
        """
        del new, setting
        return None
