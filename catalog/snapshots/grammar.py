"""Forms of SQL text, by Postgres' own grammar: a text is what it is said to be and nothing beside it.

The grammar is that of one major version. A text that it can't parse may be right for a newer one: then it must be
closed in itself, so that whatever surrounds it keeps its meaning. The server that loads it says the rest.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ..model.forms import SqlForm

if TYPE_CHECKING:
    from pglast import ast

_NAME: Final = r'(?:"(?:[^"]|"")+"|[a-z_][a-z0-9_]*)'
_PLAIN_TYPE: Final = rf"{_NAME}(?:\.{_NAME})?(?:\(\d+(?:,-?\d+)?\))?(?:\[\])*"
_AROUND: Final = {SqlForm.TYPE: "CREATE TABLE t (c {}\n)", SqlForm.EXPRESSION: "SELECT {}\n", SqlForm.QUERY: "{}\n"}
_PARTS: Final = (
    *("distinctClause", "intoClause", "fromClause", "whereClause", "groupClause", "havingClause", "windowClause"),
    *("valuesLists", "sortClause", "limitOffset", "limitCount", "lockingClause", "withClause", "larg", "rarg"),
)
_STATEMENT: Final = r'"stmt":\{"(\w+)"'
_TOKEN: Final = (
    r"""(?s)(?P<text>[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?P<tag>\$(?:[^\W\d]\w*)?\$).*?(?P=tag))"""
    r"""|(?P<open>[(\[])|(?P<close>[)\]])|(?P<end>;|--|/\*|['"])|[\w$]+|."""
)


@lru_cache(maxsize=20_000)
def is_form(form: SqlForm, text: str) -> bool:
    """True if `text` is of the form."""
    from pglast import ast
    from pglast.parser import ParseError, parse_sql

    if form is SqlForm.TYPE and re.fullmatch(_PLAIN_TYPE, text):
        return True
    if form is SqlForm.QUERY:
        text = text.rstrip().removesuffix(";")
    if not _closed(text):
        return False
    try:
        statements = parse_sql(_AROUND[form].format(text))
    except (ParseError, RecursionError, ValueError):
        return True
    statement = statements[0].stmt if len(statements) == 1 else None
    if isinstance(statement, ast.CreateStmt):
        return form is SqlForm.TYPE and _is_bare_column(statement)
    if not isinstance(statement, ast.SelectStmt):
        return False
    return statement.intoClause is None if form is SqlForm.QUERY else _is_one_value(statement)


def _is_bare_column(table: "ast.CreateStmt") -> bool:
    """True if it is one column of which nothing is said but its type."""
    first, *others = table.tableElts or ()
    said = (first.constraints, first.collClause, first.storage_name, first.compression, first.fdwoptions)
    return not others and not any(said) and not any((table.inhRelations, table.partspec, table.options))


def _is_one_value(query: "ast.SelectStmt") -> bool:
    targets = query.targetList or ()
    return not any(getattr(query, part) for part in _PARTS) and len(targets) == 1 and not targets[0].name


def statements_of(text: str) -> tuple[str, ...] | None:
    """The parser's names for the statements of a text, None where it can't parse them."""
    from pglast.parser import ParseError, parse_sql_json

    try:
        return tuple(re.findall(_STATEMENT, parse_sql_json(text)))
    except (ParseError, ValueError):
        return None


def _closed(text: str) -> bool:
    """True if what surrounds the text keeps its meaning: brackets in pairs, no end of a statement, no comment."""
    depth = 0
    for match in re.finditer(_TOKEN, text):
        if match["end"]:
            return False
        depth += bool(match["open"]) - bool(match["close"])
        if depth < 0:
            return False
    return not depth
