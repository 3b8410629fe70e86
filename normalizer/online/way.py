"""The way by which a step comes to its end while others go on, and what it must know of the plan around it."""

from collections.abc import Iterable, Sequence
from typing import Final

from pgnorm.catalog.kinds.columns import Column
from pgnorm.catalog.kinds.tables import Table
from pgnorm.catalog.model import Catalog, Object, ObjectId, Printing, Target, Value
from pgnorm.catalog.model.row_facets import Filled, HoldsRows

from ..plan.plan import Step, Verb
from ..plan.wording import suffixed

NEW_SUFFIX: Final = "__pgnorm_new"
INVALID: Final = "invalid index"


class Way(Value):
    """The parts of a step, by when they run."""

    stands: tuple[Step, ...] = ()
    """Statements that take a moment: with the rest of the plan, in its transaction."""
    builds: tuple[Step, ...] = ()
    """Statements that take as long as the table is big: after that, each in a transaction of its own or in none."""
    proven: tuple[Step, ...] = ()
    """Statements that say what rows have been checked for by then, and takes a moment: `SET NOT NULL`."""
    named: tuple[Step, ...] = ()
    """Statements by which what was built gets its name and its place, in one transaction behind those above."""
    checks: tuple[Step, ...] = ()
    """Statements that take long again, and what leaves for it: at the end, each by itself."""
    late: bool = False
    """True if the object is there only once it is `named`: what needs it waits."""
    supersedes: frozenset[ObjectId] = frozenset()
    """The old objects whose steps it takes the place of."""
    postpones: frozenset[ObjectId] = frozenset()
    """The old objects that are dropped only where this is named."""


class Around:
    """The steps of the transaction that a step is part of, and both catalogs."""

    def __init__(
        self, old: Catalog, new: Catalog, steps: Sequence[Step], major: int, rewriting: frozenset[ObjectId]
    ) -> None:
        self.old = old
        self.new = new
        self.steps = steps
        self.major = major
        """The version that statements are for: another one may stand in for it."""
        self.rewriting = rewriting
        """The new columns that have been found to rewrite their table as they are added."""
        self.printing = Printing(target=Target(major=major, role=old.role, named_schemas=True))
        self.dropped = {step.id: step.item for step in steps if step.verb is Verb.DROP}
        self.made = frozenset(step.id for step in steps if step.verb is Verb.CREATE)
        changed = (step.id for step in steps if step.verb is Verb.ALTER and self._changed(step.item))
        self._touched = self.made.union(self.dropped, changed)
        self._tied = frozenset(end for step in steps for end in step.item.ties or ())
        self._taken = {claim for catalog in (old, new) for item in catalog.objects.values() for claim in item.claims}
        self._given: dict[tuple[ObjectId, str], str] = {}
        """The names that were found free, by what they are for."""
        self._invalid = frozenset(name for what, name in old.unmodelled if what == INVALID)

    def busy(self, relation: ObjectId | None) -> bool:
        """True if a relation is there and others may use it meanwhile."""
        there = self.old.objects.get(relation) if relation is not None else None
        return isinstance(there, HoldsRows | Filled) and relation not in self._touched and relation not in self._tied

    def partitioned(self, relation: ObjectId | None) -> bool:
        """True if it is a table whose rows are its partitions'."""
        table = self.old.objects[relation] if relation is not None else None
        return isinstance(table, Table) and table.partition_key is not None

    def adds_default(self, step: Step) -> bool:
        """True if it adds a column with a default to a table that is there."""
        return step.verb is Verb.CREATE and isinstance(step.item, Column) and bool(self.new.parts.get(step.id))

    def rivals(self, item: Object) -> list[Object]:
        """The old objects whose name it takes, and that leave for it."""
        claims = frozenset(item.claims)
        return [other for other in self.dropped.values() if not claims.isdisjoint(other.claims)]

    def postponable(self, names: frozenset[ObjectId]) -> bool:
        """True if old objects may stay until the rest of the plan is done: nothing that they need changes before."""
        needed = {each for name in names for each in self.old.needs.get(name, ())}
        wholes = {self.old.objects[name].parent for name in names if name in self.old.objects}
        return all(name in self.old.objects for name in names) and not self._touched & ((needed | wholes) - names)

    def free_name(self, item: Object, suffix: str, what: str) -> str:
        """The name of an object with a suffix, that nothing else has: `what` it is of, in a schema or on a table."""
        if (item.id, suffix) not in self._given:
            where = (what, item.schema, item.detail) if what == "constraint" else (what, item.schema)
            names = (suffixed(item.name, f"{suffix}{number}") for number in ("", *range(2, 1000)))
            name = next(name for name in names if (*where, name) not in self._taken)
            self._given[item.id, suffix] = name
            self._taken.add((*where, name))
        return self._given[item.id, suffix]

    def new_name(self, item: Object) -> str:
        """A name for an index as long as an old one has that of `item`."""
        return self.free_name(item, NEW_SUFFIX, "relation")

    def is_invalid(self, schema: str, name: str) -> bool:
        """True if an index of this name is there that a build which failed has left."""
        return f"{schema}.{name}".replace('"', "") in self._invalid

    def _changed(self, item: Object) -> bool:
        """True if it is a column that can be altered only when an old key, or foreign key, has left."""
        before = self.old.objects.get(item.id)
        if not (isinstance(item, Column) and isinstance(before, Column)):
            return False
        retyped = (before.type, before.collation) != (item.type, item.collation)
        return retyped or (before.not_null and not item.not_null)


def needed(catalog: Catalog, step: Step) -> frozenset[ObjectId]:
    """The objects that the statements of a step need."""
    about: Iterable[ObjectId] = {step.id, *(each.about for each in step.statements if each.about is not None)}
    return frozenset().union(*(catalog.needs.get(name, frozenset()) for name in about))
