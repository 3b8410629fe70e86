"""Identifiers, literals and dollar quotes, exactly as Postgres and pg_dump write them."""

import re
from collections.abc import Iterable

_DOLLAR_FILL = "_XXXXXXX"
_WORD = re.compile(r'[^\s."]+')
_NEEDLESSLY_QUOTED = re.compile(r'(?<!")"([a-z_][a-z0-9_]*)"(?!")')


def ident(name: str) -> str:
    """An identifier as `quote_all_identifiers` makes Postgres print it: always quoted."""
    return '"' + name.replace('"', '""') + '"'


def qualified(schema: str, name: str) -> str:
    """A name with its schema, or alone where `schema` is empty."""
    return f"{ident(schema)}.{ident(name)}" if schema else ident(name)


def literal(text: str) -> str:
    """A string constant under standard_conforming_strings (fe_utils/string_utils.c, appendStringLiteral)."""
    return "'" + text.replace("'", "''") + "'"


def escaped(text: str) -> str:
    """A string constant as pg_dumpall and the server's quote_literal write it: `E'…'` where it holds a backslash."""
    return "E" + literal(text.replace("\\", "\\\\")) if "\\" in text else literal(text)


def dollar_quoted(text: str) -> str:
    """A dollar-quoted constant with the tag that pg_dump picks (string_utils.c, appendStringLiteralDQ).

    The tag grows until it occurs nowhere in the text; the test leaves the closing dollar out.
    """
    tag, turn = "$", 0
    while tag in text:
        tag += _DOLLAR_FILL[turn]
        turn = (turn + 1) % len(_DOLLAR_FILL)
    return f"{tag}${text}{tag}$"


def string(text: str) -> str:
    """A constant in single quotes, or dollar-quoted where it holds a quote or backslash (dumputils.c does so for
    a function's link symbol)."""
    return dollar_quoted(text) if "'" in text or "\\" in text else literal(text)


def ident_list(names: Iterable[str]) -> str:
    """Identifiers with commas between them."""
    return ", ".join(ident(name) for name in names)


def remark(text: str) -> str:
    """A comment of one line, whatever names are in it."""
    return f"-- {text}".replace("\r", " ").replace("\n", " ")


def one_line(text: str) -> str:
    """A text that somebody else chose, as it stands in a line: what ends lines, or controls a terminal, as escapes."""
    return text if text.isprintable() else re.sub(_NOT_IN_LINES, lambda found: repr(found[0])[1:-1], text)


def plain(text: str) -> str:
    """Deparsed text as a person reads it: without the quotes around names that need none."""
    return _NEEDLESSLY_QUOTED.sub(r"\1", text)


def legible(name: str) -> str:
    """A name as a person reads it among others: in quotes where it is not one word."""
    return name if _WORD.fullmatch(name) else ident(name)


_NOT_IN_LINES = r"[\x00-\x1f\x7f-\x9f\u2028\u2029]"
_BARE_JSON_SINCE = 17
_JSON = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\bjson\b""")


def spell_types(text: str, major: int) -> str:
    """Types in deparsed text as a server of `major` spells them.

    format_type prints `json` bare from 17 on (it became a keyword of the grammar's type names) and quoted before.
    """
    if major >= _BARE_JSON_SINCE or "json" not in text:
        return text
    return _JSON.sub(lambda match: '"json"' if match[0] == "json" else match[0], text)
