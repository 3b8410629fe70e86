"""The attributes of each kind that are in a snapshot, with how each is said."""

from functools import cache
from typing import get_type_hints

from ..kinds import KINDS
from ..model import IDENTITY, SATELLITES, Change, Object, own_fields
from .scalars import Codec
from .values import codec


def codecs(kind: type[Object]) -> dict[str, Codec]:
    """The codec of each attribute of a kind that is no secret, in the order of their declaration."""
    return _of_all_kinds()[kind]


def own_codecs(kind: type[Object]) -> dict[str, Codec]:
    """Those of the attributes that not every kind has."""
    return {name: one for name, one in codecs(kind).items() if name not in IDENTITY | SATELLITES}


@cache
def _of_all_kinds() -> dict[type[Object], dict[str, Codec]]:
    hints = {kind: get_type_hints(kind, include_extras=True) for kind in KINDS}
    return {
        kind: {
            field.name: codec(hints[kind][field.name])
            for field in kind.declared_fields
            if field.change is not Change.SECRET
        }
        for kind in KINDS
    }


def secrets(kind: type[Object]) -> dict[str, None]:
    """The attributes of a kind that are secrets, all of them not known."""
    return {field.name: None for field in own_fields(kind) if field.change is Change.SECRET}
