"""The casts of Postgres between types that columns have: pg_cast as initdb fills it, from 14 on."""

from collections.abc import Iterable
from typing import Final

NUMBERS: Final = frozenset({"smallint", "integer", "bigint", "numeric", "real", "double precision"})
BY_WAY_OF_INTEGER: Final = frozenset({"boolean", "bit"})
"""Types with casts from and to integer, and to few other numbers."""
_NO_ZONE: Final = "timestamp without time zone"
_ZONE: Final = "timestamp with time zone"

_IN_ASSIGNMENT: Final[dict[str, Iterable[str]]] = {
    **dict.fromkeys(NUMBERS, NUMBERS),
    "smallint": {*NUMBERS, "oid"},
    "integer": {*NUMBERS, "money", "oid"},
    "bigint": {*NUMBERS, "money", "oid"},
    "oid": {"integer", "bigint"},
    "numeric": {*NUMBERS, "money"},
    "money": {"numeric"},
    "date": {_NO_ZONE, _ZONE},
    _NO_ZONE: {_ZONE, "date", "time without time zone"},
    _ZONE: {_NO_ZONE, "date", "time without time zone", "time with time zone"},
    "time without time zone": {"time with time zone", "interval"},
    "time with time zone": {"time without time zone"},
    "interval": {"time without time zone"},
    "bit": {"bit varying"},
    "bit varying": {"bit"},
    "json": {"jsonb"},
    "jsonb": {"json"},
    "inet": {"cidr"},
    "cidr": {"inet"},
    "macaddr": {"macaddr8"},
    "macaddr8": {"macaddr"},
    "box": {"polygon"},
    "point": {"box"},
    "path": {"polygon"},
    "polygon": {"path"},
}
_EXPLICIT: Final[dict[str, Iterable[str]]] = {
    "integer": {"boolean", "bit"},
    "boolean": {"integer"},
    "bigint": {"bit"},
    "bit": {"integer", "bigint"},
    "jsonb": {*NUMBERS, "boolean"},
    "box": {"point", "lseg", "circle"},
    "circle": {"point", "box", "polygon"},
    "lseg": {"point"},
    "polygon": {"point", "box", "circle"},
    "int4range": {"int4multirange"},
    "int8range": {"int8multirange"},
    "numrange": {"nummultirange"},
    "daterange": {"datemultirange"},
    "tsrange": {"tsmultirange"},
    "tstzrange": {"tstzmultirange"},
}


def in_assignment(old: str, new: str) -> bool:
    """True if a value of one type is stored as another without a word."""
    return new in _IN_ASSIGNMENT.get(old, ())


def castable(old: str, new: str) -> bool:
    """True if there is a cast that has to be written."""
    return new in _EXPLICIT.get(old, ())
