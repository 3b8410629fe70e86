"""Triggers and rules that the rows which a plan fills set off: they are on their tables by then, and act."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from pgnorm.catalog.model import Catalog, Object, ObjectId, OnRows, Statement
from pgnorm.catalog.quoting import ident, remark

from .plan import Step, Verb

_FIRED: Final = frozenset({"O", "A"})
"""pg_trigger.tgenabled and pg_rewrite.ev_enabled of what acts in a usual session."""
_NAME: Final = r'"(?:[^"]|"")+"'
_ON_UPDATE: Final = {
    "pg_trigger": re.compile(
        rf"CREATE (?:CONSTRAINT )?TRIGGER {_NAME} \w+ (?:\w+ OR )*"
        rf"UPDATE(?: OF (?P<columns>{_NAME}(?:, {_NAME})*))? O[RN] "
    ),
    "pg_rewrite": re.compile(rf"CREATE RULE {_NAME} AS\s+ON UPDATE TO "),
}
"""By catalog, the beginning of the definitions of what acts on an UPDATE."""


def announced(old: Catalog, steps: Iterable[Step]) -> Iterator[Step]:
    """The steps of a plan; those that fill rows say what acts on that."""
    acting = {item.id: item for item in old.objects.values() if item.catalog in _ON_UPDATE}
    for step in steps:
        if step.verb is Verb.DROP:
            acting.pop(step.id, None)
        elif step.item.catalog in _ON_UPDATE:
            acting[step.id] = step.item
        if step.filling and (found := sorted(_fired(old, step.item, acting.values()), key=lambda item: item.id)):
            names = tuple(f"{item.kind} {item.label}" for item in found)
            said = remark(f"The UPDATE sets off {', '.join(names)}: disable what is not to act meanwhile")
            step = step.evolve(statements=tuple(_remarked(step.statements, said)), fires=names)
        yield step


def fired(old: Catalog, steps: Iterable[Step], column: Object) -> tuple[Object, ...]:
    """The triggers and rules that an UPDATE of a column sets off once steps are done."""
    steps = tuple(steps)
    gone = {step.id for step in steps if step.verb is Verb.DROP}
    there = {item.id: item for item in old.objects.values() if item.id not in gone}
    there |= {step.id: step.item for step in steps if step.verb is not Verb.DROP}
    acting = (item for item in there.values() if item.catalog in _ON_UPDATE)
    return tuple(_fired(old, column, acting))


def _remarked(found: Iterable[Statement], said: str) -> Iterator[Statement]:
    """The statements; those that fill rows with one more line above them."""
    for each in found:
        filling = OnRows.FILLS in each.on_rows
        yield each.evolve(remark="\n".join(filter(None, (said, each.remark)))) if filling else each


def _fired(old: Catalog, column: Object, acting: Iterable[Object]) -> Iterator[Object]:
    table = column.parent
    assert table is not None
    lower = set(below(old, table))
    for item in acting:
        if item.parent in lower or item.parent == table:
            yield from (item,) if _acts(item, column.name, led=item.parent != table) else ()


def below(old: Catalog, table: ObjectId) -> Iterator[ObjectId]:
    """The partitions of a table or the tables that inherit it, and theirs: the same UPDATE is of their rows."""
    for user in old.needed_by.get(table, ()):
        ties = old.objects[user].ties
        if ties is not None and ties[1] == table:
            yield ties[0]
            yield from below(old, ties[0])


def _acts(item: Object, column: str, *, led: bool) -> bool:
    """True if it acts on an UPDATE of a column; `led` where the UPDATE is of a table above its own."""
    definition = str(getattr(item, "definition", ""))
    found = _ON_UPDATE[item.catalog].match(definition)
    if found is None or getattr(item, "state", "") not in _FIRED:
        return False
    if led and " FOR EACH ROW " not in definition:
        return False
    columns = found.groupdict().get("columns")
    return columns is None or ident(column) in columns.split(", ")
