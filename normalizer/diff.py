"""From two catalogs to a plan. No kind is named here: what differs between kinds is theirs to say."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from attrs import evolve

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, Changed, DefaultGrants, Object, ObjectId, Target
from pgnorm.catalog.ordering import find_loops, topological

from . import satellites
from .decisions import Decisions, decide
from .difference import PRIVILEGES, Difference, differences
from .dump import inside
from .plan import EMPTY, Plan, Step, Verb

ASIDE_SUFFIX: Final = "__pgnorm_old"
NAME_LIMIT: Final = 63
"""NAMEDATALEN - 1, in bytes."""


class Action(NamedTuple):
    """One node of the plan's graph. `aside` renames what is replaced while columns still use it."""

    id: ObjectId
    drop: bool = False
    aside: bool = False


Before = Callable[[Action | None, Action | None], None]


def diff(
    old: Catalog, new: Catalog, found: tuple[Difference, ...] | None = None, *, around: Catalog | None = None
) -> Plan:
    """The plan that leads from `old` to `new`.

    `found` is given to carry out some of the differences only, `around` where `old` is a part of the catalog in which
    the plan will run: the default privileges of all of it decide what new objects are granted.
    Raises PgnormError where no order of the statements can work.
    """
    found = differences(old, new) if found is None else found
    if not found:
        return EMPTY
    grants = [item.default_grants for item in (around or old).objects.values()]
    return _Planning(old, new, decide(old, new, found), found, tuple(filter(None, grants))).plan()


class _Planning:
    def __init__(
        self,
        old: Catalog,
        new: Catalog,
        fate: Decisions,
        found: tuple[Difference, ...],
        grants: tuple[DefaultGrants, ...],
    ) -> None:
        self.old = old
        self.new = new
        self.fate = fate
        self.found = found
        self.grants = grants
        self.target = Target(major=new.major, role=old.role, named_schemas=True)
        self.apart: set[ObjectId] = set()
        """Parts that a loop forces into a statement of their own, instead of inside their owner's."""

    def plan(self) -> Plan:
        steps = [step for action in self._ordered() if (step := self._step(action)).sql]
        early = [step for step in steps if self._needs_commit(step)]
        late = [step for step in steps if step not in early]
        split = early and any(self._may_use(step, early) for step in late)
        transactions = (tuple(early), tuple(late)) if split else ((*early, *late),)
        return Plan(
            transactions=tuple(steps for steps in transactions if steps),
            differences=self.found,
        )

    # The graph

    def _ordered(self) -> list[Action]:
        while True:
            needs = self._graph()
            order = sorted(needs, key=self._key)
            ordered = topological(order, needs)
            if ordered is not None:
                return ordered
            for loop in find_loops(order, needs):
                self._repair(loop)

    def _key(self, action: Action) -> tuple[object, ...]:
        """Drops from the last kind to the first, then the rest in the order of a dump."""
        if action.drop or action.aside:
            item = self.old.objects[action.id]
            return (0, -item.priority, item.id)
        item = self.new.objects[action.id]
        return (1, item.priority, item.id)

    def _graph(self) -> dict[Action, dict[Action, None]]:
        """What must run before each action."""
        needs: dict[Action, dict[Action, None]] = {action: {} for action in self._actions()}

        def before(first: Action | None, second: Action | None) -> None:
            if first is not None and second is not None and first != second:
                needs[second][first] = None

        for edge in self.old.edges:
            dropped, freed = self._leaver(edge.dependent), self._leaver(edge.referenced)
            before(dropped, freed)
            before(_last(dropped), _last(freed))
            before(dropped, self._altered(edge.referenced))
            if dropped is None:
                before(self._altered(edge.dependent), _last(freed))
        for edge in self.new.edges:
            before(self._maker(edge.referenced), self._maker(edge.dependent))
        for name in self.fate.replaced:
            if name in self.fate.set_aside:
                before(Action(name, aside=True), Action(name))
                before(Action(name), Action(name, drop=True))
            else:
                before(self._leaver(name), self._maker(name))
        self._order_names(before)
        self._order_default_privileges(before)
        return needs

    def _actions(self) -> Iterator[Action]:
        for name in (*self.fate.dropped, *self.fate.replaced):
            leaver = self._leaver(name)
            if leaver is not None:
                yield leaver
                if leaver.aside:
                    yield Action(leaver.id, drop=True)
        for name in (*self.fate.created, *self.fate.replaced, *self.fate.altered, *self.fate.rebound):
            maker = self._maker(name)
            if maker is not None:
                yield maker

    def _leaver(self, name: ObjectId) -> Action | None:
        """The action that takes the old object away: its own drop or that of what it is a part of."""
        item: Object | None = self.old.objects.get(name)
        while item is not None and self.fate.gone(item.id):
            owner = self.old.objects.get(item.parent) if item.parent is not None else None
            if owner is None or not self.fate.gone(owner.id) or item.id in self.apart:
                if item.derived:
                    return None
                return Action(item.id, drop=True) if item.id not in self.fate.set_aside else Action(item.id, aside=True)
            item = owner
        return None

    def _maker(self, name: ObjectId) -> Action | None:
        """The action after which the new object is there as it should be."""
        item: Object | None = self.new.objects.get(name)
        while item is not None and self.fate.fresh(item.id):
            owner = self.new.objects.get(item.parent) if item.parent is not None else None
            if owner is None or not self._comes_inside(item, owner):
                return Action(item.id)
            item = owner
        return self._altered(item.id) if item is not None else None

    def _comes_inside(self, item: Object, owner: Object) -> bool:
        """Whether the owner's statement creates the part with it."""
        if item.derived:
            return self.fate.fresh(owner.id) or owner.id in self.fate.altered
        if item.joins:
            added = owner.embedded and self.fate.fresh(owner.id) and self._maker(owner.id) == Action(owner.id)
            return added and item.id not in self.apart
        inner = item.embedded or (item.inline and item.id not in self.apart)
        return inner and self.fate.fresh(owner.id)

    def _altered(self, name: ObjectId) -> Action | None:
        return Action(name) if name in self.fate.altered or name in self.fate.rebound else None

    def _order_names(self, before: Before) -> None:
        """What takes a name is created after what had it is dropped."""
        holders: dict[tuple[str, ...], Action] = {}
        for name in (*self.fate.dropped, *self.fate.replaced):
            leaver = self._leaver(name)
            if leaver is not None:
                holders.update(dict.fromkeys(self.old.objects[name].claims, leaver))
        for name in (*self.fate.created, *self.fate.replaced, *self.fate.altered):
            for claim in self.new.objects[name].claims:
                if claim in holders and holders[claim].id != name:
                    before(holders[claim], self._maker(name))

    def _order_default_privileges(self, before: Before) -> None:
        """What is created gets the old default privileges, whatever becomes of these."""
        granting = [self._maker(name) for name, item in self.new.objects.items() if item.default_grants]
        leaving = [self._leaver(name) for name, item in self.old.objects.items() if item.default_grants]
        for action in filter(None, (*granting, *leaving)):
            for name in (*self.fate.created, *self.fate.replaced):
                if self.new.objects[name].default_acl_type:
                    before(self._maker(name), action)

    def _repair(self, loop: list[Action]) -> None:
        """Take a part out of its owner's statement so that the loop falls apart."""
        members = {(action.id, action.drop) for action in loop}
        for action in loop:
            catalog = self.old if action.drop else self.new
            for part in self._parts_below(catalog, action.id):
                if part.id in self.apart or part.embedded or part.derived:
                    continue
                touched = catalog.needed_by if action.drop else catalog.needs
                others = (*touched.get(part.id, ()), *(catalog.needs.get(part.id, ()) if action.drop else ()))
                reached = {self._leaver(other) if action.drop else self._maker(other) for other in others}
                if any(other and other != action and (other.id, other.drop) in members for other in reached):
                    self.apart.add(part.id)
                    return
        names = " -> ".join(f"{action.id.kind} {self._item(action).label}" for action in loop)
        raise PgnormError(
            f"no order of statements works for these objects, which depend on each other: {names}",
            hint="Make the change in two steps: first without the dependency that closes the circle.",
        )

    def _parts_below(self, catalog: Catalog, name: ObjectId) -> Iterator[Object]:
        for part in catalog.parts.get(name, ()):
            yield part
            yield from self._parts_below(catalog, part.id)

    # The statements

    def _item(self, action: Action) -> Object:
        catalog = self.old if action.drop or action.aside else self.new
        return catalog.objects[action.id]

    def _step(self, action: Action) -> Step:
        item = self._item(action)
        if action.aside:
            return Step(verb=Verb.ALTER, item=item, sql=_joined(item.set_aside(_aside_name(item))))
        if action.drop:
            return self._dropping(item)
        if self.fate.fresh(action.id):
            return Step(verb=Verb.CREATE, item=item, sql=_joined(self._creation(item)), opaque=item.opaque)
        difference = self.fate.altered.get(action.id)
        opaque = item.opaque and difference is not None and bool(difference.own)
        return Step(verb=Verb.ALTER, item=item, sql=_joined(self._alteration(item)), opaque=opaque)

    def _dropping(self, item: Object) -> Step:
        dropped = evolve(item, name=_aside_name(item)) if item.id in self.fate.set_aside else item
        lost = not item.disposable and item.id not in self.fate.set_aside
        return Step(verb=Verb.DROP, item=item, sql=dropped.drop(), destructive=lost)

    def _creation(self, item: Object) -> Iterator[str]:
        own = (part for part in self.new.parts.get(item.id, ()) if part.joins and self.fate.fresh(part.id))
        joined = tuple(part for part in own if self._comes_inside(part, item))
        parts = (*inside(self.new, item.id, frozenset(self.apart)), *joined)
        texts = [entry.sql.strip() for entry in item.entries(parts, self.target)]
        yield from texts[:1]
        # Before the owner changes: rows are read with its rights (REFRESH MATERIALIZED VIEW).
        yield from item.finish
        # A column takes no sequence of another owner (SEQUENCE OWNED BY).
        yield from satellites.owned(item, self.target)
        yield from texts[1:]
        if item.parent is not None and not self.fate.fresh(item.parent):
            yield from item.catch_up
        derived = (part for part in self.new.parts.get(item.id, ()) if part.derived and not part.embedded)
        for made in (item, *parts, *derived):
            yield from satellites.created(made, self.grants, self.target)

    def _alteration(self, item: Object) -> Iterator[str]:
        if item.id in self.fate.rebound:
            yield from self.old.objects[item.id].rebind(item, self.target)
        difference = self.fate.altered.get(item.id)
        if difference is not None:
            yield from self._change(difference)
        for part in self.new.parts.get(item.id, ()):
            if part.derived and self.fate.fresh(part.id):
                yield from satellites.created(part, self.grants, self.target)

    def _change(self, difference: Difference) -> Iterator[str]:
        old, new = difference.old, difference.new
        assert old is not None and new is not None
        if difference.own:
            changed = Changed(difference.own)
            yield from old.alter(new, changed, self.target)
            if changed.left:
                raise PgnormError(
                    f"{new.kind} {new.label}: no statement is known that changes its {', '.join(sorted(changed.left))}",
                    hint="This is a defect of pgnorm: please report it with the two definitions.",
                )
        yield from satellites.altered(old, new, difference.changed, self.target)
        for part in self.new.parts.get(new.id, ()):
            if PRIVILEGES in difference.changed and part.grant_columns and not self.fate.fresh(part.id):
                yield from satellites.restored(part, old, new, self.target)

    # Transactions

    def _needs_commit(self, step: Step) -> bool:
        difference = self.fate.altered.get(step.id) if step.verb is Verb.ALTER else None
        if difference is None or difference.old is None or difference.new is None:
            return False
        return difference.old.needs_commit(difference.new, difference.own)

    def _may_use(self, step: Step, early: list[Step]) -> bool:
        """Whether a later step may use what an early one added: it depends on it, or nobody can tell."""
        if step.verb is Verb.DROP:
            return False
        added = {other.id for other in early}
        below = (step.item, *self._parts_below(self.new, step.id))
        return step.item.opaque or any(added & self.new.needs.get(part.id, frozenset()) for part in below)


def _last(leaver: Action | None) -> Action | None:
    """The action with which a leaver is gone: what is set aside is dropped later."""
    return Action(leaver.id, drop=True) if leaver is not None and leaver.aside else leaver


def _joined(statements: Iterable[str]) -> str:
    return "\n".join(statements)


def _aside_name(item: Object) -> str:
    room = NAME_LIMIT - len(ASIDE_SUFFIX)
    return item.name.encode()[:room].decode(errors="ignore") + ASIDE_SUFFIX
