"""The way from an object's old state to a new one: the questions that the engine asks a kind about it."""

from collections.abc import Iterator
from typing import Self

from ..quoting import ident
from .changes import Changed
from .named import Named
from .statement import Written
from .target import Target


class Alterable(Named):
    """An object that can be altered. Each answer here is that of a kind with nothing special to say."""

    __slots__ = ()

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        """True if only drop and create leads to `new`, although each attribute in `changed` can be altered."""
        del new, changed
        return False

    def survives_retyping(self, new: Self) -> bool:
        """True if Postgres rebuilds it by itself, with all that it has, when the type of a column that it uses is
        altered: a check, an index whose columns have no statistics target of their own."""
        del new
        return False

    def rename(self, name: str) -> tuple[str, ...]:
        """The statements that rename it to `name`, empty where there is no such way."""
        return (f"ALTER {self.signature()} RENAME TO {ident(name)};",) if self.renamable else ()

    def renamed(self, name: str) -> Self:
        """The object under its new name."""
        return self.evolve(name=name)

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[Written]:
        """The statements that alter it to `new`. It takes from `changed` every name that it answers for."""
        del new, changed, target
        yield from ()
