"""The text of a squashed migration, and where in it the statements stand that it carries."""

from collections.abc import Sequence
from typing import Final

from pgnorm.catalog.model import Value, untold
from pgnorm.catalog.quoting import remark

from .effects import Step

_ROWS: Final = "Rows, as these statements of the migrations wrote them"
_HELD: Final = "Rows of tables that changed after they were written, as they are at the end of the migrations"
_SEQUENCES: Final = "Sequences, as they stand at the end of the migrations"
_VIEWS: Final = "Materialized views, filled anew"
_OWN_SESSION: Final = "AUTHORIZATION"


class Composed(Value):
    """A text, and the offsets of the statements that it carries."""

    text: str = untold()
    offsets: tuple[tuple[int, Step], ...]

    def carried(self, line: int, column: int) -> tuple[Step, int] | None:
        """The statement at a place, and the offset of the same place in its own file; None where that is no statement
        of the migrations."""
        at = sum(len(each) + 1 for each in self.text.split("\n")[: line - 1]) + column - 1
        for start, step in self.offsets:
            if start <= at <= start + len(step.statement.text):
                return step, step.statement.start + at - start
        return None


class Rest(Value):
    """What follows the schema beside the statements carried: each a text, empty where there is nothing."""

    before: str = ""
    """Rows that come before those that the statements write."""
    after: str = ""
    sequences: str = ""
    views: str = ""


def compose(schema: str, steps: Sequence[Step], rest: Rest) -> Composed:
    """The migration: the schema, the rows, and what is to be done with them."""
    parts = [schema.rstrip("\n") + "\n"]
    offsets: list[tuple[int, Step]] = []
    _section(parts, _HELD, rest.before)
    settings: tuple[str, ...] = ()
    if steps:
        parts.append(f"\n{remark(_ROWS)}\n")
    for step in steps:
        between = [*_undone(settings), *step.settings] if step.settings != settings else []
        settings = step.settings
        parts.append(f"\n{''.join(f'{each};{chr(10)}' for each in between)}{remark(_place(step))}\n")
        offsets.append((sum(map(len, parts)), step))
        parts.append(f"{step.statement.text};\n")
    if undone := _undone(settings):
        parts.append("\n" + "".join(f"{each};\n" for each in undone))
    for title, text in ((_HELD, rest.after), (_SEQUENCES, rest.sequences), (_VIEWS, rest.views)):
        _section(parts, title, text)
    return Composed(text="".join(parts), offsets=tuple(offsets))


def _section(parts: list[str], title: str, text: str) -> None:
    if text:
        parts.append(f"\n{remark(title)}\n\n{text}\n")


def _place(step: Step) -> str:
    """The place of a statement, by the name of its file alone."""
    path = step.source.path
    return step.place.removeprefix(step.source.label.removesuffix(path.name)) if path is not None else step.place


def _undone(settings: Sequence[str]) -> tuple[str, ...]:
    if not settings:
        return ()
    own = any(_OWN_SESSION in each.upper() for each in settings)
    return ("RESET SESSION AUTHORIZATION" if own else "RESET ROLE", "RESET ALL")
