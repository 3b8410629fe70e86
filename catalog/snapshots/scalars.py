"""The values of attributes that are no collections, as JSON has them."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, Protocol, Self, TypeAlias, runtime_checkable

from ..model import SqlForm, Value
from .grammar import is_form

_NO_TEXT: Final = re.compile("[\0\ud800-\udfff]")

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = dict[str, Json]


_ONE_OF: Final = "enum"  # JSON Schema's word, and none for a type of Postgres
TEXT: Final = "Text"
"""The name under which the schema of a text is defined."""


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

    @property
    def schema(self) -> JsonObject:
        """The JSON Schema of its values."""

    def encode(self, value: object) -> Json:
        """The value as JSON."""

    def decode(self, said: object) -> object:
        """The value again. Raises Mismatch."""


@runtime_checkable
class Spoken(Protocol):
    """A value with a text of its own that says it all (an aclitem)."""

    @classmethod
    def parse(cls, text: str) -> Self: ...


NOTHING: Final = object()
"""Equal to no value."""


class Plain(Value):
    """A whole number or a truth value."""

    type: type[int]
    word: str
    empty: object = NOTHING

    @property
    def schema(self) -> JsonObject:
        return {"type": "boolean" if self.type is bool else "integer"}

    def encode(self, value: object) -> Json:
        assert isinstance(value, int)
        return value

    def decode(self, said: object) -> object:
        if type(said) is not self.type:
            raise Mismatch(f"must be {self.word}")
        return said


class Text(Value):
    """A text; one of several lines is an array of them, so that a changed line is a changed line."""

    empty: object = ""

    @property
    def schema(self) -> JsonObject:
        return {"$ref": f"#/$defs/{TEXT}"}

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


class Formed(Value):
    """A text of SQL that must be what its attribute is declared as."""

    form: SqlForm
    inner: Codec = Text()
    empty: object = ""

    @property
    def schema(self) -> JsonObject:
        return self.inner.schema

    def encode(self, value: object) -> Json:
        return self.inner.encode(value)

    def decode(self, said: object) -> object:
        text = self.inner.decode(said)
        assert isinstance(text, str)
        if text and not is_form(self.form, text):
            raise Mismatch(f"must be {self.form.value}")
        return text


class Chosen(Value):
    """One of several words, each with what it stands for."""

    known: Mapping[str, object]
    empty: object = NOTHING

    @property
    def schema(self) -> JsonObject:
        return {_ONE_OF: [*self.known]}

    def encode(self, value: object) -> Json:
        return next(word for word, member in self.known.items() if member is value or member == value)

    def decode(self, said: object) -> object:
        if not isinstance(said, str) or said not in self.known:
            raise Mismatch(f"must be one of {', '.join(self.known)}")
        return self.known[said]


class Said(Value):
    """A value with a text of its own."""

    type: type[Spoken]
    empty: object = NOTHING

    @property
    def schema(self) -> JsonObject:
        return {"type": "string"}

    def encode(self, value: object) -> Json:
        return str(value)

    def decode(self, said: object) -> object:
        if not isinstance(said, str):
            raise Mismatch("must be a string")
        try:
            return self.type.parse(said)
        except ValueError as error:
            raise Mismatch(str(error)) from None
