"""A catalog that no server has vouched for: its text must be the definitions of its objects and nothing else."""

from collections.abc import Iterator
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, Entry, Object, Target
from pgnorm.catalog.ordering import Form, arrange
from pgnorm.catalog.snapshots.grammar import statements_of
from pgnorm.catalog.snapshots.parsing import AGAIN, UNHEARD_OF

from ..compare.selection import EVERYTHING
from ..sql.statements import split
from .styles import PG_DUMP
from .writer import Writer, whole

_OF_ALL: Final = {"ACL": "GrantStmt", "COMMENT": "CommentStmt", "SECURITY LABEL": "SecLabelStmt"}
"""Parser's names for what an entry of pg_dump begins with that any object may have, by the entry's word for it; with
what others begin is said by the kind (`defined_by`)."""
_OWNER: Final = "AlterOwnerStmt"
_REPEATED: Final = frozenset({"AlterTableStmt", "AlterDefaultPrivilegesStmt", "GrantStmt", "SecLabelStmt"})
_FOLLOWING: Final = _REPEATED | {_OWNER, "AlterObjectDependsStmt", "VariableSetStmt"}
_WORDS: Final = frozenset({"ALTER", "GRANT", "REVOKE", "SECURITY", "SET", "RESET"})


def check_definitions(catalog: Catalog, label: str) -> None:
    """Refuse a catalog in whose text something stands beside the definitions of its objects.

    Each object's own statement is parsed once, by the grammar of the parser's major; where that can't, for a text of a
    newer one, its statements must at least begin as they should. Raises PgnormError, placed at `label: object`.
    """
    checker: _Checker | None = None
    try:
        checker = _Checker(catalog, label)
        chosen = checker.chosen()
        checker.write(chosen, whole(chosen))
    except UNHEARD_OF as error:
        # A kind knows the letters and names that servers use, and what belongs to what.
        item = checker.item if checker else None
        what = f"of the {item.kind} {item.name}" if item else "of what belongs to what"
        raise PgnormError(f"what it says {what} is not valid", place=label, hint=AGAIN) from error


class _Checker(Writer):
    def __init__(self, catalog: Catalog, label: str) -> None:
        target = Target(major=catalog.major, role=catalog.role)
        super().__init__(catalog, EVERYTHING, PG_DUMP, arrange(catalog), target)
        self.label = label
        self.item: Object | None = None
        """The object that is being printed."""

    def _entries(self, item: Object, form: Form) -> Iterator[Entry]:
        self.item = item
        yield from super()._entries(item, form)

    def _privileges(self, item: Object) -> None:
        self.item = item
        super()._privileges(item)

    def _entry(self, item: Object, entry: Entry) -> None:
        text = entry.text + entry.after_owner
        if entry.owned:
            text += f'\nALTER {item.owner_signature(self.target)} OWNER TO "owner";'
        begins = (_OF_ALL[entry.desc],) if entry.desc in _OF_ALL else item.defined_by
        if not _is_definition(text, begins):
            raise PgnormError(
                f"what it says of the {item.kind} {item.label} is more, or something else, than a definition of it",
                place=self.label,
                hint="Look at where the snapshot comes from: its text would do other things when it runs.",
            )


def _is_definition(text: str, own: tuple[str, ...]) -> bool:
    found = statements_of(text)
    if found is None:
        return _begins_as_definition(text)
    if not found:
        return not split(text)
    first, *others = found
    return first in {*own, _OWNER} and all(
        other in {*own, *_FOLLOWING} and (other != first or first in _REPEATED) for other in others
    )


def _begins_as_definition(text: str) -> bool:
    first, *others = split(text) or (None,)
    if first is None or first.psql or (not first.begins("CREATE") and not first.begins("COMMENT")):
        others = [first, *others] if first else others
    return all(not each.psql and bool(each.words) and each.words[0] in _WORDS for each in others)
