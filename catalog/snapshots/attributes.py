"""The attributes of each kind that are in a snapshot, with how each is said."""

from functools import cache
from typing import get_type_hints

from ..model import IDENTITY, SATELLITES, Change, Object, own_fields
from .scalars import Codec
from .values import codec


@cache
def codecs(kind: type[Object], *, checked: bool = True) -> dict[str, Codec]:
    """The codec of each attribute of a kind that is no secret, in the order of their declaration. Unless `checked`,
    those of SQL don't ask whether a text is of its form: it is where it has not been out of pgnorm's hands."""
    hints = get_type_hints(kind, include_extras=checked)
    return {field.name: codec(hints[field.name]) for field in kind.declared_fields if field.change is not Change.SECRET}


def own_codecs(kind: type[Object]) -> dict[str, Codec]:
    """The codecs of the attributes that not every kind has."""
    return {name: one for name, one in codecs(kind).items() if name not in IDENTITY | SATELLITES}


def needed(kind: type[Object]) -> frozenset[str]:
    """The attributes without which no snapshot of the kind is read."""
    return frozenset(field.name for field in kind.declared_fields if field.needed)


def secrets(kind: type[Object]) -> dict[str, None]:
    """The attributes of a kind that are secrets, all of them not known."""
    return {field.name: None for field in own_fields(kind) if field.change is Change.SECRET}
