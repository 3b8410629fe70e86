"""Commits inside of a plan: behind an enum's new value, where what follows uses that."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from pgnorm.catalog.model import Catalog, ObjectId, OnRows
from pgnorm.catalog.model.facets import Routine
from pgnorm.catalog.model.row_facets import Computes, Filled
from pgnorm.catalog.model.type_facets import HasValues

from ..compare.difference import outermost, parts_below
from .alterations import on_rows
from .plan import Step, Verb

_QUOTES: Final = re.compile(r"['\"\\]")


def cut(old: Catalog, new: Catalog, steps: Sequence[Step]) -> tuple[tuple[Step, ...], ...]:
    """The steps in transactions: what is usable only after a commit goes ahead, in one of its own if others may use it.

    It needs nothing that a plan makes; what uses it need not depend on it in one step that the order would know
    (`DEFAULT '(new)'::c`, where the composite type c stays and has the enum in it).
    """
    early = tuple(step for step in steps if step.needs_commit)
    late = tuple(step for step in steps if not step.needs_commit)
    added = frozenset(step.id for step in early)
    values = frozenset(value for name in added for value in _new_values(old, new, name))
    if any(_may_use(old, new, step, added, values) for step in late):
        return early, late
    return tuple(filter(None, ((*early, *late),)))


def _new_values(old: Catalog, new: Catalog, name: ObjectId) -> Iterator[str]:
    before, after = old.objects.get(name), new.objects[name]
    if isinstance(after, HasValues):
        known = before.value_names if isinstance(before, HasValues) else ()
        yield from (value for value in after.value_names if value not in known)


def _may_use(old: Catalog, new: Catalog, step: Step, added: frozenset[ObjectId], values: Collection[str]) -> bool:
    """True if a step may use a new value of one of the types that are `added` to: nobody can tell, or it depends on the
    type, and names the value or runs what may come by it."""
    if step.verb is Verb.DROP or not added:
        return False
    depends = isinstance(step.item, Routine) or _depends(new, step, added)
    return depends and (_names(step, values) or not _only_read(old, new, step, added))


def _depends(new: Catalog, step: Step, added: frozenset[ObjectId]) -> bool:
    # The bound of a partition may hold a value of its parent's key, and pg_depend knows nothing of that.
    waiting = [step.id, *(part.id for part in parts_below(new, step.id)), *(step.item.ties or ())]
    seen: set[ObjectId] = set()
    while waiting:
        name = waiting.pop()
        if name in added:
            return True
        if name not in seen:
            seen.add(name)
            waiting += new.needs.get(name, ())
            waiting += (part.id for part in new.parts.get(name, ()) if part.placement.inside)
    return False


def _names(step: Step, values: Collection[str]) -> bool:
    """True if one of the values stands in its text, be it inside of a literal of another type: `'(wild,1)'::"c"`."""
    text = _QUOTES.sub("", step.sql)
    return any(_word(_QUOTES.sub("", value)).search(text) for value in values)


def _word(value: str) -> re.Pattern[str]:
    """The pattern of a value that is no part of a longer word."""
    begin, end = r"(?<!\w)" if re.match(r"\w", value) else "", r"(?!\w)" if re.search(r"\w\Z", value) else ""
    return re.compile(begin + re.escape(value) + end)


def _only_read(old: Catalog, new: Catalog, step: Step, added: frozenset[ObjectId]) -> bool:
    """True if Postgres reads its expressions and evaluates none: it looks for no value that is not written there."""
    item, effects = step.item, on_rows(step.statements)
    if isinstance(item, Routine):
        return True
    if step.verb is not Verb.CREATE or item.ties:
        return False
    whole = outermost(new, item.id)
    if isinstance(new.objects[whole], Filled) or isinstance(item, Filled):
        return False
    if whole not in old.objects:
        return True  # there are no rows yet
    if not item.placement.inside:
        return effects is OnRows.NOTHING and not isinstance(item, Computes)
    # A new column is evaluated on the rows that are there: what its type checks, and what its default calls.
    family = {item.id, *(part.id for part in parts_below(new, item.id))}
    needs = {need for name in family for need in new.needs.get(name, ())}
    return needs <= added | family | {whole} and "(" not in step.sql and effects in (OnRows.NOTHING, OnRows.MAY_FAIL)
