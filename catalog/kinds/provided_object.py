"""The common base of objects that extensions and initdb provide."""

from typing import ClassVar, Final

from ..model import Entry, Object, ObjectId, Printing, replace
from ..privileges import acl_transition
from ..quoting import qualified

NEWEST: Final = 99
"""A major that knows every privilege: what an older one lacks is in no ACL of it."""


class Provided(Object):
    """An object that an extension or initdb made, where its privileges are not the ones that it came with.

    Those are its `acl_default`. Nothing else of it is read: it comes and goes with its extension.
    """

    ownable: ClassVar[bool] = False
    whole_only: ClassVar[bool] = True
    made_by_parent: ClassVar[bool] = True

    extension: str = replace()
    """Empty for what initdb made."""

    @property
    def parent(self) -> ObjectId | None:
        return ObjectId("extension", "", self.extension) if self.extension else None

    def signature(self, *, qualify: bool = True) -> str:
        return f"{self.keyword} {qualified(self.schema if qualify else '', self.name)}"

    def create(self, printing: Printing) -> str:
        del printing
        return ""

    def entries(self, printing: Printing) -> tuple[Entry, ...]:
        del printing
        return ()

    def drop(self) -> tuple[str, ...]:
        """The statements that lead back to the privileges it came with."""
        acl = self.acl or ()
        return tuple(
            acl_transition(
                self.grant_signature(), acl, self.acl_default, self.owner, major=NEWEST, columns=self.grant_columns
            )
        )
