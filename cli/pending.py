"""Pending migrations as they are shown to somebody who is to decide on them."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from .app import App
from .output import SHOWN_AT_MOST, plural, whole_line

if TYPE_CHECKING:
    from pgnorm.normalizer.applying.pieces import Applicable

_LONGEST: Final = 100  # characters of a statement


def show(app: App, pending: "Iterable[Applicable]") -> None:
    """Show migrations with what they say of themselves, and of others what their words tell."""
    for each in pending:
        app.console.say(each.label, fg="cyan")
        for line in (*_head(each), *_told(each)):
            app.console.say(f"  {line}")


def would_apply(app: App, pending: "Iterable[Applicable]") -> None:
    """Say which migrations would be applied."""
    for each in pending:
        app.console.say(f"Would apply {each.label}")


def _head(migration: "Applicable") -> Iterator[str]:
    """The lines of comment above a migration's statements that are for people."""
    from pgnorm.normalizer.applying.certificates import CERTIFICATE
    from pgnorm.normalizer.applying.pieces import MARK

    for line in migration.source.text.splitlines():
        if not line.startswith("--"):
            return
        if not line.startswith(CERTIFICATE) and line.rstrip() != MARK:
            yield line.removeprefix("--").removeprefix(" ")


def _told(migration: "Applicable") -> Iterator[str]:
    """Lines about the statements of a migration whose head says nothing of hazards: nobody has tried them on tables."""
    from pgnorm.normalizer.applying.certificates import CERTIFICATE
    from pgnorm.normalizer.applying.losing import loses
    from pgnorm.normalizer.applying.squashes import squashed_in

    text = migration.source.text
    if f"\n{CERTIFICATE}" in f"\n{text}" and not any(squashed_in(text)):
        return
    statements = plural(migration.statement_count, "statement")
    losing = [(each, each.statement) for each in migration.pieces if each.statement and loses(each.statement)]
    if not losing:
        yield f"{statements}; nothing is known of what they block or lose"
        return
    yield f"{statements}; nothing is known of what they block. By their words these lose data:"
    for piece, statement in losing[:SHOWN_AT_MOST]:
        said = whole_line(" ".join(statement.text.split()))
        yield f"  {migration.place(piece)}: {said[:_LONGEST]}{'…' * (len(said) > _LONGEST)}"
    if len(losing) > SHOWN_AT_MOST:
        yield f"  {plural(len(losing) - SHOWN_AT_MOST, 'more statement')}"
