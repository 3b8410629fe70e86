"""The steps of a plan: each action asks its object for statements. No kind is named here."""

from collections.abc import Iterator

from attrs import evolve

from pgnorm.catalog.model import (
    Catalog,
    Object,
    ObjectId,
    OnRows,
    Placement,
    Printing,
    Statement,
    Written,
    about,
    stated,
    statements,
    unknown_secret,
)
from pgnorm.catalog.model.dump_facets import MadeAtOnce
from pgnorm.catalog.model.facets import Emptied, GrantsDefaults, Shelled
from pgnorm.catalog.model.row_facets import Counting, Presets
from pgnorm.catalog.model.type_facets import retypes

from ..compare.difference import PRIVILEGES, Difference, changes, inside
from ..dump.operator_path import reached
from . import metadata
from .actions import Actions
from .alterations import after_parts, altering
from .arranging import arrange
from .changes import Decisions, set_with
from .committing import cut
from .counters import Carrying
from .finishing import Finishing
from .firing import announced
from .graph import Act, Action
from .hazards import Hazards
from .plan import Plan, Step, Verb
from .rebinding import Rebinding
from .refilling import kept, refilling
from .wording import aside_name, stored


class Planning:
    """Decisions put into statements, in an order that works."""

    def __init__(
        self,
        old: Catalog,
        new: Catalog,
        decided: Decisions,
        found: tuple[Difference, ...],
        around: Catalog,
        last: frozenset[ObjectId],
    ) -> None:
        self.old = old
        self.new = new
        self.decided = decided
        self.found = found
        granting = (item for item in around.objects.values() if isinstance(item, GrantsDefaults))
        self.grants = tuple(item.default_grants for item in granting)
        schemas = frozenset(item.namespace for catalog in (around, new) for item in catalog.objects.values())
        self.target = decided.target.evolve(named_schemas=True, schemas=schemas)
        self.actions = Actions(old, new, decided, last)
        self.hazards = Hazards(old, new, decided, found)
        self.carrying = Carrying(old, new, decided)
        self.rebinding = Rebinding(old, new, decided)
        self.finishing = Finishing(old, decided, self.target)
        self.finished_at_once = False

    def plan(self) -> Plan:
        """The plan."""
        ordered = arrange(self.actions)
        there = [self.actions.item(action) for action in ordered if action == Action(action.id)]
        made = [item for item in there if self.decided.fresh(item.id)]
        rows_come_late = bool(self.actions.hollow[Act.SHELL]) or any(item.ties for item in made)
        self.finished_at_once = not rows_come_late and self.finishing.at_once(made)
        steps = [self._reaching(step) for action in ordered if (step := self._step(action)).statements]
        steps = [*self.carrying.saved(steps), *self.carrying.caught_up()]
        steps = [*announced(self.old, steps), *self.finishing.steps(there, at_once=self.finished_at_once)]
        return Plan(
            transactions=cut(self.old, self.new, steps), differences=self.found, kept=kept(self.old, self.decided)
        )

    def _step(self, action: Action) -> Step:
        item = self.actions.item(action)
        match action.act:
            case Act.SET_ASIDE:
                return Step.of(Verb.ALTER, item, item.rename(aside_name(item)))
            case Act.MOVE_ROWS:
                self.rebinding.refuse_rows_of(item.id)
                return Step.of(Verb.ALTER, item, refilling(self.old, self.new, self.decided, item))
            case Act.SHELL | Act.EMPTY:
                return self._shell(item, leaving=action.act.leaves)
            case Act.DROP:
                return self._dropping(item)
            case Act.MAKE if self.decided.fresh(action.id):
                bringer = next(self.actions.following.bringers(item), None)
                made = self._creation(item) if bringer is None else self._brought(item, bringer)
                return Step.of(Verb.CREATE, item, made)
            case Act.MAKE:
                return Step.of(Verb.ALTER, item, self._alteration(item))

    def _reaching(self, step: Step) -> Step:
        if step.verb is Verb.DROP or step.item.id not in self.new.objects:
            return step
        found = reached(step.statements, (step.item, *self._parts(step.item)))
        return Step.of(step.verb, step.item, found).evolve(evaluated_on=self.actions.evaluation.tables(step.item))

    def _shell(self, item: Object, *, leaving: bool) -> Step:
        if isinstance(item, Shelled):
            return Step.of(Verb.CREATE, item, statements(item.shell_entry().sql))
        if leaving or not self.decided.fresh(item.id):
            there = self.old.objects[item.id]
            assert isinstance(item, Emptied) and isinstance(there, Emptied)
            before, emptied = there.emptied(self.target), item.emptied(self.target)
            done = not leaving and item.id in self.actions.hollow[Act.EMPTY] and before == emptied
            return Step.of(Verb.ALTER, item, (emptied,) if before and not done else ())
        return Step.of(Verb.CREATE, item, statements(item.create(Printing(target=self.target, shell=True))))

    def _dropping(self, item: Object) -> Step:
        dropped = item.evolve(name=aside_name(item)) if item.id in self.decided.set_aside else item
        script = dropped.drop_alone() if self.actions.following.left_behind(item) else dropped.drop()
        written = list(statements(script))
        if written and self.hazards.loses_with(item) and not self.carrying.carries(item):
            written[-1] = written[-1].evolve(on_rows=OnRows.LOSES)
        if item.made_by_parent and (item.parent is None or not self.decided.gone(item.parent)):
            written += self._columns_granted(item, item.evolve(acl=None))
        return Step.of(Verb.DROP, item, written)

    def _parts(self, item: Object) -> tuple[Object, ...]:
        """The parts that come with the statement that creates it."""
        columns = (part for part in self.new.parts.get(item.id, ()) if part.placement.inside)
        owned = ((owner, part) for owner in (item, *columns) for part in self.new.parts.get(owner.id, ()))
        joined = (
            part
            for owner, part in owned
            if (part.placement is Placement.JOINED or isinstance(part, MadeAtOnce))
            and self.decided.fresh(part.id)
            and self.actions.comes_inside(part, owner)
        )
        return (*inside(self.new, item.id, frozenset(self.actions.apart)), *joined)

    def _creation(self, item: Object) -> Iterator[Written]:
        parts = self._parts(item)
        if concealing := next((made for made in (item, *parts) if made.conceals), None):
            raise unknown_secret(concealing)
        target = self.target.evolve(usual_names_taken=item.id in self.decided.set_aside)
        entries = [stored(entry) for entry in item.entries(Printing(target=target, parts=parts))]
        if item.id in self.actions.hollow[Act.SHELL]:
            assert isinstance(item, Emptied)
            entries[0] = (stated(item.body(self.target)),)
        yield from (self.hazards.felt_by_new(each, item) for entry in entries[:1] for each in entry)
        # Before anything draws from it.
        yield from self.carrying.restored((item, *parts))
        if self.finished_at_once:
            yield from self.finishing.statements(item)
        # A column takes no sequence of another owner (SEQUENCE OWNED BY).
        yield from metadata.owned(item, self.target)
        yield from (self.hazards.felt_by_new(each, item) for entry in entries[1:] for each in entry)
        for part in parts:
            if isinstance(part, MadeAtOnce):
                yield from about(part.id, statements(part.behind))
        added = item.parent is not None and not self.decided.fresh(item.parent)
        # What a default draws from waits for that.
        if (
            isinstance(item, Counting)
            and isinstance(item, MadeAtOnce)
            and added
            and item.id not in self.decided.replaced
            and not self.carrying.knows_more_than_rows(item)
        ):
            yield from item.catch_up
        yield from self.carrying.caught_up_with(item)
        wholes = (item, *(part for part in parts if isinstance(part, MadeAtOnce)))
        found = (part for whole in wholes for part in self.new.parts.get(whole.id, ()))
        derived = (part for part in found if part.placement is Placement.DERIVED_APART)
        for made in (item, *parts, *derived):
            there = made.made_by_parent and (made.parent is None or not self.decided.fresh(made.parent))
            yield from metadata.created(made, () if there else self.grants, self.target, inside=item.parent is None)
        if item.made_by_parent:
            yield from self._columns_granted(item.evolve(acl=None), item)

    def _brought(self, item: Object, bringer: ObjectId) -> Iterator[Statement]:
        """Statements for what an object lacks that another's statement created with that one."""
        there = self.new.objects[bringer].brought(item) if bringer.kind == item.kind else item.brought(item)
        difference = Difference(there, item, changes(there, item))
        last = after_parts(item)
        yield from self._completing(item, evolve(difference, changed=difference.changed - last))
        # What one of those between has for itself alone (`ALTER TABLE ONLY … SET DEFAULT`) goes no further.
        apart = frozenset(self.actions.apart)
        above = inside(self.new, self.actions.following.first_bringer(bringer), apart)
        passed_on = {(part.kind, part.clause(self.target)) for part in above}
        for part in inside(self.new, item.id, apart):
            if (part.kind, part.clause(self.target)) not in passed_on:
                yield from about(part.id, statements(part.create(Printing(target=self.target))))
        full = any(isinstance(part, Presets) and part.leaves_none for part in above)
        for each in self._completing(item, evolve(difference, changed=difference.changed & last)):
            if not (full and OnRows.FILLS in each.on_rows):
                yield each

    def _completing(self, item: Object, difference: Difference) -> Iterator[Statement]:
        return (self.hazards.felt_by_new(each, item) for each in self._change(difference))

    def _alteration(self, item: Object) -> Iterator[Written]:
        old, difference = self.old.objects[item.id], self.decided.altered.get(item.id)
        moved = any(leader in self.decided.rebound for leader in self.actions.following.leaders(old))
        moved = moved or (difference is not None and retypes(old, item, difference.own))
        if item.id in self.decided.rebound and not moved:
            yield from self.rebinding.statements(old, item, self.target)
        if difference is not None:
            yield from self._changes(difference)
            yield from self.carrying.caught_up_with(item)
        for part in self.new.parts.get(item.id, ()):
            if part.placement.derived and self.decided.fresh(part.id):
                yield from metadata.created(part, self.grants, self.target)

    def _changes(self, difference: Difference) -> Iterator[Written]:
        """The statements for an object and, where rows are filled by them, those of its inline parts."""
        if not self.decided.fills(difference.item.id):
            yield from self._change(difference)
            return
        last = after_parts(difference.item)
        yield from self._change(evolve(difference, changed=difference.changed - last))
        name, apart = difference.item.id, frozenset(self.actions.apart)
        parts = self.new.parts.get(name, ())
        joining = (part for part in parts if part.placement is Placement.JOINED and set_with(part))
        for part in (*inside(self.new, name, apart), *(part for part in joining if part.id not in apart)):
            if self.decided.fresh(part.id):
                yield from about(part.id, self._creation(part))
            elif altered := self.decided.altered.get(part.id):
                yield from about(part.id, self._change(altered))
                yield from about(part.id, map(stated, self.carrying.caught_up_with(part)))
        yield from self._change(evolve(difference, changed=difference.changed & last))

    def _change(self, difference: Difference) -> Iterator[Statement]:
        old, new = difference.old, difference.new
        assert old is not None and new is not None
        for statement in altering(old, new, difference.own, self.target):
            yield self.hazards.felt(statement, old, new)
        yield from metadata.altered(old, new, difference.changed, self.target)
        if PRIVILEGES in difference.changed:
            yield from self._columns_granted(old, new)

    def _columns_granted(self, old: Object, new: Object) -> Iterator[Statement]:
        """The privileges on columns that are there and lose them to a change of those on the whole."""
        for column in metadata.columns(self.new, new):
            if not self.decided.fresh(column.id):
                yield from metadata.restored(column, old, new, self.target)
