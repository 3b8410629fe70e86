"""How the classes of values are declared: by attrs, with what is alike for all of them written once."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from operator import attrgetter
from typing import Any, ClassVar, NamedTuple, Self, TypeVar, cast, dataclass_transform

import attrs

from .changes import (
    AFTER_PARTS,
    CHANGE,
    DEPARSED,
    OTHERWISE,
    Change,
    alter,
    equal,
    hidden,
    noted,
    replace,
    said,
    secret,
    state,
)


class Field(NamedTuple):
    """A declared attribute."""

    name: str
    change: Change | None
    """None where the engine answers for it."""
    default: object
    """attrs.NOTHING where it is required."""
    deparsed: bool
    """Whether its text is made from a parse tree: see `alter`."""
    after_parts: bool
    """Whether it is altered after inline parts: see `alter`."""
    otherwise: str
    """The attribute that it has the value of where nothing else decides on it: see `said`; empty for none."""


class Value:
    """What is equal to what has the same class and the same attributes."""

    __slots__ = ()

    declared_fields: ClassVar[tuple[Field, ...]]
    """The fields, those of the bases first."""
    compared: ClassVar[Callable[[Any], tuple[object, ...]]]
    """Takes from an object all that equality looks at."""
    shown: ClassVar[tuple[str, ...]]
    """The attributes that `repr` tells."""

    @classmethod
    def many(cls, count: int, columns: Mapping[str, Sequence[object]]) -> list[Self]:
        """`count` objects from the values of their attributes, each a column; absent ones take their defaults."""
        made = list(map(object.__new__, repeat(cls, count)))
        for name, _, default, *_ in cls.declared_fields:
            if name not in columns and default is attrs.NOTHING:
                raise TypeError(f"{cls.__name__} needs {name}")
            cls.fill(made, name, columns.get(name, repeat(default)))
        return made

    @classmethod
    def fill(cls, objects: Iterable[Self], name: str, values: Iterable[object]) -> None:
        """Set one attribute of objects that nobody else has seen yet."""
        deque(map(getattr(cls, name).__set__, objects, values), maxlen=0)

    def evolve(self, **changes: object) -> Self:
        """The same value with other attributes."""
        return type(self)(**{name: getattr(self, name) for name, *_ in self.declared_fields} | changes)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        compared = type(self).compared
        return self is other or compared(self) == compared(other)

    def __hash__(self) -> int:
        return hash(type(self).compared(self))

    def __repr__(self) -> str:
        told = (f"{name}={getattr(self, name)!r}" for name in self.shown)
        return f"{type(self).__name__}({', '.join(told)})"


V = TypeVar("V", bound=Value)


@dataclass_transform(
    kw_only_default=True,
    frozen_default=True,
    eq_default=False,
    field_specifiers=(alter, replace, said, secret, hidden, state, noted, equal, attrs.field),
)
def declared(cls: type[V]) -> type[V]:
    """Declare a class of values: attrs' frozen, without the methods that `Value` has for all of them.

    attrs compiles each method that it writes, in every process: for each class's own __eq__ and __repr__ together that
    would take longer than to dump a small database.
    """
    made = attrs.frozen(kw_only=True, eq=False, repr=False)(cls)
    declared_ones = attrs.fields(cast("type[attrs.AttrsInstance]", made))
    fields = ((field.name, field.metadata, field.default) for field in declared_ones if field.init)
    made.declared_fields = tuple(
        Field(name, of.get(CHANGE), default, bool(of.get(DEPARSED)), bool(of.get(AFTER_PARTS)), of.get(OTHERWISE, ""))
        for name, of, default in fields
    )
    made.compared = attrgetter("__class__", *(name for name, *_ in made.declared_fields))
    made.shown = tuple(field.name for field in declared_ones if field.repr)
    return made
