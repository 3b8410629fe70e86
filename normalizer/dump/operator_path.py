"""Operators that an expression has no place to qualify, and the search_path in which they are found.

`old.mail IS DISTINCT FROM new.mail` uses the operator `=` of citext's schema where that is in the search_path, and that
of text elsewhere, in silence.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from pgnorm.catalog.model import Object, Statement
from pgnorm.catalog.quoting import ident

from ..compare.difference import deparsed
from ..sql.bare import ends_of_rows, implies_operators, qualified
from ..sql.lexer import tokens
from .session_settings import USUAL_PATH

_PATH: Final = "SET search_path = "


def reaching(sql: str, items: Iterable[Object], *, afterwards: str, namesakes: Collection[str]) -> str:
    """`sql`, which creates `items`, in the search_path that it needs to mean the same, with `afterwards` behind it; as
    it is where it needs none. There may be `namesakes` of what it names."""
    path = _path(items)
    text = _read_in_path(sql) if path else None
    if text is None:
        return sql
    return f"{path}\n\n{qualified(text, namesakes, rows=False).strip()}\n\n{afterwards}\n"


def reached(found: Sequence[Statement], items: Iterable[Object]) -> Sequence[Statement]:
    """The same for statements: the search_path is set ahead of the first that needs it, and reset behind the last."""
    path = _path(items)
    texts = [_read_in_path(each.sql) if path else None for each in found]
    needing = [place for place, text in enumerate(texts) if text is not None]
    if not needing:
        return found
    first, last = needing[0], needing[-1]
    read = [each if text is None else each.evolve(sql=text) for each, text in zip(found, texts, strict=True)]
    before, inside, after = read[:first], read[first : last + 1], read[last + 1 :]
    inside[0] = inside[0].evolve(apart=True)
    after[:1] = (each.evolve(apart=True) for each in after[:1])
    reset = Statement(sql=USUAL_PATH, apart=True)
    return (*before, Statement(sql=path, apart=bool(before)), *inside, reset, *after)


def _path(items: Iterable[Object]) -> str:
    """The statement that sets the search_path in which the operators of `items` are found, empty if they need none."""
    schemas = {schema for item in items for schema, _ in item.operators_used}
    return f"{_PATH}{', '.join(map(ident, sorted(schemas)))};" if schemas else ""


def sets_path(statement: Statement) -> bool:
    """True if it sets the search_path for those behind it, up to the next `USUAL_PATH`."""
    return statement.sql.startswith(_PATH)


def _read_in_path(sql: str) -> str | None:
    """The text as it is to be read in that search_path, None where it means the same in any."""
    text = _with_plain_rows(sql)
    return None if text == sql and not implies_operators(sql) else text


def unnamed(items: Iterable[Object]) -> Iterator[Object]:
    """Objects whose text means what it says only where the search_path has the schemas of their operators."""
    for item in items:
        texts = (str(getattr(item, name)) for name in deparsed(item)) if item.operators_used else ()
        if any(implies_operators(text) or _with_plain_rows(text) != text for text in texts):
            yield item


def _with_plain_rows(sql: str) -> str:
    """The text with the operators between rows as the search_path finds them, a column at a time.

    Postgres prints that of the first column for all: `("mail", "id") OPERATOR("ext".=) ANY (…)`, which it can't read.
    """
    found = list(tokens(sql))
    text, position = "", 0
    for place in ends_of_rows(found):
        operator = found[place + 1 : place + 6]
        if [token.text for token in operator[:2]] == ["OPERATOR", "("]:
            close = next(token for token in found[place + 3 :] if token.text == ")")
            name = sql[operator[2].end : close.start].lstrip(".")
            text += sql[position : operator[0].start] + name
            position = close.end
    return text + sql[position:]
