"""The text of a squashed migration, and where in it the statements stand that it carries."""

from collections.abc import Sequence
from typing import Final

from pgnorm.catalog.model import Value, untold
from pgnorm.catalog.quoting import remark

from .effects import Step

_PLATFORM: Final = "What the platform provides, changed by these statements of the migrations"
_STATEMENTS: Final = "Statements of the migrations that write rows, or set what no schema says"
_HELD: Final = "Rows of tables that changed after they were written, as they are at the end of the migrations"
_SEQUENCES: Final = "Sequences, as they stand at the end of the migrations"
_VIEWS: Final = "Materialized views, filled anew"
_OWN_SESSION: Final = "AUTHORIZATION"


class Composed(Value):
    """A text, and the offsets of the statements that it carries."""

    text: str = untold()
    offsets: tuple[tuple[int, Step], ...]

    def carried(self, place: str) -> tuple[Step, int] | None:
        """The statement at `file:line:column`, and the offset of the same place in its own file; None where that is no
        statement of the migrations."""
        line, column = (int(each) if each.isdigit() else 0 for each in ("", *place.split(":"))[-2:])
        at = sum(len(each) + 1 for each in self.text.split("\n")[: line - 1]) + column - 1
        for start, step in self.offsets:
            if start <= at <= start + len(step.statement.text):
                return step, step.statement.start + at - start
        return None


class Rest(Value):
    """The rest of what follows the schema, beside the statements carried: each a text, empty where there is nothing."""

    before: str = ""
    """Rows that come before those that the statements write."""
    after: str = ""
    sequences: str = ""
    views: str = ""


def compose(schema: str, ahead: Sequence[Step], steps: Sequence[Step], rest: Rest) -> Composed:
    """The migration: the schema behind what is to come ahead of it, the rows, and what is to be done with them."""
    parts: list[str] = []
    offsets: list[tuple[int, Step]] = []
    _carry(parts, offsets, _PLATFORM, ahead)
    _add(parts, f"{schema.rstrip()}\n" if schema.strip() else "")
    _section(parts, _HELD, rest.before)
    _carry(parts, offsets, _STATEMENTS, steps)
    for title, text in ((_HELD, rest.after), (_SEQUENCES, rest.sequences), (_VIEWS, rest.views)):
        _section(parts, title, text)
    return Composed(text="".join(parts), offsets=tuple(offsets))


def _carry(parts: list[str], offsets: list[tuple[int, Step]], title: str, steps: Sequence[Step]) -> None:
    """Add statements in the settings that they were written for, each below its place."""
    settings: tuple[str, ...] = ()
    _add(parts, f"{remark(title)}\n" if steps else "")
    for step in steps:
        if step.settings != settings:
            _add(parts, "".join(f"{each};\n" for each in (*_undone(settings), *step.settings)))
            settings = step.settings
        _add(parts, f"{remark(_place(step))}\n")
        offsets.append((sum(map(len, parts)), step))
        parts.append(f"{step.statement.text};\n")
    _add(parts, "".join(f"{each};\n" for each in _undone(settings)))


def _section(parts: list[str], title: str, text: str) -> None:
    _add(parts, f"{remark(title)}\n\n{text}\n" if text else "")


def _add(parts: list[str], text: str) -> None:
    """Add a text, if there is any, with an empty line before it."""
    if text:
        parts.append("\n" * bool(parts) + text)


def _place(step: Step) -> str:
    """The place of a statement, by the name of its file alone."""
    path = step.source.path
    return step.place.removeprefix(step.source.label.removesuffix(path.name)) if path is not None else step.place


def _undone(settings: Sequence[str]) -> tuple[str, ...]:
    if not settings:
        return ()
    own = any(_OWN_SESSION in each.upper() for each in settings)
    return ("RESET SESSION AUTHORIZATION" if own else "RESET ROLE", "RESET ALL")
