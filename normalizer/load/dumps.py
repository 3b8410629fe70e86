"""Files that pg_dump, or a tool around it, made of a database: what they say of privileges, and what they leave out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from ..sql.statements import split

if TYPE_CHECKING:
    from ..files.reading import SourceFile
    from ..platforms import Platform

BEGINNING: Final = "set_config('search_path', ''"
"""A part of what every dump begins with."""
_SETTING: Final = "SET row_security = off"
_GRANTS: Final = (("GRANT",), ("REVOKE",))
_WATCHES: Final = ("CREATE", "EVENT", "TRIGGER")


def as_dumps(files: Sequence[SourceFile], platform: Platform) -> tuple[bool, frozenset[str], str]:
    """True for dumps of databases of a platform that say what is granted there, the kinds that they leave out, and what
    people are told of dumps."""
    if not platform.sql or not files or not all(BEGINNING in file.text and _SETTING in file.text for file in files):
        return False, frozenset(), ""
    if not _any_begins(files, *_GRANTS):
        said = f"it is a dump without privileges: its objects get those that {platform.title} gives new ones"
        return False, frozenset(), f"{said}; --no-privileges leaves privileges as they are"
    said = "it is a dump: its objects have the privileges that it says, and no default ones"
    if _any_begins(files, _WATCHES):
        return True, frozenset(), said
    # The CLI's never make any.
    kind = " ".join(_WATCHES[1:]).lower()
    return True, frozenset({kind}), f"{said}; {kind}s are left out of it, and are not compared"


def _any_begins(files: Iterable[SourceFile], *beginnings: tuple[str, ...]) -> bool:
    return any(
        statement.begins(*beginning)
        for file in files
        for statement in split(file.text, label=file.label)
        for beginning in beginnings
    )
