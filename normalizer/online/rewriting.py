"""A finished plan put into the order in which nobody has to wait for it long.

First all that takes a moment, in one transaction as ever; then what takes as long as a table is big, by statements that
let others go on, each by itself; then names and places for what was built; at last the checks of what is there.
"""

from collections.abc import Sequence
from typing import Final

from pgnorm.catalog.kinds.keys import Key
from pgnorm.catalog.model import Catalog, ObjectId

from ..plan.plan import Plan, Step, Verb
from .checked import constraint_way, not_null_way
from .detaching import detaching_way
from .filling import filling_way
from .indexes import index_dropping_way, index_way, key_way
from .way import Around, Way, needed

_WAYS: Final = (index_way, key_way, index_dropping_way, constraint_way, not_null_way, filling_way, detaching_way)


def online(
    plan: Plan,
    old: Catalog,
    new: Catalog,
    timeouts: tuple[tuple[str, str], ...],
    *,
    major: int | None = None,
    rewriting: frozenset[ObjectId] = frozenset(),
) -> Plan:
    """The plan that comes to the same end by steps that don't lock a busy table for long. They are for the version
    `major`, that of `new` if none is given; `rewriting` are new columns that have been found to rewrite their table,
    which only a server tells.

    What has no such way, or would leave something missing meanwhile that is there before and after, stays as it is.
    """
    if not plan.transactions:
        return plan
    *early, together = plan.transactions
    steps = tuple(part for step in together for part in step.parts or (step,))
    around = Around(old, new, steps, major or new.major, rewriting)
    plain: frozenset[ObjectId] = frozenset()
    while (phases := _Phases(around, plain)).refused:
        plain |= phases.refused
    transactions = phases.transactions()
    # What needs no other steps may share its statements, but for columns: a trial tells which rewrites the table.
    others = (together,) if transactions == (steps,) and not any(map(around.adds_default, steps)) else transactions
    return plan.evolve(transactions=(*early, *others), online=True, timeouts=timeouts)


class _Phases:
    """The steps by when they run. `plain` are the objects whose steps stay as they are.

    `refused` are more of those: what waits for them would be missing meanwhile.
    """

    def __init__(self, around: Around, plain: frozenset[ObjectId]) -> None:
        self.around = around
        self.stands: list[Step] = []
        self.builds: list[Step] = []
        self.proven: list[Step] = []
        self.named: list[Step] = []
        self.checks: list[Step] = []
        self.refused: set[ObjectId] = set()
        ways = [None if step.id in plain else _way(step, around) for step in around.steps]
        found = [way for way in ways if way is not None]
        self._superseded = frozenset().union(*(way.supersedes for way in found))
        self._postponed = {
            name: step.id
            for step, way in zip(around.steps, ways, strict=True)
            for name in (way.postpones if way is not None else ())
        }
        """Objects dropped late, with what is made then."""
        self._late: dict[ObjectId, frozenset[ObjectId]] = {}
        """The objects that are there only when all is built, each with those whose ways it waits for."""
        for step, way in zip(around.steps, ways, strict=True):
            self._place(step, way)
        self._keep_null_for_plain_keys(ways)

    def transactions(self) -> tuple[tuple[Step, ...], ...]:
        """The steps in transactions."""
        together = (tuple(self.stands), *_each(self.builds), (*self.proven, *self.named), *_each(self.checks))
        return tuple(filter(None, together))

    def _place(self, step: Step, way: Way | None) -> None:
        if step.verb is Verb.DROP and step.id in self._superseded:
            return
        waits = self._waits(step)
        missing = step.verb is Verb.CREATE and step.id in self.around.dropped and step.id not in self._postponed
        if missing or (way is not None and way.builds):
            # It would be missing from the first transaction on, or is built before what it needs is there.
            self.refused |= waits
        if way is None:
            postponed = step.verb is Verb.DROP and step.id in self._postponed
            (self.named if waits or postponed else self.stands).append(step)
        else:
            (self.named if waits else self.stands).extend(way.stands)
            self.builds += way.builds
            self.proven += way.proven
            self.named += way.named
            self.checks += way.checks
        if step.verb is not Verb.DROP and (waits or (way is not None and way.late)):
            causes = waits | ({step.id} if way is not None and way.late else set())
            parts = (part.id for part in self.around.new.parts.get(step.id, ()))
            self._late |= dict.fromkeys((step.id, *parts), causes)

    def _waits(self, step: Step) -> frozenset[ObjectId]:
        """The objects whose ways a step waits for: it needs what is there only then, or takes the name of what is gone
        only then."""
        if step.verb is Verb.DROP:
            return frozenset()
        rivals = self.around.rivals(step.item) if step.verb is Verb.CREATE else ()
        taken = frozenset(self._postponed[item.id] for item in rivals if item.id in self._postponed)
        late = (self._late[name] for name in needed(self.around.new, step) & self._late.keys())
        return frozenset().union(*late) | (taken - {step.id})

    def _keep_null_for_plain_keys(self, ways: Sequence[Way | None]) -> None:
        """A primary key that is added as ever needs its columns to be NOT NULL by then."""
        by_id = {step.id for step, way in zip(self.around.steps, ways, strict=True) if way is not None}
        for step, way in zip(self.around.steps, ways, strict=True):
            if way is None and isinstance(step.item, Key) and step.verb is not Verb.DROP:
                self.refused |= needed(self.around.new, step) & by_id


def _way(step: Step, around: Around) -> Way | None:
    return next((way for find in _WAYS if (way := find(step, around)) is not None), None)


def _each(steps: Sequence[Step]) -> list[tuple[Step, ...]]:
    return [(step,) for step in steps]
