"""JSON files with comments and trailing commas, as the Supabase CLI reads its settings."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pgnorm.catalog.errors import PgnormError

from ..files.reading import line_and_column, read_file
from .config import Table

_STRING: Final = r'"(?:[^"\\\n]|\\.)*"'
_NOT_JSON: Final = re.compile(rf"{_STRING}|//[^\n]*|/\*.*?\*/", re.DOTALL)
_LAST_COMMA: Final = re.compile(rf"{_STRING}|,(?=\s*[}}\]])")
_TOKEN: Final = re.compile(rf"(?P<key>{_STRING})(?=\s*:)|{_STRING}|[{{}}]")


def read_json(path: Path, *, label: str) -> Table:
    """The file's top object. Raises PgnormError with the place where it can't be read or is no such JSON."""
    source = read_file(path, label=label)
    text = _LAST_COMMA.sub(_blank, _NOT_JSON.sub(_blank, source.text))
    try:
        values: object = json.loads(text)
    except json.JSONDecodeError as error:
        line, column = line_and_column(source.text, error.pos)
        raise PgnormError(f"not valid JSON: {error.msg}", place=f"{label}:{line}:{column}") from None
    except RecursionError:
        raise PgnormError("not valid JSON: it is nested too deep", place=label) from None
    if not isinstance(values, dict):
        raise PgnormError("the settings must be one JSON object", place=f"{label}:1:1")
    return Table(values=values, name="", label=label, text=source.text, offsets=_offsets(text))


def _blank(found: re.Match[str]) -> str:
    """Blanks in the place of what JSON does not have, so that places hold."""
    return found[0] if found[0].startswith('"') else re.sub(r"[^\n]", " ", found[0])


def _offsets(text: str) -> Mapping[str, int]:
    """Where each key stands, by its dotted name."""
    found: dict[str, int] = {}
    above: list[str] = []
    key = ""
    for token in _TOKEN.finditer(text):
        if token["key"]:
            key = str(json.loads(token["key"]))
            found[".".join([*above[1:], key])] = token.start() + 1
        elif token[0] == "{":
            above.append(key)
        elif token[0] == "}":
            above.pop()
    return found
