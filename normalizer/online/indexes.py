"""Indexes, and constraints that have one, built while others write: `CREATE INDEX CONCURRENTLY "i" ON "t" …`."""

from typing import Final

from pgnorm.catalog.kinds.constraint_states import deferral
from pgnorm.catalog.kinds.foreign_keys import ForeignKey
from pgnorm.catalog.kinds.indexes import Index
from pgnorm.catalog.kinds.keys import Key
from pgnorm.catalog.model import Object, ObjectId, OnRows, Statement, stated
from pgnorm.catalog.options import with_options
from pgnorm.catalog.quoting import ident, qualified

from ..plan.plan import Step, Verb
from ..plan.wording import ASIDE_SUFFIX
from .way import Around, Way

_UNIQUE: Final = {"PRIMARY KEY": "", "UNIQUE": "", "UNIQUE NULLS NOT DISTINCT": " NULLS NOT DISTINCT"}
"""The beginnings of definitions of keys, with what says the same at the end of an index."""
_PERIOD: Final = " WITHOUT OVERLAPS)"


def index_way(step: Step, around: Around) -> Way | None:
    """The way of a new index, None where it is not to be or can't be built so."""
    item = step.item
    if not isinstance(item, Index) or step.verb is not Verb.CREATE or not around.busy(item.parent):
        return None
    first, *rest = step.statements
    if around.partitioned(item.parent) or first.sql != stated(item.create(around.printing)[0]).sql:
        return None
    rivals = around.rivals(item)
    if not rivals:
        return Way(
            builds=_built(step, item.schema, item.name, first, around),
            named=_rest(step, rest),
            late=True,
        )
    leaving = _leaving(around, rivals)
    if leaving is None:
        return None
    name = around.new_name(item)
    renamed = item.renamed(name)
    build = stated(renamed.create(around.printing)[0]).evolve(about=item.id, on_rows=first.on_rows)
    rename = Statement(sql=f"ALTER INDEX {qualified(item.schema, name)} RENAME TO {ident(item.name)};", about=item.id)
    builds = _built(step, item.schema, name, build, around)
    [rival, *others] = rivals
    if others or not isinstance(rival, Index) or len(leaving) > 1:
        return Way(builds=builds, named=_rest(step, [rename, *rest]), late=True, postpones=leaving)
    aside = rival.evolve(name=around.free_name(rival, ASIDE_SUFFIX, "relation"))
    away = Statement(sql=f"ALTER INDEX {qualified(rival.schema, rival.name)} RENAME TO {ident(aside.name)};")
    return Way(
        builds=builds,
        named=_rest(step, [away.evolve(about=item.id), rename, *rest]),
        checks=(_dropping(rival, aside.name),),
        late=True,
        supersedes=leaving,
    )


def key_way(step: Step, around: Around) -> Way | None:
    """The way of a new primary key or unique constraint: the index first."""
    item = step.item
    if not isinstance(item, Key) or step.verb is not Verb.CREATE or not around.busy(item.parent):
        return None
    first, *rest = step.statements
    words, _, columns = item.definition.partition(" (")
    fits = words in _UNIQUE and not columns.endswith(_PERIOD)
    if not fits or around.partitioned(item.parent) or first.sql != item.create(around.printing)[0].sql:
        return None
    rivals = around.rivals(item)
    leaving = _leaving(around, rivals)
    if leaving is None:
        return None
    name = around.new_name(item) if rivals else item.name
    options = f" {with_options(item.options)}" if item.options else ""
    table = qualified(item.schema, item.detail)
    index = f'CREATE UNIQUE INDEX {ident(name)} ON {table} USING "btree" ({columns}{_UNIQUE[words]}{options};'
    added = item.addition(
        f"{words.partition(' NULLS')[0]} USING INDEX {ident(name)}{deferral(item.deferrable, item.deferred)}"
    )
    return Way(
        builds=_built(step, item.schema, name, first.evolve(sql=index), around),
        named=_rest(step, [first.evolve(sql=added, on_rows=OnRows.NOTHING), *rest]),
        late=True,
        postpones=leaving,
    )


def index_dropping_way(step: Step, around: Around) -> Way | None:
    """The way of an index that leaves, whose table nobody has to let go for that."""
    item = step.item
    if not isinstance(item, Index) or step.verb is not Verb.DROP or not around.busy(item.parent):
        return None
    usual = [each.sql for each in step.statements] == [item.drop()]
    name_taken = any(not frozenset(item.claims).isdisjoint(other.claims) for other in _made(around))
    attached = item.attached_to is not None or around.partitioned(item.parent)
    if not usual or name_taken or attached or not around.postponable(frozenset({item.id})):
        return None
    return Way(checks=(_dropping(item, item.name),))


def _made(around: Around) -> list[Object]:
    return [step.item for step in around.steps if step.verb is Verb.CREATE]


def _leaving(around: Around, rivals: list[Object]) -> frozenset[ObjectId] | None:
    """The rivals and what has to leave before them, None where some of it can't wait."""
    names = {item.id for item in rivals}
    for item in rivals:
        users = (around.dropped.get(name) for name in around.old.needed_by.get(item.id, ()))
        names |= {user.id for user in users if isinstance(user, ForeignKey)}
        if any(name in around.dropped and name not in names for name in around.old.needed_by.get(item.id, ())):
            return None
    found = frozenset(names)
    movable = all(isinstance(around.dropped[name], Index | Key | ForeignKey) for name in found)
    return found if movable and around.postponable(found) else None


def _built(step: Step, schema: str, name: str, build: Statement, around: Around) -> tuple[Step, ...]:
    """The build of an index, behind the removal of what one that failed has left."""
    sql = build.sql.replace(" INDEX ", " INDEX CONCURRENTLY ", 1)
    built = step.evolve(statements=(build.evolve(sql=sql, alone=True),))
    if not around.is_invalid(schema, name):
        return (built,)
    left = Statement(
        sql=f"DROP INDEX CONCURRENTLY IF EXISTS {qualified(schema, name)};",
        remark="-- A build that failed has left an invalid index of this name.",
        alone=True,
        about=step.id,
    )
    return (Step.of(Verb.ALTER, step.item, (left,)), built)


def _rest(step: Step, statements: list[Statement]) -> tuple[Step, ...]:
    return (step.evolve(statements=tuple(statements)),) if statements else ()


def _dropping(item: Index, name: str) -> Step:
    sql = f"DROP INDEX CONCURRENTLY {qualified(item.schema, name)};"
    return Step.of(Verb.DROP, item, (Statement(sql=sql, alone=True),))
