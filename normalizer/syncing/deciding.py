"""Conflicts decided by the names of objects."""

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from ..compare.ignoring import NamePatterns
from .conflicts import Choice, Conflict


class Deciding(Value):
    """Patterns of the objects of which the files count, and of those of which the source does."""

    ours: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()

    def choice(self, conflict: Conflict) -> Choice | None:
        """The side that counts, None where no pattern names the object or what it is a part of.

        Raises PgnormError where both sides have a pattern for it.
        """
        ours, theirs = (_takes(patterns, conflict) for patterns in (self.ours, self.theirs))
        if ours and theirs:
            what = f"{conflict.item.kind} {conflict.item.label}"
            raise PgnormError(
                f"--ours and --theirs both name {what}", place=conflict.place, hint="Let only one of them do so."
            )
        if ours:
            return "ours"
        return "theirs" if theirs else None

    def idle(self, conflicts: tuple[Conflict, ...]) -> tuple[str, ...]:
        """The patterns that name none of these conflicts."""
        return tuple(
            pattern for pattern in (*self.ours, *self.theirs) if not any(_takes((pattern,), each) for each in conflicts)
        )


def _takes(patterns: tuple[str, ...], conflict: Conflict) -> bool:
    return any(map(NamePatterns(patterns=patterns).takes, conflict.within))
