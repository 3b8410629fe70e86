"""`pgnorm sync --canonical`: schema files in the words of Postgres."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pgnorm.catalog.errors import PgnormError

from .app import App
from .documents import deliver_outcome, outcome
from .help import CHANGED
from .output import plural
from .synced import edit

if TYPE_CHECKING:
    from pgnorm.normalizer.syncing.formatting import Formatted

    from .outcomes import CanonicalOutcome


def refuse_others(app: App, *, decides: bool) -> None:
    """Raise PgnormError where the files are not the source, or something else is to count."""
    if app.source != "files":
        raise PgnormError(
            "--canonical rewrites what the schema files say, and takes nothing from elsewhere",
            hint="Combine it with --from files.",
        )
    if decides:
        raise PgnormError(
            "--canonical takes nothing from elsewhere, so there is no base and no conflict to decide",
            hint="Leave out --base, --ours, --theirs and --interactive.",
        )


def format_files(app: App, words: Sequence[str], *, check: bool, show_diff: bool, force: bool) -> int:
    """Put the statements of kinds of objects into the words of Postgres; the exit code."""
    from pgnorm.normalizer.dump.layouts import configured
    from pgnorm.normalizer.left_alone import kind_words
    from pgnorm.normalizer.project.sources import declared
    from pgnorm.normalizer.sides import Sides
    from pgnorm.normalizer.syncing.formatting import Formatting

    assert app.project is not None
    known = kind_words()
    source = declared(app.project)
    with app.workspace() as workspace:
        sides = Sides.between(workspace, source, source, called=("files", "files"))
        found = Formatting(sides, source, configured(app.project.split), {known[word] for word in words}).run()
    _tell(app, found)
    edit(app, found.changed, check=check, show_diff=show_diff, force=force)
    done: CanonicalOutcome = {
        **outcome(app, dry_run=check or show_diff),
        "taken": [{"kind": item.kind, "name": item.label} for item in found.items],
        "left": [{"kind": each.item.kind, "name": each.item.label, "reason": each.reason} for each in found.left],
    }
    deliver_outcome(app, done)
    return CHANGED if check and found.changed else 0


def _tell(app: App, found: "Formatted") -> None:
    app.console.listing(
        "Left as they are:",
        [
            f"{f'{each.place}: ' * bool(each.place)}{each.item.kind} {each.item.label}: {each.reason}"
            for each in found.left
        ],
    )
    counts = Counter(item.kind for item in found.items)
    said = ", ".join(plural(count, kind) for kind, count in counts.items())
    app.console.say(f"In Postgres' own words: {said}" if said else "All else is in Postgres' own words already")
