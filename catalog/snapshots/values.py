"""The values of attributes as JSON has them, each by the type that its kind declares."""

import re
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import (
    Annotated,
    Final,
    Protocol,
    Self,
    TypeAlias,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    runtime_checkable,
)

from attrs import frozen

from ..model import SqlForm
from .grammar import is_form

_NO_TEXT: Final = re.compile("[\0\ud800-\udfff]")

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | dict[str, Json] | None"


class Mismatch(Exception):
    """A value that is not of its attribute's type: what is wrong, and where inside it (`[2][0]`)."""

    def __init__(self, problem: str, path: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.path = path


class Codec(Protocol):
    """One type: its values to JSON and back."""

    @property
    def empty(self) -> object:
        """The value that is left out of a snapshot; NOTHING where each value is said."""

    def encode(self, value: object) -> Json:
        """The value as JSON."""

    def decode(self, said: object) -> object:
        """The value again. Raises Mismatch."""


@runtime_checkable
class _Spoken(Protocol):
    """What has a text of its own that says it all (an aclitem)."""

    @classmethod
    def parse(cls, text: str) -> Self: ...


@runtime_checkable
class _Named(Protocol):
    """A NamedTuple."""

    @classmethod
    def _make(cls, iterable: Iterable[object]) -> Self: ...


NOTHING: Final = object()
"""Equal to no value."""


@frozen
class _Plain:
    """A whole number or a truth value."""

    type: type[int]
    word: str
    empty: object = NOTHING

    def encode(self, value: object) -> Json:
        assert isinstance(value, int)
        return value

    def decode(self, said: object) -> object:
        if type(said) is not self.type:
            raise Mismatch(f"must be {self.word}")
        return said


@frozen
class _Text:
    """A text; one of several lines is an array of them, so that a changed line is a changed line."""

    empty: object = ""

    def encode(self, value: object) -> Json:
        assert isinstance(value, str)
        return value.split("\n") if "\n" in value else value

    def decode(self, said: object) -> object:
        if isinstance(said, list) and said and all(isinstance(line, str) for line in said):
            said = "\n".join(said)
        if not isinstance(said, str):
            raise Mismatch("must be a string, or an array of its lines")
        if _NO_TEXT.search(said):
            raise Mismatch("holds what no text in Postgres can: a NUL, or half of a surrogate pair")
        return said


@frozen
class _Formed:
    """A text of SQL that must be what its attribute is declared as."""

    form: SqlForm
    inner: Codec = _Text()
    empty: object = ""

    def encode(self, value: object) -> Json:
        return self.inner.encode(value)

    def decode(self, said: object) -> object:
        text = self.inner.decode(said)
        assert isinstance(text, str)
        if text and not is_form(self.form, text):
            raise Mismatch(f"must be {self.form.value}")
        return text


@frozen
class _Maybe:
    inner: Codec
    empty: object = None

    def encode(self, value: object) -> Json:
        return None if value is None else self.inner.encode(value)

    def decode(self, said: object) -> object:
        return None if said is None else self.inner.decode(said)


@frozen
class _Many:
    inner: Codec
    empty: object = ()

    def encode(self, value: object) -> Json:
        assert isinstance(value, tuple)
        return [self.inner.encode(item) for item in value]

    def decode(self, said: object) -> object:
        if not isinstance(said, list):
            raise Mismatch("must be an array")
        return tuple(_inside(self.inner, item, place) for place, item in enumerate(said))


@frozen
class _Fixed:
    """A tuple of so many items, or a NamedTuple."""

    make: Callable[[Iterable[object]], object]
    inner: tuple[Codec, ...]
    empty: object = NOTHING

    def encode(self, value: object) -> Json:
        assert isinstance(value, tuple)
        return [codec.encode(item) for codec, item in zip(self.inner, value, strict=True)]

    def decode(self, said: object) -> object:
        if not isinstance(said, list) or len(said) != len(self.inner):
            raise Mismatch(f"must be an array of {len(self.inner)}")
        pairs = zip(self.inner, said, strict=True)
        return self.make(_inside(codec, item, place) for place, (codec, item) in enumerate(pairs))


@frozen
class _Chosen:
    type: type[Enum]
    empty: object = NOTHING

    def encode(self, value: object) -> Json:
        assert isinstance(value, Enum)
        return str(value.value)

    def decode(self, said: object) -> object:
        known = {str(member.value): member for member in self.type}
        if not isinstance(said, str) or said not in known:
            raise Mismatch(f"must be one of {', '.join(known)}")
        return known[said]


@frozen
class _Said:
    type: type[_Spoken]
    empty: object = NOTHING

    def encode(self, value: object) -> Json:
        return str(value)

    def decode(self, said: object) -> object:
        if not isinstance(said, str):
            raise Mismatch("must be a string")
        try:
            return self.type.parse(said)
        except ValueError as error:
            raise Mismatch(str(error)) from None


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
        return _Formed(arguments[1])
    if declared is str:
        return _Text()
    if declared is bool:
        return _Plain(bool, "true or false", False)
    if declared is int:
        return _Plain(int, "a whole number")
    if origin in (UnionType, Union) and len(arguments) == 2 and arguments[1] is NoneType:
        return _Maybe(codec(arguments[0]))
    if origin is tuple and arguments[1:] == (Ellipsis,):
        return _Many(codec(arguments[0]))
    if origin is tuple:
        return _Fixed(tuple, tuple(map(codec, arguments)))
    if isinstance(declared, type):
        if issubclass(declared, Enum):
            return _Chosen(declared)
        if issubclass(declared, _Named):
            return _Fixed(declared._make, tuple(map(codec, get_type_hints(declared).values())))
        if issubclass(declared, _Spoken):
            return _Said(declared)
    raise TypeError(f"snapshots have no form for {declared}")
