"""Statements beside the CREATE of an object: what ALTER, COMMENT, GRANT and REVOKE say of it in the files."""

from collections.abc import Iterable

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, Changed, Object, Target, Value, about, statements
from pgnorm.catalog.model.facets import Routine

from ..compare.difference import COMMENT
from ..dump.layouts import PRIVILEGES, Layout
from ..plan.metadata import altered
from .placing import Placed, Places, words_of
from .sheets import Sheets


class Stating(Value):
    """Statements of their own that the files get, change and lose."""

    places: Places
    sheets: Sheets
    layout: Layout
    made: Catalog
    goal: Catalog
    target: Target

    def insert(self, item: Object, sql: str) -> None:
        """Add a statement about an object, where its kin stands."""
        canonical = isinstance(item, Routine) and sql.startswith("CREATE")
        near = item.detail or item.name
        self.sheets.insert(sql, self.layout.file(self.goal, item), about=item.id, near=near, canonical=canonical)

    def restate(self, old: Object, new: Object, changed: frozenset[str]) -> None:
        """Say by ALTER what a CREATE does not, in the place of a statement that says otherwise."""
        for statement in about(new.id, old.alter(new, Changed(changed), self.target)):
            words = words_of(statement.sql.removesuffix(";"))
            said = [each for each in self.places.beginning(*words[:-1]) if len(each.words) == len(words)]
            denied = self.places.alike(statement.sql.replace(" NO FORCE ", " FORCE "))
            if " NO FORCE " in statement.sql and denied:
                self.sheets.remove(denied[-1])
            elif len(said) == 1 and said[0].words[-1] != "security":
                self.sheets.replace(said[0], statement.sql)
            else:
                self.insert(new, statement.sql)

    def satellites(self, old: Object, new: Object, changed: frozenset[str]) -> None:
        """Say what became other of owner, comment and privileges. Raises PgnormError, placed, where several statements
        say the comment."""
        for statement in altered(old, new, changed, self.target):
            text = statement.sql
            if COMMENT in changed and text.startswith("COMMENT"):
                self._comment(new, text)
            elif text.startswith(("GRANT", "REVOKE", "ALTER DEFAULT")):
                self._grant(new, text)
            else:
                self.insert(new, text)

    def withdraw(self, item: Object) -> None:
        """Say that privileges are gone which are an object of their own."""
        for statement in statements(item.drop()):
            self._grant(item, statement.sql)

    def refusal(self, item: Object, found: Iterable[Placed], became: str) -> PgnormError:
        """The error for an object whose statement can't be told."""
        whole = self.made.objects.get(item.parent) if item.parent is not None else None
        return self.places.refusal(f"{item.kind} {item.label} is {became}", found, whole)

    def _grant(self, item: Object, sql: str) -> None:
        self.sheets.insert(sql, self.layout.words[PRIVILEGES], about=item.id)

    def _comment(self, item: Object, text: str) -> None:
        found = tuple(self.places.beginning("comment", "on", *words_of(item.signature()), "is"))
        if len(found) > 1:
            raise self.refusal(item, found, "commented on")
        if not found:
            self.insert(item, text)
        elif item.comment is None:
            self.sheets.remove(found[0])
        else:
            self.sheets.replace(found[0], text)
