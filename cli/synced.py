"""Outcome of a sync in words, and the files that it may not write."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pgnorm.catalog.errors import PgnormError

from .options import App
from .output import plural

if TYPE_CHECKING:
    from pgnorm.normalizer.files.edits import Rewrite
    from pgnorm.normalizer.syncing.merging import Conflict
    from pgnorm.normalizer.syncing.sync import Synced


def tell_taken(app: App, found: "Synced") -> None:
    """Say what was changed in the source, by kind."""
    counts = Counter(each.item.kind for each in found.taken if not each.item.derived)
    app.console.say(f"Changed there: {', '.join(plural(count, kind) for kind, count in counts.items())}")


def tell_conflicts(app: App, found: "Sequence[Conflict]") -> None:
    """Say what both sides have changed, and the way out."""
    problems = [PgnormError(each.message, place=each.place) for each in found]
    problems[-1].hint = "Nothing is written. Make the two say the same, in the files or there, and run it again."
    app.console.errors(problems)


def refuse_uncommitted(rewrites: "Sequence[Rewrite]") -> None:
    """Raise PgnormError for a file whose present text git could not give back."""
    from pgnorm.normalizer.files.restoring import refuse_unrestorable

    for rewrite in rewrites:
        if rewrite.source.path is not None:
            refuse_unrestorable(rewrite.source.path)
