"""State that a plan carries over from an object to its successor and no definition says: where a sequence goes on."""

from collections.abc import Iterable, Iterator
from typing import Final

from pgnorm.catalog.model import Catalog, Object, ObjectId, Written, stated
from pgnorm.catalog.model.row_facets import Counting

from ..compare.difference import parts_below
from .changes import Decisions
from .plan import Step, Verb

SETTING_PREFIX: Final = "pgnorm.carried_over_"


class Carrying:
    """The statements that save the state of what is replaced and restore it."""

    def __init__(self, old: Catalog, new: Catalog, decided: Decisions) -> None:
        self.old = old
        self.new = new
        self.decided = decided
        self._saving: Final[dict[ObjectId, Written]] = {}
        self._restoring: Final[dict[ObjectId, Written]] = {}
        self._following: Final[dict[ObjectId, str]] = {}
        """The statement that gives its state to the successor of each object that is saved."""
        for number, (before, after) in enumerate(self._successions(), 1):
            whole = self._whole(after)
            # A new part of what stays is filled anew: what it counts begins with that.
            filled = whole is not after and whole.parent is not None
            if isinstance(before, Counting) and isinstance(after, Counting) and not filled:
                saving, restoring = before.carry_over(after, f"{SETTING_PREFIX}{number}")
                self._saving[before.id], self._restoring[after.id] = saving, restoring
                self._following[before.id] = stated(restoring).sql

    def _successions(self) -> Iterator[tuple[Object, Object]]:
        """The old objects with those that follow them: under the same name, or in counting for the same whole."""
        for name in sorted(self.decided.replaced):
            yield self.old.objects[name], self.new.objects[name]
        for name in sorted(self.decided.created):
            item = self.new.objects[name]
            if item.parent is None or not _counts(item):
                continue
            for part in self.old.parts.get(item.parent, ()):
                if part.id in self.decided.dropped and _counts(part):
                    yield part, item

    def _whole(self, item: Object) -> Object:
        """The outermost object that is created with a new one in it."""
        while item.parent is not None and self.decided.fresh(item.parent):
            item = self.new.objects[item.parent]
        return item

    def carries(self, item: Object) -> bool:
        """True if a new object has its state from the old one."""
        return item.id in self._restoring or item.id in self._saving

    def saved(self, steps: Iterable[Step]) -> Iterator[Step]:
        """The steps, with what saves the state of objects just before they are dropped, be it with their whole, or
        their successors get it."""
        waiting = dict(self._saving)
        for step in steps:
            dropped = (step.item, *parts_below(self.old, step.id)) if step.verb is Verb.DROP else ()
            given = {each.sql for each in step.statements}
            followed = (self.old.objects[name] for name, text in self._following.items() if text in given)
            for item in (*dropped, *followed):
                if saving := waiting.pop(item.id, None):
                    yield Step.of(Verb.ALTER, item, (saving,))
            yield step

    def restored(self, made: Iterable[Object]) -> Iterator[Written]:
        """The statements that give objects just created the state saved."""
        return (self._restoring[item.id] for item in made if item.id in self._restoring)

    def caught_up(self) -> Iterator[Step]:
        """Steps for new counters of rows that a whole has back only at the end: those of its partitions."""
        for name in sorted(self.decided.created):
            item = self.new.objects[name]
            whole = self._whole(item)
            if (
                isinstance(item, Counting)
                and item.catch_up
                and not self.carries(item)
                and whole.id in self.decided.replaced
                and whole.parent is None
                and whole.disposable
            ):
                yield Step.of(Verb.ALTER, item, item.catch_up)


def _counts(item: Object) -> bool:
    """True if it goes on after rows."""
    return isinstance(item, Counting) and bool(item.catch_up)
