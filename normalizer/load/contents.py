"""Contents of files, as the shadow read them once they were loaded, and their text for later runs."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Final, get_type_hints

from pgnorm.catalog.model import Catalog, Value

from .adaptation import Level
from .data_statements import DataStatement
from .file_roles import NO_FILE_ROLES, FileRoles

if TYPE_CHECKING:
    from pgnorm.catalog.snapshots.scalars import Codec

_CATALOG: Final = "catalog"


class Contents(Value):
    """Contents of the files of one load: their catalog, and what no catalog says."""

    catalog: Catalog
    unmodelled: tuple[tuple[str, str], ...]
    """The part of `catalog.unmodelled` that the source made: the platform's own is left out."""
    data: tuple[DataStatement, ...] = ()
    """Statements of the files that write rows or call functions."""
    roles: FileRoles = NO_FILE_ROLES
    """The roles that the files make or name."""
    notes: tuple[tuple[Level, str], ...] = ()
    """Messages of the load for a person."""

    def dumps(self) -> str | None:
        """Its text, None where it holds a secret, which is kept nowhere."""
        from pgnorm.catalog.snapshots.columns import packed

        catalog = packed(self.catalog)
        if catalog is None:
            return None
        beside = {name: one.encode(getattr(self, name)) for name, one in _codecs().items()}
        return json.dumps({_CATALOG: catalog, **beside})

    @classmethod
    def loads(cls, text: str) -> Contents | None:
        """The contents that `dumps` made a text of; None for any other text."""
        from pgnorm.catalog.snapshots.columns import unpacked
        from pgnorm.catalog.snapshots.parsing import UNHEARD_OF
        from pgnorm.catalog.snapshots.scalars import Mismatch

        try:
            said = json.loads(text)
            beside = {name: one.decode(said[name]) for name, one in _codecs().items()}
            return cls(catalog=unpacked(said[_CATALOG]), **beside)  # type: ignore[arg-type]  # of the codecs' types
        except (Mismatch, *UNHEARD_OF):
            return None


@cache
def _codecs() -> dict[str, Codec]:
    from pgnorm.catalog.snapshots.values import codec

    hints = get_type_hints(Contents)
    return {field.name: codec(hints[field.name]) for field in Contents.declared_fields if field.name != _CATALOG}
