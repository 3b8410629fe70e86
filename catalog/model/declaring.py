"""Classes of values, and their declaration."""

import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from operator import attrgetter
from typing import Any, ClassVar, Final, Self, dataclass_transform, get_origin

from .changes import (
    REQUIRED,
    Field,
    alter,
    equal,
    hidden,
    noted,
    replace,
    said,
    secret,
    state,
    untold,
    worked_out,
)

_set: Final = object.__setattr__


@dataclass_transform(
    kw_only_default=True,
    frozen_default=True,
    eq_default=False,
    field_specifiers=(alter, replace, said, secret, hidden, state, noted, equal, untold, worked_out),
)
class Declaring(type):
    """The class of classes whose annotated attributes are fields, as those of attrs.frozen are.

    attrs would make each class twice, copy the fields of all its bases and compile its methods, in every process: for
    the kinds together that takes longer than to dump a small database.
    """

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> "Declaring":
        own = [_field(name, namespace) for name, kind in _annotations(namespace).items() if not _is_of_class(kind)]
        fields = {field.name: field for base in reversed(bases) for field in getattr(base, "declared_fields", ())}
        namespace["__slots__"] = tuple(field.name for field in own if field.name not in fields)
        for field in own:
            fields.pop(field.name, None)
            if field.given:
                fields[field.name] = field
        made = {
            "declared_fields": tuple(fields.values()),
            "declared_defaults": {field.name: field.default for field in fields.values()},
            "compared": attrgetter("__class__", *fields),
        }
        return super().__new__(cls, name, bases, namespace | made)


def _annotations(namespace: dict[str, Any]) -> Mapping[str, object]:
    """The annotations in the body of a class that is not made yet."""
    if sys.version_info >= (3, 14):
        from annotationlib import Format, call_annotate_function, get_annotate_from_class_namespace

        annotate = get_annotate_from_class_namespace(namespace)
        return call_annotate_function(annotate, Format.FORWARDREF) if annotate else {}
    found: Mapping[str, object] = namespace.get("__annotations__", {})
    return found


def _is_of_class(annotation: object) -> bool:
    return annotation is ClassVar or get_origin(annotation) is ClassVar


def _field(name: str, namespace: dict[str, Any]) -> Field:
    """The field of this name; what stood for it in the class makes room for its slot."""
    said = namespace.pop(name, REQUIRED)
    return said._replace(name=name) if isinstance(said, Field) else Field(name, default=said)


class Value(metaclass=Declaring):
    """An immutable value, equal to one of the same class with the same attributes."""

    declared_fields: ClassVar[tuple[Field, ...]]
    """The fields that are given, those of the bases first."""
    declared_defaults: ClassVar[Mapping[str, object]]
    """Their defaults, REQUIRED where there is none."""
    compared: ClassVar[Callable[[Any], tuple[object, ...]]]
    """Takes from an object all that equality looks at."""

    def __init__(self, **given: object) -> None:
        values = {**self.declared_defaults, **given}
        if len(values) > len(self.declared_defaults):
            unknown = (name for name in given if name not in self.declared_defaults)
            raise TypeError(f"{type(self).__name__} has no {', '.join(unknown)}")
        for name, value in values.items():
            if value is REQUIRED:
                raise TypeError(f"{type(self).__name__} needs {name}")
            _set(self, name, value)

    @classmethod
    def many(cls, count: int, columns: Mapping[str, Sequence[object]]) -> list[Self]:
        """`count` objects from the values of their attributes, each a column; absent ones take their defaults."""
        made = list(map(object.__new__, repeat(cls, count)))
        for name, default in cls.declared_defaults.items():
            if name not in columns and default is REQUIRED:
                raise TypeError(f"{cls.__name__} needs {name}")
            cls.fill(made, name, columns.get(name, repeat(default)))
        return made

    @classmethod
    def fill(cls, objects: Iterable[Self], name: str, values: Iterable[object]) -> None:
        """Set one attribute of objects that nobody else has seen yet."""
        deque(map(getattr(cls, name).__set__, objects, values), maxlen=0)

    def evolve(self, **changes: object) -> Self:
        """The same value with other attributes."""
        return type(self)(**{name: getattr(self, name) for name in self.declared_defaults} | changes)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} can't be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} can't be deleted")

    def __setstate__(self, state: tuple[None, dict[str, object]]) -> None:
        """Take over what copy and pickle kept of another: what its slots hold."""
        for name, value in state[1].items():
            _set(self, name, value)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        compared = type(self).compared
        return self is other or compared(self) == compared(other)

    def __hash__(self) -> int:
        return hash(type(self).compared(self))

    def __repr__(self) -> str:
        told = (f"{field.name}={getattr(self, field.name)!r}" for field in self.declared_fields if field.told)
        return f"{type(self).__name__}({', '.join(told)})"
