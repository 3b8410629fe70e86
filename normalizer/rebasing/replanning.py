"""Facts that a new plan has to know of the migrations that it replaces: their renames, and what they call."""

from collections.abc import Iterator, Sequence
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog

from ..project.ways_back import without_ways_back
from ..renaming.requests import of_options, words
from ..renaming.resolving import resolve
from ..sql.lexer import Token, tokens
from ..sql.statements import Statement, split
from ..sql.subjects import plain
from .certifying import Own

_CALLING: Final = (("SELECT",), ("CALL",), ("INSERT",))
_TO: Final = "TO"


def refuse_written(mine: Sequence[Own]) -> None:
    """Raise PgnormError for migrations that no plan can take the place of, since somebody has written in them."""
    found = [each.file.label for each in mine if not each.generated]
    if found:
        raise PgnormError(
            "these are no plan's statements alone, as they were proved, so no plan takes their place: "
            + ", ".join(found),
            hint="Bring them behind the others by hand: rename them, and correct what does not fit. Then run it again.",
        )


def calls(mine: Sequence[Own]) -> bool:
    """True if migrations end with what schema files call or write."""
    return any(each.begins(*verb) and "set_config(" not in each.text for each in _statements(mine) for verb in _CALLING)


def renames(mine: Sequence[Own], old: Catalog, new: Catalog) -> tuple[str, ...]:
    """The renames that migrations carry out and that lead from one catalog to the other, as options ask for them."""
    found: list[str] = []
    for asked in filter(None, map(_rename, _statements(mine))):
        try:
            resolve([*of_options([*found, asked])], old, new)
        except PgnormError:
            continue
        found.append(asked)
    return tuple(found)


def _statements(mine: Sequence[Own]) -> Iterator[Statement]:
    for each in mine:
        yield from split(without_ways_back(each.file.source.text))


def _rename(statement: Statement) -> str | None:
    """The rename that a statement of a plan is, `public.contacts.status=stage`; None for any other one."""
    found = [*tokens(statement.text)] if statement.begins("ALTER") else []
    keywords = [token.keyword for token in found]
    if "RENAME" not in keywords or keywords[-2:-1] != [_TO]:
        return None
    at = keywords.index("RENAME")
    # A policy or trigger is named before its table, a column behind it.
    on = keywords.index("ON") if "ON" in keywords[:at] else at
    path = [*_names(found[on:at]), *_names(found[2:on]), *_names(found[at + 1 : -2])]
    return f"{words(path)}={words([_name(found[-1])])}"


def _names(found: Sequence[Token]) -> list[str]:
    """The names in a row of tokens, up to the arguments of a function."""
    stop = next((at for at, token in enumerate(found) if token.text == "("), len(found))
    return [_name(token) for token in found[:stop] if token.text.startswith(('"', "'"))]


def _name(token: Token) -> str:
    return plain(token.text)
