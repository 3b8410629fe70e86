"""Columns that are serial in every respect: of their default, NOT NULL and their sequence one word says all."""

from typing import Final

from pgnorm.catalog.kinds.columns import Column
from pgnorm.catalog.kinds.sequences import PlainSequence
from pgnorm.catalog.model import Catalog, Object, Placement, Target
from pgnorm.catalog.quoting import ident, qualified

_WORDS: Final = {"smallint": "smallserial", "integer": "serial", "bigint": "bigserial"}
_COUNTING: Final = ("START WITH 1", "INCREMENT BY 1", "NO MINVALUE", "NO MAXVALUE", "CACHE 1")


def serial(column: Column, catalog: Catalog, target: Target) -> str:
    """The definition of a column that is serial; empty for one that is not."""
    parts = catalog.parts.get(column.id, ())
    said = _bare(column.definition([part for part in parts if part.placement is Placement.INLINE], target))
    for sequence in parts:
        if isinstance(sequence, PlainSequence) and _is_usual(sequence, column):
            draws = f"DEFAULT nextval('{qualified(column.schema, sequence.name)}'::regclass) NOT NULL"
            if said == _bare(f"{ident(column.name)} {column.type} {draws}"):
                return f"{ident(column.name)} {_WORDS[column.type]}"
    return ""


def comes_with_column(sequence: Object, catalog: Catalog, target: Target) -> bool:
    """True for a sequence that the definition of its column makes."""
    column = catalog.objects.get(sequence.parent) if sequence.parent is not None else None
    return isinstance(column, Column) and bool(serial(column, catalog, target))


def _is_usual(sequence: PlainSequence, column: Column) -> bool:
    named = sequence.name == f"{column.detail}_{column.name}_seq" and sequence.schema == column.schema
    counts = not sequence.unlogged and sequence.type == column.type and sequence.counting() == _COUNTING
    return named and counts and column.type in _WORDS


def _bare(text: str) -> str:
    return text.replace('"', "")
