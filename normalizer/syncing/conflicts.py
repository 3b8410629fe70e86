"""Objects that the files and another source have both changed, in words."""

from typing import Final, Literal, TypeAlias

from pgnorm.catalog.model import Object, Target, Value

from ..compare.describing import word
from ..compare.difference import COMMENT, EXTENSIONS, LABELS, OWNER, PRIVILEGES
from ..plan.metadata import altered

FIELDS: Final = {
    OWNER: "owner",
    COMMENT: "comment",
    PRIVILEGES: "acl",
    LABELS: "labels",
    EXTENSIONS: "extensions",
}
"""The fields of satellites by their words in a difference."""

Choice: TypeAlias = Literal["ours", "theirs"]
"""The side that counts: the files' or the source's."""


class Conflict(Value):
    """An object that the files and the source have both changed, and not alike. None is for an object that is gone."""

    item: Object
    """The object, as either side has it."""
    ours: Object | None
    theirs: Object | None
    target: Target
    """The server whose words are used."""
    changed: frozenset[str] = frozenset()
    """The names of the attributes on which they differ, where both have it."""
    place: str | None = None
    """The place in the files of what they say of it."""
    within: tuple[Object, ...] = ()
    """The object and all that it is a part of."""

    @property
    def message(self) -> str:
        """Both sides in words."""
        what = f"{self.item.kind} {self.item.label}"
        if self.ours is None or self.theirs is None:
            here, there = ("is gone" if side is None else "is there" for side in (self.ours, self.theirs))
            return f"{what} {here} in the files, and {there}, changed, in the source"
        said = [
            f"\n  {word(name)}: {self._said(self.ours, self.theirs, name)} in the files, "
            f"{self._said(self.theirs, self.ours, name)} in the source"
            for name in sorted(self.changed - {"type_storage"} if "type" in self.changed else self.changed)
        ]
        return f"{what} was changed in the files and in the source{''.join(said)}"

    def _said(self, item: Object, other: Object, name: str) -> str:
        """A value of an attribute; of privileges what makes them of those of the other side."""
        if name == PRIVILEGES:
            made = [each.sql.removesuffix(";") for each in altered(other, item, frozenset({name}), self.target)]
            return ", ".join(f"`{sql}`" for sql in [sql for sql in made if "GRANT" in sql.split()] or made)
        said = getattr(item, FIELDS.get(name, name))
        if isinstance(said, tuple):
            return ", ".join(f"`{_row(each)}`" for each in said) or "none"
        return "none" if said is None else f"`{said.strip()}`" if isinstance(said, str) else str(said).lower()


def _row(said: object) -> str:
    """A value of several parts, such as a column of a view, with what it has of them."""
    return " ".join(str(part) for part in said if part) if isinstance(said, tuple) else str(said)
