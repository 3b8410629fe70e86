"""The values of attributes as JSON has them, each by the type that its kind declares."""

from collections.abc import Callable, Iterable
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Literal, Protocol, Self, Union, get_args, get_origin, get_type_hints, runtime_checkable

from ..model import SqlForm, Value
from .scalars import NOTHING, Chosen, Codec, Formed, Json, JsonObject, Mismatch, Plain, Said, Spoken, Text


@runtime_checkable
class _Named(Protocol):
    """A NamedTuple."""

    @classmethod
    def _make(cls, iterable: Iterable[object]) -> Self: ...


class _Maybe(Value):
    inner: Codec
    empty: object = None

    @property
    def schema(self) -> JsonObject:
        return {"anyOf": [self.inner.schema, {"type": "null"}]}

    def encode(self, value: object) -> Json:
        return None if value is None else self.inner.encode(value)

    def decode(self, said: object) -> object:
        return None if said is None else self.inner.decode(said)


class _Many(Value):
    inner: Codec
    empty: object = ()

    @property
    def schema(self) -> JsonObject:
        return {"type": "array", "items": self.inner.schema}

    def encode(self, value: object) -> Json:
        assert isinstance(value, tuple)
        return [self.inner.encode(item) for item in value]

    def decode(self, said: object) -> object:
        if not isinstance(said, list):
            raise Mismatch("must be an array")
        return tuple(_inside(self.inner, item, place) for place, item in enumerate(said))


class _Fixed(Value):
    """A tuple of so many items, or a NamedTuple."""

    make: Callable[[Iterable[object]], object]
    inner: tuple[Codec, ...]
    empty: object = NOTHING

    @property
    def schema(self) -> JsonObject:
        return {
            "type": "array",
            "prefixItems": [one.schema for one in self.inner],
            "items": False,
            "minItems": len(self.inner),
        }

    def encode(self, value: object) -> Json:
        assert isinstance(value, tuple)
        return [codec.encode(item) for codec, item in zip(self.inner, value, strict=True)]

    def decode(self, said: object) -> object:
        if not isinstance(said, list) or len(said) != len(self.inner):
            raise Mismatch(f"must be an array of {len(self.inner)}")
        pairs = zip(self.inner, said, strict=True)
        return self.make(_inside(codec, item, place) for place, (codec, item) in enumerate(pairs))


class _Set(Value):
    inner: Codec
    empty: object = frozenset()

    @property
    def schema(self) -> JsonObject:
        return _Many(inner=self.inner).schema

    def encode(self, value: object) -> Json:
        assert isinstance(value, frozenset)
        return [self.inner.encode(item) for item in sorted(value)]

    def decode(self, said: object) -> object:
        members = _Many(inner=self.inner).decode(said)
        assert isinstance(members, tuple)
        return frozenset(members)


class _Whole(Value):
    """A value with attributes: theirs, in the order of their declaration."""

    type: type[Value]
    inner: dict[str, Codec]
    empty: object = NOTHING

    @property
    def schema(self) -> JsonObject:
        return _Fixed(make=tuple, inner=tuple(self.inner.values())).schema

    def encode(self, value: object) -> Json:
        return [codec.encode(getattr(value, name)) for name, codec in self.inner.items()]

    def decode(self, said: object) -> object:
        values = _Fixed(make=tuple, inner=tuple(self.inner.values())).decode(said)
        assert isinstance(values, tuple)
        return self.type(**dict(zip(self.inner, values, strict=True)))


def _inside(codec: Codec, said: object, place: int) -> object:
    try:
        return codec.decode(said)
    except Mismatch as error:
        raise Mismatch(error.problem, f"[{place}]{error.path}") from None


@cache
def codec(declared: object) -> Codec:
    """The codec of a declared type. Raises TypeError for a type that snapshots have no form for."""
    origin, arguments = get_origin(declared), get_args(declared)
    if origin is Annotated and isinstance(arguments[1], SqlForm):
        return Formed(form=arguments[1])
    if declared is str:
        return Text()
    if declared is bool:
        return Plain(type=bool, word="true or false", empty=False)
    if declared is int:
        return Plain(type=int, word="a whole number")
    if origin in (UnionType, Union) and len(arguments) == 2 and arguments[1] is NoneType:
        return _Maybe(inner=codec(arguments[0]))
    if origin is Literal:
        return Chosen(known={word: word for word in arguments})
    if origin is frozenset:
        return _Set(inner=codec(arguments[0]))
    if origin is tuple and arguments[1:] == (Ellipsis,):
        return _Many(inner=codec(arguments[0]))
    if origin is tuple:
        return _Fixed(make=tuple, inner=tuple(map(codec, arguments)))
    if isinstance(declared, type):
        if issubclass(declared, Enum):
            return Chosen(known={str(member.value): member for member in declared})
        if issubclass(declared, _Named):
            return _Fixed(make=declared._make, inner=tuple(map(codec, get_type_hints(declared).values())))
        if issubclass(declared, Value):
            hints = get_type_hints(declared, include_extras=True)
            inner = {field.name: codec(hints[field.name]) for field in declared.declared_fields}
            return _Whole(type=declared, inner=inner)
        if issubclass(declared, Spoken):
            return Said(type=declared)
    raise TypeError(f"snapshots have no form for {declared}")
