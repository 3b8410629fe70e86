"""Effects of each statement of a plan on tables that were there: locks by rule, scans and rewrites as measured."""

from collections.abc import Iterator, Mapping

from pgnorm.catalog.model import Catalog, ObjectId, OnRows, Statement, Value
from pgnorm.catalog.model.row_facets import Filled, HoldsRows

from ..hazards.effects import Effect, Hazard, Lock
from ..hazards.rules import changes_access, locks, takes_long, unnamed
from .plan import Plan, Step, Verb


class Assessed(Value):
    """A statement of a plan, and what is known of it."""

    step: Step
    statement: Statement
    effects: tuple[Effect, ...]

    @property
    def hazards(self) -> frozenset[Hazard]:
        """Its hazards."""
        return self._measured | _told(self.statement)

    @property
    def shares(self) -> Iterator[tuple[ObjectId | None, frozenset[Hazard]]]:
        """The objects that its actions are about, each with its share of the hazards: the time that the statement takes
        is for all of those that take time by themselves."""
        found = self.statement.combines or (self.statement,)
        long = [each for each in found if takes_long(each.sql)] or found
        for each in found:
            yield each.about, _told(each) | (self._measured if each in long else frozenset())

    @property
    def words(self) -> Iterator[str]:
        """Its hazards as a person reads them: `rewrites public.contacts, blocks reads and writes`."""
        from ..hazards.reasons import reasons

        for effect in self.effects:
            if effect.rewrites or effect.scans:
                does = "rewrites" if effect.rewrites else "reads all rows of"
                yield f"{does} {effect.relation}{_blocking(effect)}"
        yield from reasons(self.statement)
        if Hazard.NOT_IN_TRANSACTION in self.hazards:
            yield "can't run in a transaction"

    @property
    def _measured(self) -> frozenset[Hazard]:
        return frozenset(hazard for effect in self.effects for hazard in effect.hazards)


def _blocking(effect: Effect) -> str:
    if Hazard.BLOCKS_READS in effect.hazards:
        return ", blocks reads and writes"
    return ", blocks writes" if Hazard.BLOCKS_WRITES in effect.hazards else ""


def _told(statement: Statement) -> frozenset[Hazard]:
    """The hazards that a statement tells by itself."""
    found = {
        Hazard.LOSES_DATA: OnRows.LOSES in statement.on_rows,
        Hazard.MAY_FAIL_ON_ROWS: OnRows.MAY_FAIL in statement.on_rows,
        Hazard.NEEDS_COMMIT: statement.commits,
        Hazard.NOT_IN_TRANSACTION: statement.alone,
        Hazard.CHANGES_ACCESS: changes_access(statement.sql),
    }
    return frozenset(hazard for hazard, there in found.items() if there)


def assessed(plan: Plan, old: Catalog, measured: Mapping[str, tuple[Effect, ...]] | None) -> Iterator[Assessed]:
    """Each statement in order. `old` tells which tables were there; `measured` is None where the plan was not run."""
    there = {f"{item.schema}.{item.name}" for item in old.objects.values() if isinstance(item, HoldsRows | Filled)}
    for steps in plan.transactions:
        held: dict[str, Lock] = {}
        for step in steps:
            if step.verb is Verb.ALTER:
                there.add(f"{step.item.schema}.{step.item.name}")  # what has another name from here on
            for statement in step.statements:
                yield Assessed(
                    step=step,
                    statement=statement,
                    effects=tuple(_effects(step, statement, there, held, measured)),
                )


def _effects(
    step: Step,
    statement: Statement,
    there: set[str],
    held: dict[str, Lock],
    measured: Mapping[str, tuple[Effect, ...]] | None,
) -> Iterator[Effect]:
    ruled = {name: lock for name, lock in locks(statement.sql).items() if name in there}
    if step.verb is Verb.DROP and step.item.parent is not None and not (ruled or statement.alone):
        # An index, or what else is dropped without naming its table.
        whole = f"{step.item.parent.schema}.{step.item.parent.name}"
        ruled = {whole: Lock.ACCESS_EXCLUSIVE} if whole in there else {}
    done = {effect.relation: effect for effect in (measured or {}).get(statement.sql, ())}
    felt = [name for name, effect in done.items() if effect.rewrites or effect.scans]
    for name in felt:
        lock = max(filter(None, (done[name].lock, ruled.get(name) or unnamed(statement.sql))), default=None)
        ruled |= {name: lock} if lock is not None else {}
    for name, lock in ruled.items():
        held[name] = max(lock, held.get(name, lock))
    # What commits by itself has no count of its own that could be read.
    builds = statement.alone and step.verb is Verb.CREATE
    for name in sorted({*ruled, *felt}):
        effect = done.get(name)
        yield Effect(
            relation=name,
            lock=ruled.get(name),
            held=held.get(name),
            rewrites=effect is not None and effect.rewrites,
            scans=builds or (effect is not None and effect.scans),
            measured=measured is not None and not statement.alone,
        )
