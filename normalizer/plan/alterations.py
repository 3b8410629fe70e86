"""What altering an object in place does to rows, and when it can be used: what is known of its statements."""

from collections.abc import Iterable

from pgnorm.catalog.model import Changed, Object, OnRows, Statement, Target, own_fields, stated
from pgnorm.catalog.model.changes import Change


def states(item: Object) -> dict[str, object]:
    """Those of an object's attributes that tell what was done with it."""
    return {field.name: getattr(item, field.name) for field in own_fields(type(item)) if field.change is Change.STATE}


def altering(old: Object, new: Object, changed: Iterable[str], target: Target) -> tuple[Statement, ...]:
    """The statements that alter it, but for those that put a state right."""
    return tuple(map(stated, old.alter(new, Changed({*changed} - states(new).keys()), target)))


def on_rows(statements: Iterable[Statement]) -> OnRows:
    """What one or another of them may do to the rows that are there."""
    found = OnRows.NOTHING
    for statement in statements:
        found |= statement.on_rows
    return found
