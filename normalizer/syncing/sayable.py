"""Differences as schema files can say them, and those that edited files would not say."""

from collections.abc import Collection, Iterable, Sequence

from attrs import evolve

from pgnorm.catalog.counting import first_of
from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Object

from ..compare.difference import BY_TEXT, Difference, deparsed
from ..compare.misread import misread


def unproved(left: Sequence[Difference], namesakes: Collection[str]) -> PgnormError:
    """The error for differences that are left, in files that have these names of Postgres' own for others."""
    said = first_of([_said(each) for each in left], 3)
    error = PgnormError(
        f"nothing is written: edited, the files would not say what is wanted of {said}",
        hint="Change these in the files by hand, and run it again.",
    )
    if taken := sorted({name for each in left for name in _taken(each)}.intersection(namesakes)):
        # An expression implies these operators: all that it names has its schema.
        error.hint = (
            f"In the files' search_path {first_of(taken, 3)} is not Postgres' own: write it by hand behind SET "
            "search_path = '', with RESET search_path behind it, and run it again."
        )
    return error


def sayable(found: Iterable[Difference]) -> tuple[Difference, ...]:
    """The differences without those in what is called by a cast, which in files the statement of the cast says, or by a
    name that several functions have, which the order of statements says."""
    left = (evolve(each, changed=each.changed - BY_TEXT) for each in found)
    return tuple(each for each in left if each.changed or None in (each.old, each.new))


def _taken(each: Difference) -> frozenset[str]:
    """The names of Postgres' own that the edited files have another for."""
    made, goal = each.old, each.new
    return misread(goal, made, (_texts(goal), _texts(made))) if made is not None and goal is not None else frozenset()


def _texts(item: Object) -> list[str]:
    said = [getattr(item, name) for name in deparsed(item)]
    return [" ".join(text) if isinstance(text, tuple) else str(text) for text in said]


def _said(each: Difference) -> str:
    changed = f" ({', '.join(sorted(each.changed))})" if each.changed else ""
    return f"{each.item.kind} {each.item.label}{changed}"
