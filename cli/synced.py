"""Outcome of a sync in words, and the files that it may not write."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

import click

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from .app import App
from .documents import outcome
from .failures import report_to_programs
from .options import with_options
from .output import on_terminal, plural, write

if TYPE_CHECKING:
    from pgnorm.normalizer.compare.difference import Difference
    from pgnorm.normalizer.files.edits import Rewrite
    from pgnorm.normalizer.syncing.conflicts import Choice, Conflict
    from pgnorm.normalizer.syncing.deciding import Deciding
    from pgnorm.normalizer.syncing.sync import Synced

    from .outcomes import SyncOutcome

P = ParamSpec("P")
R = TypeVar("R")

OURS: Final = "ours"
THEIRS: Final = "theirs"


class Decider(Value):
    """Decides conflicts as --ours, --theirs and --interactive say."""

    app: App
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    interactive: bool

    def __call__(self, conflict: "Conflict") -> "Choice | None":
        """The side that counts, None to leave it a conflict."""
        choice = self._named.choice(conflict)
        if choice is not None or not self.interactive:
            return choice
        console = self.app.console
        console.error(conflict.message, place=conflict.place)
        answer = click.prompt("Which counts?", type=click.Choice([OURS, THEIRS, "skip"]), default="skip", err=True)
        return OURS if answer == OURS else THEIRS if answer == THEIRS else None

    def tell(self, found: "Synced") -> None:
        """Say which conflicts were decided, and which patterns name none."""
        for conflict, choice in found.decided:
            whose = "the files say" if choice == OURS else "the source says"
            self.app.console.say(f"As {whose}: {conflict.item.kind} {conflict.item.label}")
        for pattern in self._named.idle((*found.conflicts, *(each for each, _ in found.decided))):
            self.app.console.warn(f"no conflict is about an object of the name {pattern}")

    @property
    def _named(self) -> "Deciding":
        from pgnorm.normalizer.syncing.deciding import Deciding

        return Deciding(ours=self.ours, theirs=self.theirs)


def deciding_options(function: Callable[P, R]) -> Callable[P, R]:
    """--ours and --theirs, repeatable, and --interactive."""
    return with_options(
        function,
        click.option(
            "--ours", multiple=True, metavar="PATTERN", help="Where both changed it, the files count; repeatable."
        ),
        click.option(
            "--theirs", multiple=True, metavar="PATTERN", help="Where both changed it, the source counts; repeatable."
        ),
        click.option(
            "--interactive", is_flag=True, callback=_on_terminal, help="Ask about each conflict that is left."
        ),
    )


def _on_terminal(_ctx: click.Context, _option: click.Parameter, value: bool) -> bool:
    if value and not on_terminal():
        raise PgnormError("there is no terminal on which to ask", hint="Decide conflicts by --ours and --theirs.")
    return value


def tell_taken(app: App, found: "Synced") -> None:
    """Say what was changed in the source, by kind."""
    app.console.say(f"Changed there: {_counted(found.taken)}")


def tell_nothing(app: App, found: "Synced", *, pending: bool) -> None:
    """Say that nothing was changed in the source, and in what the files differ from it all the same."""
    if not found.apart:
        app.console.say("The schema files say all of it already")
        return
    app.console.say(f"Nothing was changed there. The schema files differ from it all the same: {_counted(found.apart)}")
    if not pending:
        app.console.say(
            "Where they are ahead, `pgnorm diff -f NAME` writes it. Where the migrations are, `pgnorm sync --from "
            "migrations --base files` makes the files say what these do, and nothing else"
        )


def _counted(found: "Sequence[Difference]") -> str:
    counts = Counter(each.item.kind for each in found if not each.item.placement.derived)
    return ", ".join(plural(count, kind) for kind, count in counts.items())


def tell_conflicts(app: App, found: "Sequence[Conflict]") -> None:
    """Say what both sides have changed, and the way out."""
    problems = [PgnormError(each.message, place=each.place) for each in found]
    problems[-1].hint = (
        "Nothing is written. Say which side counts with --ours or --theirs; or make the two say the same, in the files "
        "or there, and run it again."
    )
    app.console.errors(problems)
    report_to_programs(app.console, problems)


def sync_outcome(app: App, found: "Synced | None", *, dry_run: bool) -> "SyncOutcome":
    """The document of what was done, taken and decided."""
    taken = [each for each in found.taken if not each.item.placement.derived] if found is not None else []
    decided = found.decided if found is not None else ()
    return {
        **outcome(app, dry_run=dry_run),
        "taken": [{"kind": each.item.kind, "name": each.item.label} for each in taken],
        "decided": [{"kind": one.item.kind, "name": one.item.label, "counts": choice} for one, choice in decided],
    }


def edit(app: App, rewrites: "Sequence[Rewrite]", *, check: bool, show_diff: bool, force: bool) -> None:
    """Write the files, or with `check` or `show_diff` say what would be written.

    Raises PgnormError for a file whose present text git could not give back, unless `force` is given.
    """
    from pgnorm.normalizer.files.edits import unified
    from pgnorm.normalizer.files.edits import write as write_files

    written = not (check or show_diff)
    if show_diff and not app.as_json:
        write("".join(map(unified, rewrites)))
    elif written:
        if not force:
            refuse_uncommitted(rewrites)
        write_files(rewrites)
    for rewrite in rewrites:
        app.tell_file(rewrite.source.label, "edited", done=written, diff=unified(rewrite) if show_diff else None)


def refuse_uncommitted(rewrites: "Sequence[Rewrite]") -> None:
    """Raise PgnormError for a file whose present text git could not give back."""
    from pgnorm.normalizer.files.restoring import refuse_unrestorable

    for rewrite in rewrites:
        if rewrite.source.path is not None and not rewrite.new:
            refuse_unrestorable(rewrite.source.path)
