"""Answers to an editor, from what is known of texts and objects."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from lsprotocol.types import DocumentSymbol, Location, SymbolKind, TextEdit

from .documents import Documents
from .positions import Positions

if TYPE_CHECKING:
    from pgnorm.normalizer.editors.origins import Origin
    from pgnorm.normalizer.editors.stored import Stored
    from pgnorm.normalizer.editors.symbols import Symbol
    from pgnorm.normalizer.files.edits import Edit

_SYMBOLS: Final = {
    "SCHEMA": SymbolKind.Namespace,
    "EXTENSION": SymbolKind.Package,
    "TABLE": SymbolKind.Class,
    "COLUMN": SymbolKind.Field,
    "CONSTRAINT": SymbolKind.Constant,
    "VIEW": SymbolKind.Interface,
    "ROUTINE": SymbolKind.Function,
    "TYPE": SymbolKind.Enum,
    "DOMAIN": SymbolKind.TypeParameter,
    "SEQUENCE": SymbolKind.Number,
    "INDEX": SymbolKind.Key,
    "TRIGGER": SymbolKind.Event,
}


def edits(found: "Iterable[Edit]", positions: Positions) -> list[TextEdit]:
    """Edits of a text."""
    return [TextEdit(range=positions.range(each.start, each.stop), new_text=each.text) for each in found]


def outline(found: "Iterable[Symbol]", positions: Positions) -> list[DocumentSymbol]:
    """The outline of a text."""
    return [
        DocumentSymbol(
            name=each.name,
            detail=each.keyword.lower(),
            kind=_SYMBOLS.get(each.keyword, SymbolKind.Object),
            range=positions.range(each.start, each.stop),
            selection_range=positions.range(each.name_start, each.name_stop),
            children=outline(each.parts, positions),
        )
        for each in found
    ]


def location(found: "Origin", documents: Documents) -> Location | None:
    """The place of a statement; None where it is in no file."""
    if found.path is None:
        return None
    positions = documents.positions_in(found.path)
    return Location(uri=documents.uri_of(found.path), range=positions.range(found.start, found.stop))


def described(found: "Stored", origins: "Sequence[Origin] | str", documents: Documents) -> str:
    """An object as Postgres stores it, and how it came about or why nobody knows, as Markdown."""
    fence = "```"
    while fence in found.sql:
        fence += "`"
    lines = [f"{fence}sql\n{found.sql}\n{fence}", ""]
    if isinstance(origins, str) or not origins:
        return "\n".join([*lines, str(origins or "No migration makes it.")])
    for each in origins:
        commit = f" · {each.commit}" if each.commit else ""
        lines.append(f"- {', '.join(each.words)}: {_link(each, documents)}{commit}")
    return "\n".join(lines)


def _link(found: "Origin", documents: Documents) -> str:
    place = location(found, documents)
    return f"[{found.place}]({place.uri}#L{place.range.start.line + 1})" if place is not None else found.place
