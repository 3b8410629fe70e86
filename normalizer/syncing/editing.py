"""Differences between the files' catalog and the one that they are to make, as edits of their statements."""

from collections.abc import Sequence, Set

from pgnorm.catalog.kinds.columns import Column
from pgnorm.catalog.kinds.constraints import Constraint
from pgnorm.catalog.kinds.defaults import Default
from pgnorm.catalog.kinds.identities import Identity
from pgnorm.catalog.kinds.sequences import PlainSequence
from pgnorm.catalog.kinds.tables import Table
from pgnorm.catalog.model import Catalog, Object, ObjectId, Target
from pgnorm.catalog.model.facets import GrantsDefaults, Routine
from pgnorm.catalog.ordering import Arrangement, arrange

from ..compare.difference import SATELLITES, Difference
from ..compare.settling import doubtful
from ..dump.layouts import Layout
from ..files.reading import SourceFile
from .ordering import Order
from .placing import Placed, Places, words_of
from .serials import comes_with_column
from .sheets import Manner, Sheets
from .stating import Stating
from .styling import Style
from .tables import TableEdit, identity_clause
from .texts import Texts


class Editor:
    """Edits of one round: what a round leaves, as the privileges of what it makes, is for the next."""

    def __init__(
        self,
        files: Sequence[SourceFile],
        made: Catalog,
        goal: Catalog,
        layout: Layout,
        manner: Manner,
        given: Set[ObjectId] = frozenset(),
    ) -> None:
        self.files = files
        self.given = given
        """The platform's own, which no statement of the files need make."""
        self.made = made
        self.goal = goal
        self.manner = manner
        self.places = Places(files)
        self.inline = manner.inline and not self.places.adds_constraints
        """True if constraints and identities are written inside of CREATE TABLE."""
        self.target = Target(major=goal.major, role=made.role, named_schemas=True)
        self._arrangement: Arrangement = arrange(goal)
        self.texts = Texts(
            catalog=goal, target=self.target, apart=self._arrangement.apart, inline=self.inline, serials=True
        )
        self._old = self.texts.evolve(catalog=made)
        self.order = Order(places=self.places, made=made, goal=goal, apart=self._arrangement.apart, inline=self.inline)
        self.sheets = Sheets(self.places, manner, self.order)
        self.stating = Stating(
            places=self.places, sheets=self.sheets, layout=layout, made=made, goal=goal, target=self.target
        )
        self._tables: dict[str, TableEdit] = {}

    def carry_out(self, found: Sequence[Difference]) -> tuple[SourceFile, ...]:
        """The files with the differences edited into them.

        Raises PgnormError, placed, where the statement to edit can't be found or told from others.
        """
        known = {each.item.id: each for each in found}
        retyped = any(isinstance(each.new, Column) and "type" in each.changed for each in found)
        order = {item.id: at for at, (item, _) in enumerate(self._arrangement.nodes)}
        new = [each.item.id for each in found if each.old is None]
        behind = self.order.sorted(sorted(new, key=lambda name: order.get(name, -1)))
        steps = [(each.new is not None, behind.get(each.item.id, -1), order.get(each.item.id, -1)) for each in found]
        for _, each in sorted(zip(steps, found, strict=True), key=lambda pair: pair[0]):
            if not (self._follows(each, known) or (retyped and self._is_said(each))):
                self._take(each, known)
        self.sheets.revoke()
        for table in self._tables.values():
            for edit in table.edits():
                self.sheets.add(table.placed.file, edit)
        return self.sheets.edited()

    def _follows(self, each: Difference, known: dict[ObjectId, Difference]) -> bool:
        """True if what is done to its leaders is done to it: where that is not all, the next round sees to the rest."""
        item = each.item
        leaders = [known.get(lead.leader) for lead in item.leads]
        alike = all(
            one and (one.old is None, one.new is None) == (each.old is None, each.new is None) for one in leaders
        )
        if not leaders or not alike:
            return False
        table = self.made.objects.get(ObjectId("table", item.schema, item.detail))
        if table is None:
            return self.manner.fine and not item.placement.inside
        found = self.places.making(table)
        return len(found) == 1 and found[0].is_below

    def _is_said(self, each: Difference) -> bool:
        """True if what the files say may mean another type as it stands, `default ''` as `''::text` or `''::bytea`:
        where that is not so, the next round sees to it."""
        return self.manner.fine and bool(each.own) and each.own <= doubtful(each) | {"columns"}

    def _take(self, each: Difference, known: dict[ObjectId, Difference]) -> None:
        item = each.item
        whole = known.get(item.parent) if item.parent is not None else None
        if each.new is None:
            self._drop(item, whole)
        elif each.old is None:
            within = item.placement.may_be_inside and item.id not in self._arrangement.apart
            within |= self.inline and isinstance(item, Identity | Constraint)
            if not (within and whole is not None and whole.old is None):
                self._create(item)
        else:
            if each.own:
                self._alter(each, each.old, each.new)
            self.stating.satellites(each.old, each.new, each.changed & SATELLITES)

    def _create(self, item: Object) -> None:
        is_apart = isinstance(item, Default) and item.parent not in self.made.objects
        is_new = isinstance(item, PlainSequence) and item.parent not in self.made.objects
        is_along = is_new and comes_with_column(item, self.goal, self.target)
        # A default that is apart from its column waits until that is there.
        if item.placement.derived or is_apart or is_along:
            return
        if isinstance(item, Column):
            names = tuple(part.name for part in self.goal.parts[item.parent] if isinstance(part, Column))
            self._table(item).add_column(item, self.goal, names, identities=self.inline)
        elif isinstance(item, Default) and self._has_table(item):
            self._clause_of_column(item, "DEFAULT", item.clause(self.target))
        elif isinstance(item, Identity) and self.inline and self._has_table(item):
            self._clause_of_column(item, "GENERATED", identity_clause(item, self.target))
        elif isinstance(item, Constraint) and self._has_table(item) and self._is_clause(item):
            self._table(item).add_constraint(self.texts.clause(item))
        else:
            self.stating.insert(item, self.texts.whole(item))

    def _is_clause(self, item: Constraint) -> bool:
        return self.inline and not self.order.looks_ahead(item.id)

    def _drop(self, item: Object, whole: Difference | None) -> None:
        if item.placement.derived:
            return
        with_whole = whole is not None and whole.new is None
        if isinstance(item, Column | Default | Identity | Constraint) and not with_whole:
            self._drop_part(item)
        elif isinstance(item, GrantsDefaults):
            self.stating.withdraw(item)
        else:
            text = self._old.of(item)
            found = self.places.making(item) or (self.places.alike(text) if text else ())
            if len(found) == 1:
                self.sheets.remove(found[0])
            elif not with_whole:
                raise self.stating.refusal(item, found, "dropped")
        self.sheets.forget(item)

    def _drop_part(self, item: Column | Default | Identity | Constraint) -> None:
        if isinstance(item, Default | Identity):
            column = ObjectId("column", item.schema, item.name, item.detail)
            if column in self.goal.objects:
                self._clause_of_column(item, "DEFAULT" if isinstance(item, Default) else "GENERATED", None)
        elif isinstance(item, Column):
            if not self._table(item).drop_column(item.name):
                raise self.stating.refusal(item, (), "dropped")
        elif not (self._has_table(item) and self._table(item).drop_constraint(item.name, item.detail)):
            words = ("alter", "table", *words_of(item.table)[1:], "add", "constraint", item.name)
            found = tuple(self.places.beginning(*words))
            if len(found) != 1:
                raise self.stating.refusal(item, found, "dropped")
            self.sheets.remove(found[0])

    def _alter(self, each: Difference, old: Object, new: Object) -> None:
        if isinstance(new, Column):
            self.stating.restate(old, new, self._table(new).alter_column(new, each.own))
        elif isinstance(new, Default):
            self._clause_of_column(new, "DEFAULT", new.clause(self.target))
        elif isinstance(new, Identity) and self._has_table(new):
            self._clause_of_column(new, "GENERATED", identity_clause(new, self.target))
        elif isinstance(old, Constraint) and isinstance(new, Constraint):
            if not (self._has_table(new) and self._alters_constraint(old, new)):
                self._drop_part(new)
                self._create(new)
        elif isinstance(new, Table) or self._old.of(old) == self.texts.of(new) or self._is_given(new):
            self.stating.restate(old, new, each.own)
        elif not new.placement.derived:
            found = self.places.making(new)
            alike = found or self.places.alike(self._old.of(old))
            if len(alike) != 1:
                raise self.stating.refusal(new, alike, "changed")
            self._rewrite(alike[0], old, new)

    def _is_given(self, item: Object) -> bool:
        return item.id in self.given and not self.places.making(item)

    def _alters_constraint(self, old: Constraint, new: Constraint) -> bool:
        said = self._old.clause(old), self.texts.clause(new)
        return self._table(new).alter_constraint(new.name, *said)

    def _clause_of_column(self, item: Default | Identity, keyword: str, clause: str | None) -> None:
        if not self._table(item).set_clause(item.name, keyword, clause):
            raise self.stating.refusal(item, (), "changed")

    def _table(self, item: Object) -> TableEdit:
        """The edit of the table that an object is a part of."""
        table = self.made.objects[ObjectId("table", item.schema, item.detail)]
        found = self.places.making(table)
        if len(found) != 1:
            raise self.stating.refusal(table, found, "changed")
        placed = found[0]
        if placed.place not in self._tables:
            style = Style(placed.file.text if self.manner.styled else None, self.goal.namesakes)
            self._tables[placed.place] = TableEdit(placed, style, self.target, fine=self.manner.fine)
        return self._tables[placed.place]

    def _has_table(self, item: Object) -> bool:
        table = self.made.objects.get(ObjectId("table", item.schema, item.detail))
        return table is not None and len(self.places.making(table)) == 1

    def _rewrite(self, placed: Placed, old: Object, new: Object) -> None:
        self.sheets.rewrite(placed, self._old.of(old), self.texts.of(new), canonical=isinstance(new, Routine))
