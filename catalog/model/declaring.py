"""Frozen values with slots, declared by annotations: a class is made at once, and objects of it by the thousand."""

import sys
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from operator import attrgetter
from typing import Any, ClassVar, Final, NamedTuple, Self, dataclass_transform

from .changes import Change, alter, equal, replace, secret


class Field(NamedTuple):
    """A declared attribute. It is required where `default` is REQUIRED; `change` is None where the engine answers."""

    name: str
    change: Change | None
    default: object


REQUIRED: Final = object()
_COMPUTED: Final = object()


def computed(*, init: bool) -> Any:  # attrs and dataclasses type a field by its right-hand side too
    """Declare an attribute that the class itself fills in, and that takes no part in equality."""
    del init
    return _COMPUTED


def _annotations(namespace: Mapping[str, Any]) -> Mapping[str, object]:
    if sys.version_info >= (3, 14):
        from annotationlib import Format, call_annotate_function, get_annotate_from_class_namespace

        annotate = get_annotate_from_class_namespace(namespace)
        return call_annotate_function(annotate, Format.FORWARDREF) if annotate else {}
    found: Mapping[str, object] = namespace.get("__annotations__", {})
    return found


@dataclass_transform(
    kw_only_default=True, frozen_default=True, field_specifiers=(alter, replace, secret, equal, computed)
)
class Declared(type):
    """The type of classes whose annotated names are their slots. No code is generated, which is what takes attrs and
    dataclasses the time."""

    __declared__: tuple[Field, ...]
    """The fields, those of the bases first."""
    __state__: "attrgetter[tuple[object, ...]]"
    """Takes from an object all that equality looks at."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> "Declared":
        slots: list[str] = []
        own: list[Field] = []
        for word, annotation in _annotations(namespace).items():
            if getattr(annotation, "__origin__", None) is ClassVar:
                continue
            slots.append(word)
            given = namespace.pop(word, REQUIRED)
            if isinstance(given, Change):
                own.append(Field(word, given, REQUIRED))
            elif given is not _COMPUTED:
                own.append(Field(word, None, given))
        made = super().__new__(cls, name, bases, {**namespace, "__slots__": tuple(slots)})
        above = (field for base in bases if isinstance(base, Declared) for field in base.__declared__)
        made.__declared__ = tuple({field.name: field for field in (*above, *own)}.values())
        made.__state__ = attrgetter("__class__", *(field.name for field in made.__declared__))
        return made


class Value(metaclass=Declared):
    """What is frozen, and equal to what has the same class and the same attributes."""

    def __init__(self, **values: object) -> None:
        for name, _, default in type(self).__declared__:
            value = values.pop(name, default)
            if value is REQUIRED:
                raise TypeError(f"{type(self).__name__} needs {name}")
            object.__setattr__(self, name, value)
        if values:
            raise TypeError(f"{type(self).__name__} has no {', '.join(values)}")

    @classmethod
    def many(cls, count: int, columns: Mapping[str, Sequence[object]]) -> list[Self]:
        """`count` objects from the values of their attributes, each a column; absent ones take their defaults."""
        made = list(map(object.__new__, repeat(cls, count)))
        for name, _, default in cls.__declared__:
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
        return type(self)(**{name: getattr(self, name) for name, *_ in type(self).__declared__} | changes)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name}")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        state = type(self).__state__
        return self is other or state(self) == state(other)

    def __hash__(self) -> int:
        return hash(type(self).__state__(self))

    def __repr__(self) -> str:
        told = (f"{name}={getattr(self, name)!r}" for name, *_ in type(self).__declared__)
        return f"{type(self).__name__}({', '.join(told)})"
