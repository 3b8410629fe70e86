"""The plan in order, as it is printed, cut into its statements."""

from collections.abc import Iterator, Sequence

from pgnorm.catalog.model import Value

from .form import Change


class Piece(Value):
    """A piece of a script: a statement of a step, or text around one (settings, roles, calls)."""

    sql: str
    change: Change | None = None
    """The step that it is of; None for text around."""


def pieces(scripts: Sequence[str], changes: Sequence[Change]) -> Iterator[tuple[Piece, ...]]:
    """The pieces of each script, which together say all of it."""
    waiting = [(change, sql) for change in changes for sql in change["sql"]]
    place = 0
    for script in scripts:
        found: list[Piece] = []
        end = 0
        while place < len(waiting) and (start := script.find(waiting[place][1], end)) >= 0:
            change, sql = waiting[place]
            found += _around(script[end:start])
            found.append(Piece(sql=sql, change=change))
            end = start + len(sql)
            place += 1
        yield (*found, *_around(script[end:]))


def _around(text: str) -> Iterator[Piece]:
    if said := text.strip("\n"):
        yield Piece(sql=said)
