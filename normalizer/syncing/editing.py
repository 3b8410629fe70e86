"""Differences between the files' catalog and the one that they are to make, as edits of their statements."""

from collections.abc import Iterable, Sequence

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.kinds.columns import Column
from pgnorm.catalog.kinds.constraints import Constraint
from pgnorm.catalog.kinds.defaults import Default
from pgnorm.catalog.kinds.functions import Function
from pgnorm.catalog.kinds.identities import Identity
from pgnorm.catalog.kinds.materialized_views import MaterializedView
from pgnorm.catalog.kinds.tables import Table
from pgnorm.catalog.model import Catalog, Changed, Object, ObjectId, Printing, Target, about, printed
from pgnorm.catalog.model.facets import Routine
from pgnorm.catalog.ordering import Arrangement, arrange

from ..compare.difference import COMMENT, SATELLITES, Difference, inside
from ..dump.layouts import PRIVILEGES, Layout
from ..files.reading import SourceFile
from ..plan.metadata import altered
from .canonical import added_clause, replaced, with_data, with_elements
from .placing import BY_HAND, Placed, Places, words_of
from .sheets import Manner, Sheets
from .styling import Style
from .tables import TableEdit, identity_clause


class Editor:
    """Edits of one round: what a round leaves, as the privileges of what it makes, is for the next."""

    def __init__(
        self, files: Sequence[SourceFile], made: Catalog, goal: Catalog, layout: Layout, manner: Manner
    ) -> None:
        self.files = files
        self.made = made
        self.goal = goal
        self.layout = layout
        self.manner = manner
        self.places = Places(files)
        self.inline = manner.inline and not self.places.adds_constraints
        """True if constraints and identities are written inside of CREATE TABLE."""
        self.target = Target(major=goal.major, role=made.role, named_schemas=True)
        self._arrangement: Arrangement = arrange(goal)
        self.sheets = Sheets(self.places, manner)
        self._tables: dict[str, TableEdit] = {}

    def carry_out(self, found: Sequence[Difference]) -> tuple[SourceFile, ...]:
        """The files with the differences edited into them.

        Raises PgnormError, placed, where the statement to edit can't be found or told from others.
        """
        known = {each.item.id: each for each in found}
        order = {item.id: at for at, (item, _) in enumerate(self._arrangement.nodes)}
        for each in sorted(found, key=lambda each: (each.new is not None, order.get(each.item.id, -1))):
            if not self._follows(each, known):
                self._take(each, known)
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
        table = self.made.objects.get(ObjectId("table", item.schema, item.detail))
        found = self.places.making(table) if leaders and alike and table is not None else ()
        return len(found) == 1 and found[0].is_below

    def _take(self, each: Difference, known: dict[ObjectId, Difference]) -> None:
        item = each.item
        whole = known.get(item.parent) if item.parent is not None else None
        if each.new is None:
            self._drop(item, whole)
        elif each.old is None:
            within = item.embedded or (item.inline and item.id not in self._arrangement.apart)
            within |= self.inline and isinstance(item, Identity | Constraint)
            if not (within and whole is not None and whole.old is None):
                self._create(item)
        else:
            if each.own:
                self._alter(each, each.old, each.new)
            self._satellites(each.old, each.new, each.changed & SATELLITES)

    def _create(self, item: Object) -> None:
        if item.derived:
            return
        if isinstance(item, Column):
            names = tuple(part.name for part in self.goal.parts[item.parent] if isinstance(part, Column))
            self._table(item).add_column(item, self.goal, names, identities=self.inline)
        elif isinstance(item, Default) and self._has_table(item):
            self._default(item, item.clause(self.target))
        elif isinstance(item, Constraint) and self.inline and self._has_table(item):
            self._table(item).add_constraint(self._clause(item))
        else:
            self._insert(item, self._with_constraints(item))

    def _with_constraints(self, item: Object) -> str:
        """The text that creates an object, a table with all its constraints and identities."""
        parts = inside(self.goal, item.id, self._arrangement.apart)
        if not self.inline:
            return self._text(item)
        found = [each for each in self.goal.parts.get(item.id, ()) if isinstance(each, Constraint)]
        clauses = [self._clause(each) for each in found if each not in parts]
        below = [below for part in parts for below in self.goal.parts.get(part.id, ()) if isinstance(below, Identity)]
        return with_elements(self._text_with(item, (*parts, *below)), clauses)

    def _clause(self, item: Constraint) -> str:
        return added_clause(self._text(item))

    def _drop(self, item: Object, whole: Difference | None) -> None:
        if item.derived:
            return
        with_whole = whole is not None and whole.new is None
        if isinstance(item, Column | Default | Constraint) and not with_whole:
            self._drop_part(item)
        else:
            text = self._text_of(item, self.made)
            found = self.places.making(item) or (self.places.alike(text) if text else ())
            if len(found) == 1:
                self.sheets.remove(found[0])
            elif not with_whole:
                raise self._refused(item, found, "dropped")
        self._forget(item)

    def _drop_part(self, item: Column | Default | Constraint) -> None:
        if isinstance(item, Default):
            column = ObjectId("column", item.schema, item.name, item.detail)
            if column in self.goal.objects:
                self._default(item, None)
        elif isinstance(item, Column):
            if not self._table(item).drop_column(item.name):
                raise self._refused(item, (), "dropped")
        elif not (self._has_table(item) and self._table(item).drop_constraint(item.name, item.detail)):
            words = ("alter", "table", *words_of(item.table)[1:], "add", "constraint", item.name)
            found = tuple(self.places.beginning(*words))
            if len(found) != 1:
                raise self._refused(item, found, "dropped")
            self.sheets.remove(found[0])

    def _alter(self, each: Difference, old: Object, new: Object) -> None:
        if isinstance(new, Column):
            if each.own and (left := self._table(new).alter_column(new, each.own)):
                raise self._refused(new, (), f"changed ({', '.join(sorted(left))})")
        elif isinstance(new, Default):
            self._default(new, new.clause(self.target))
        elif isinstance(new, Constraint):
            self._drop_part(new)
            self._create(new)
        elif isinstance(new, Table) or self._text_of(old, self.made) == self._text(new):
            for statement in about(new.id, old.alter(new, Changed(each.own), self.target)):
                self._insert(new, statement.sql)
        elif not new.derived:
            found = self.places.making(new)
            alike = found or self.places.alike(self._text_of(old, self.made))
            if len(alike) != 1:
                raise self._refused(new, alike, "changed")
            self._rewrite(alike[0], old, new)

    def _default(self, item: Default, clause: str | None) -> None:
        if not self._table(item).set_default(item.name, clause):
            raise self._refused(item, (), "changed")

    def _satellites(self, old: Object, new: Object, changed: frozenset[str]) -> None:
        for statement in altered(old, new, changed, self.target):
            text = statement.sql
            if COMMENT in changed and text.startswith("COMMENT"):
                self._comment(new, text)
            elif text.startswith(("GRANT", "REVOKE", "ALTER DEFAULT")):
                self.sheets.insert(text, self.layout.words[PRIVILEGES])
            else:
                self._insert(new, text)

    def _comment(self, item: Object, text: str) -> None:
        found = tuple(self.places.beginning("comment", "on", *words_of(item.signature()), "is"))
        if len(found) > 1:
            raise self._refused(item, found, "commented on")
        if not found:
            self._insert(item, text)
        elif item.comment is None:
            self.sheets.remove(found[0])
        else:
            self.sheets.replace(found[0], text)

    def _forget(self, item: Object) -> None:
        """Take away what else is said of an object that is dropped."""
        likes = [each for each in self.made.objects.values() if isinstance(each, Routine) and each.name == item.name]
        only = isinstance(item, Routine) and len([each for each in likes if each.schema == item.schema]) == 1
        for each in self.places.all:
            if each.is_about(item, only_of_name=only):
                self.sheets.remove(each)

    def _insert(self, item: Object, sql: str) -> None:
        canonical = isinstance(item, Routine) and sql.startswith("CREATE")
        near = item.detail or item.name
        self.sheets.insert(sql, self.layout.file(self.goal, item), near=near, canonical=canonical)

    def _text(self, item: Object) -> str:
        return self._text_of(item, self.goal)

    def _text_of(self, item: Object, catalog: Catalog) -> str:
        return self._text_with(item, inside(catalog, item.id, self._arrangement.apart))

    def _text_with(self, item: Object, parts: Sequence[Object]) -> str:
        text = printed(item.create(Printing(target=self.target, parts=tuple(parts)))).strip()
        if isinstance(item, MaterializedView) and item.populated:
            text = with_data(text)
        for part in parts:
            if isinstance(part, Identity):
                text = replaced(text, part.clause(self.target), identity_clause(part, self.target))
        # As fix-functions leaves it.
        return text.replace("CREATE ", "CREATE OR REPLACE ", 1) if isinstance(item, Function) else text

    def _table(self, item: Object) -> TableEdit:
        """The edit of the table that an object is a part of."""
        table = self.made.objects[ObjectId("table", item.schema, item.detail)]
        found = self.places.making(table)
        if len(found) != 1:
            raise self._refused(table, found, "changed")
        placed = found[0]
        if placed.place not in self._tables:
            style = Style(placed.file.text if self.manner.styled else None)
            self._tables[placed.place] = TableEdit(placed, style, self.target)
        return self._tables[placed.place]

    def _has_table(self, item: Object) -> bool:
        table = self.made.objects.get(ObjectId("table", item.schema, item.detail))
        return table is not None and len(self.places.making(table)) == 1

    def _rewrite(self, placed: Placed, old: Object, new: Object) -> None:
        self.sheets.rewrite(placed, self._text_of(old, self.made), self._text(new), canonical=isinstance(new, Routine))

    def _refused(self, item: Object, found: Iterable[Placed], became: str) -> PgnormError:
        places = [each.place for each in found]
        what = f"{item.kind} {item.label} is {became}"
        if places:
            return PgnormError(f"{what}, and several statements are about it", place=", ".join(places), hint=BY_HAND)
        whole = self.made.objects.get(item.parent) if item.parent is not None else None
        near = self.places.making(whole) if whole is not None else ()
        return PgnormError(
            f"{what}, and no statement was found that says so on its own",
            place=near[0].place if near else None,
            hint="Change the files by hand, and run it again.",
        )
