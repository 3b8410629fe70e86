"""Context of loads: all that they have in common, settled before the first of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from pgnorm.catalog.model import Value

from ..files.reading import FileKind, SourceFile

if TYPE_CHECKING:
    from ..postgres.kept import Kept
    from ..postgres.shadow import Shadow
    from .adaptation import Level

Tell: TypeAlias = "Callable[[Level, str], None]"
"""A function that takes a line for a person."""


class Context(Value):
    """All that a load depends on beside its texts. What databases and snapshots say of it has been read by then."""

    shadow: Shadow
    """The server, with the platform's baseline."""
    major: int
    """The version that definitions are written for: the project's, else the shadow's."""
    tell: Tell
    role: str | None = None
    """The role that the compared database was read as: what files create is its own."""
    roles: SourceFile | None = None
    """The file that makes the project's roles, which is loaded first."""
    cached: bool = True
    """True if what earlier runs have read of files counts."""

    @property
    def kept(self) -> Kept | None:
        """The store of what earlier runs have read, None where that doesn't count."""
        return self.shadow.kept if self.cached else None


class Texts(Value):
    """Files that are loaded together, in this order."""

    files: tuple[SourceFile, ...]
    kind: FileKind
    is_dump: bool = False
    """True for the text of a dump, which says what an object has beyond Postgres' own default privileges. What its
    source holds is not judged again, so bodies go unchecked."""
    grants_all: bool = False
    """True for files that are dumps of a database and say likewise: default privileges of the platform add nothing."""
    left_out: frozenset[str] = frozenset()
    """The kinds that such a dump has nothing of, whatever the database had."""
