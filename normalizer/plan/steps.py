"""The steps of a plan: each action asks its object for statements. No kind is named here."""

from collections.abc import Iterator

from attrs import evolve

from pgnorm.catalog.model import Catalog, Object, ObjectId, OnRows, Printing, Target, unknown_secret
from pgnorm.catalog.model.facets import Bodied, Counting, GrantsDefaults, HoldsRows, Routine, Shelled
from pgnorm.catalog.model.type_facets import HoldsType

from ..compare.difference import PRIVILEGES, Difference, changes, inside
from ..dump.operator_path import reaching
from . import metadata
from .actions import Action, Actions
from .alterations import after_parts, altering, on_rows
from .changes import Decisions, set_with
from .counters import Carrying
from .finishing import Finishing
from .firing import announced
from .hazards import Hazards
from .plan import Plan, Step, Verb, cut
from .refilling import kept
from .wording import aside_name, joined, stored


class Planning:
    """The fate of objects put into statements, in an order that works."""

    def __init__(
        self,
        old: Catalog,
        new: Catalog,
        fate: Decisions,
        found: tuple[Difference, ...],
        around: Catalog,
        last: frozenset[ObjectId],
    ) -> None:
        self.old = old
        self.new = new
        self.fate = fate
        self.found = found
        granting = (item for item in around.objects.values() if isinstance(item, GrantsDefaults))
        self.grants = tuple(item.default_grants for item in granting)
        schemas = frozenset(item.namespace for catalog in (around, new) for item in catalog.objects.values())
        self.target = Target(major=new.major, role=old.role, named_schemas=True, schemas=schemas)
        self.actions = Actions(old, new, fate, last)
        self.hazards = Hazards(old, new, fate, found)
        self.carrying = Carrying(old, new, fate)
        self.finishing = Finishing(old, fate, self.target)
        self.finished_at_once = False

    def plan(self) -> Plan:
        """The plan."""
        ordered = self.actions.ordered()
        there = [self.actions.item(action) for action in ordered if action == Action(action.id)]
        made = [item for item in there if self.fate.fresh(item.id)]
        rows_come_late = bool(self.actions.hollow[False]) or any(item.ties for item in made)
        self.finished_at_once = not rows_come_late and self.finishing.at_once(made)
        steps = [self._reaching(step) for action in ordered if (step := self._step(action)).sql]
        steps = [*self.carrying.saved(steps), *self.carrying.caught_up()]
        steps = [*announced(self.old, steps), *self.finishing.steps(there, at_once=self.finished_at_once)]
        return Plan(transactions=cut(self.new, steps), differences=self.found, kept=kept(self.old, self.fate))

    def _step(self, action: Action) -> Step:
        item = self.actions.item(action)
        if action.aside:
            return Step(verb=Verb.ALTER, item=item, sql=joined(item.rename(aside_name(item))))
        if action.rows:
            return self._refilling(item)
        if action.shell:
            return self._shell(item, leaving=action.drop)
        if action.drop:
            return self._dropping(item)
        if self.fate.fresh(action.id):
            bringer = next(self.actions.following.bringers(item), None)
            sql = joined(self._creation(item) if bringer is None else self._brought(item, bringer))
            refusable = bringer is None and self.hazards.refusable(item, self._parts(item))
            return Step(verb=Verb.CREATE, item=item, sql=sql, opaque=isinstance(item, Routine), refusable=refusable)
        return self._altering(item)

    def _reaching(self, step: Step) -> Step:
        if step.verb is Verb.DROP or step.item.id not in self.new.objects:
            return step
        sql = reaching(step.sql, (step.item, *self._parts(step.item)), afterwards="RESET search_path;")
        return step.evolve(sql=sql, evaluated_on=self.actions.evaluation.tables(step.item))

    def _shell(self, item: Object, *, leaving: bool) -> Step:
        if isinstance(item, Shelled):
            return Step(verb=Verb.CREATE, item=item, sql=item.shell_entry().sql)
        assert isinstance(item, Bodied)
        if leaving or not self.fate.fresh(item.id):
            return Step(verb=Verb.ALTER, item=item, sql=item.emptied(self.target))
        return Step(verb=Verb.CREATE, item=item, sql=item.create(Printing(target=self.target, shell=True)))

    def _altering(self, item: Object) -> Step:
        difference = self.fate.altered.get(item.id)
        needs_commit = only_adds = opaque = lossy = filling = False
        refusable = item.id in self.fate.rebound
        if difference is not None and difference.old is not None and difference.new is not None:
            statements = altering(difference.old, difference.new, difference.own, self.target)
            found = on_rows(statements)
            lossy = self.hazards.loses_data(difference.old, found)
            refusable |= OnRows.MAY_FAIL in found
            filling = OnRows.FILLS in found
            refusable |= filling and self.hazards.fill_refusable(item)
            needs_commit = any(statement.commits for statement in statements)
            only_adds = needs_commit and all(statement.commits for statement in statements)
            opaque = isinstance(item, Routine) and bool(difference.own)
        sql = joined(self._alteration(item))
        return Step(
            verb=Verb.ALTER,
            item=item,
            sql=sql,
            needs_commit=needs_commit,
            only_adds=only_adds,
            opaque=opaque,
            destructive=lossy,
            refusable=refusable,
            filling=filling,
        )

    def _refilling(self, item: Object) -> Step:
        old = self.old.objects[item.id]
        if not (isinstance(old, HoldsRows) and isinstance(item, HoldsRows)):
            return Step(verb=Verb.ALTER, item=item, sql="")  # a type: what held its values has moved them
        parts = tuple(part for part in self.old.parts.get(item.id, ()) if part.id in self.new.objects)
        aside = self.fate.set_aside - {item.id}
        by_text = frozenset(part.id for part in parts if aside & self.old.needs.get(part.id, frozenset()))
        rows = (old.evolve(name=aside_name(old)), parts, by_text)
        sql = joined(item.refill(rows, self.new.parts.get(item.id, ()), self.target))
        return Step(verb=Verb.ALTER, item=item, sql=sql, refusable=True)

    def _dropping(self, item: Object) -> Step:
        dropped = item.evolve(name=aside_name(item)) if item.id in self.fate.set_aside else item
        sql = dropped.drop_alone() if self.actions.following.left_behind(item) else dropped.drop()
        if item.made_by_parent and (item.parent is None or not self.fate.gone(item.parent)):
            sql = joined((sql, *self._columns_granted(item, item.evolve(acl=None))))
        lost = self.hazards.loses_with(item) and not self.carrying.carries(item)
        return Step(verb=Verb.DROP, item=item, sql=sql, destructive=lost)

    def _parts(self, item: Object) -> tuple[Object, ...]:
        """The parts that come with the statement that creates it."""
        own = (part for part in self.new.parts.get(item.id, ()) if part.joins and self.fate.fresh(part.id))
        joined = (part for part in own if self.actions.comes_inside(part, item))
        return (*inside(self.new, item.id, frozenset(self.actions.apart)), *joined)

    def _creation(self, item: Object) -> Iterator[str]:
        parts = self._parts(item)
        if concealing := next((made for made in (item, *parts) if made.conceals), None):
            raise unknown_secret(concealing)
        target = self.target.evolve(usual_names_taken=item.id in self.fate.set_aside)
        texts = [stored(entry) for entry in item.entries(Printing(target=target, parts=parts))]
        if item.id in self.actions.hollow[False]:
            assert isinstance(item, Bodied)
            texts[0] = item.body(self.target).strip()
        yield from texts[:1]
        # Before anything draws from it.
        yield from self.carrying.restored((item, *parts))
        if self.finished_at_once:
            yield from self.finishing.statements(item)
        # A column takes no sequence of another owner (SEQUENCE OWNED BY).
        yield from metadata.owned(item, self.target)
        yield from texts[1:]
        added = item.parent is not None and not self.fate.fresh(item.parent)
        if isinstance(item, Counting) and added and item.id not in self.fate.replaced:
            yield from item.catch_up
        derived = (part for part in self.new.parts.get(item.id, ()) if part.derived and not part.embedded)
        for made in (item, *parts, *derived):
            there = made.made_by_parent and (made.parent is None or not self.fate.fresh(made.parent))
            yield from metadata.created(made, () if there else self.grants, self.target)
        if item.made_by_parent:
            yield from self._columns_granted(item.evolve(acl=None), item)

    def _brought(self, item: Object, bringer: ObjectId) -> Iterator[str]:
        """What an object lacks that another's statement created with that one."""
        there = self.new.objects[bringer].brought(item) if bringer.kind == item.kind else item.brought(item)
        difference = Difference(there, item, changes(there, item))
        last = after_parts(item)
        yield from self._change(evolve(difference, changed=difference.changed - last))
        # What one of those between has for itself alone (`ALTER TABLE ONLY … SET DEFAULT`) goes no further.
        apart = frozenset(self.actions.apart)
        passed_on = {(part.kind, part.clause(self.target)) for part in inside(self.new, self._first(bringer), apart)}
        for part in inside(self.new, item.id, apart):
            if (part.kind, part.clause(self.target)) not in passed_on:
                yield part.create(Printing(target=self.target)).removesuffix("\n")
        yield from self._change(evolve(difference, changed=difference.changed & last))

    def _first(self, bringer: ObjectId) -> ObjectId:
        """The one whose own statement brings all below it."""
        above = next(self.actions.following.bringers(self.new.objects[bringer]), None)
        return bringer if above is None else self._first(above)

    def _alteration(self, item: Object) -> Iterator[str]:
        led = any(leader in self.fate.rebound for leader in self.actions.following.leaders(self.old.objects[item.id]))
        if item.id in self.fate.rebound and not led:
            old = self.old.objects[item.id]
            assert isinstance(old, HoldsType)
            assert isinstance(item, HoldsType)
            yield from old.rebind(item, self.target)
        difference = self.fate.altered.get(item.id)
        if difference is not None:
            yield from self._changes(difference)
        for part in self.new.parts.get(item.id, ()):
            if part.derived and self.fate.fresh(part.id):
                yield from metadata.created(part, self.grants, self.target)

    def _changes(self, difference: Difference) -> Iterator[str]:
        """The statements for an object and, where rows are filled by them, those of its inline parts."""
        if not self.fate.fills(difference.item.id):
            yield from self._change(difference)
            return
        last = after_parts(difference.item)
        yield from self._change(evolve(difference, changed=difference.changed - last))
        name, apart = difference.item.id, frozenset(self.actions.apart)
        joining = (part for part in self.new.parts.get(name, ()) if part.joins and set_with(part))
        for part in (*inside(self.new, name, apart), *(part for part in joining if part.id not in apart)):
            if self.fate.fresh(part.id):
                yield from self._creation(part)
            elif altered := self.fate.altered.get(part.id):
                yield from self._change(altered)
        yield from self._change(evolve(difference, changed=difference.changed & last))

    def _change(self, difference: Difference) -> Iterator[str]:
        old, new = difference.old, difference.new
        assert old is not None and new is not None
        yield from (statement.sql for statement in altering(old, new, difference.own, self.target))
        yield from metadata.altered(old, new, difference.changed, self.target)
        if PRIVILEGES in difference.changed:
            yield from self._columns_granted(old, new)

    def _columns_granted(self, old: Object, new: Object) -> Iterator[str]:
        """The privileges on columns that are there and lose them to a change of those on the whole."""
        for column in metadata.columns(self.new, new):
            if not self.fate.fresh(column.id):
                yield from metadata.restored(column, old, new, self.target)
