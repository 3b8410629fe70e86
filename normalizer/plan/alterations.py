"""ALTER of an object in place: its statements, when they can be used, and what they do to rows."""

from collections.abc import Iterable

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Changed, Object, OnRows, Printing, Statement, Target, own_fields, stated, statements
from pgnorm.catalog.model.changes import Change


def states(item: Object) -> dict[str, object]:
    """Attributes of an object that tell what was done with it, with their values."""
    return {field.name: getattr(item, field.name) for field in own_fields(type(item)) if field.change is Change.STATE}


def possible(old: Object, new: Object, changed: Changed, target: Target) -> tuple[Statement, ...]:
    """The statements that alter what can be altered of it."""
    return tuple(map(stated, old.alter(new, changed, target)))


def altering(old: Object, new: Object, names: Iterable[str], target: Target) -> tuple[Statement, ...]:
    """The statements that alter it, but for those that put a state right.

    Raises PgnormError where none is known for an attribute.
    """
    changed = Changed({*names} - states(new).keys())
    if not changed.left:
        return ()
    found = possible(old, new, changed, target)
    if changed.left:
        raise PgnormError(
            f"{new.kind} {new.label}: no statement is known that changes its {', '.join(sorted(changed.left))}",
            hint="This is a defect of pgnorm: please report it with the two definitions.",
        )
    return found


def on_rows(written: Iterable[Statement]) -> OnRows:
    """Effects that one or another of the statements may have on rows that are there."""
    found = OnRows.NOTHING
    for statement in written:
        found |= statement.on_rows
    return found


def on_creation(item: Object, target: Target) -> OnRows:
    """Effects that its CREATE, without any parts, may have on rows that are there."""
    return on_rows(statements(item.create(Printing(target=target))))


def after_parts(item: Object) -> frozenset[str]:
    """The attributes that are altered behind inline parts."""
    return frozenset(field.name for field in own_fields(type(item)) if field.after_parts)
