"""State that a plan carries over from an object to its successor and no definition says: where a sequence goes on."""

from collections.abc import Iterable, Iterator
from typing import Final

from pgnorm.catalog.model import Catalog, Object, ObjectId, Written, stated
from pgnorm.catalog.model.row_facets import Counting, Presets

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
        self._following: Final[dict[str, ObjectId]] = {}
        """The objects that are saved, by the statements that give their state to a successor."""
        numbers: dict[ObjectId, int] = {}
        for before, after in self._successions():
            if isinstance(before, Counting) and isinstance(after, Counting) and after.id not in self._restoring:
                number = numbers.setdefault(before.id, len(numbers) + 1)
                saving, restoring = before.carry_over(after, f"{SETTING_PREFIX}{number}")
                self._saving[before.id], self._restoring[after.id] = saving, restoring
                self._following[stated(restoring).sql] = before.id

    def _successions(self) -> Iterator[tuple[Object, Object]]:
        """The old objects with those that follow them: under the same name, or in counting for the same whole."""
        for name in sorted(self.decided.replaced):
            item = self.new.objects[name]
            if item.parent is None or not self._filled(item.parent):
                yield self.old.objects[name], item
        for name in sorted(self.decided.created):
            item = self.new.objects[name]
            if isinstance(item, Counting):
                yield from ((before, item) for before in self._predecessors(item))

    def _predecessors(self, item: Object) -> Iterator[Object]:
        """The old objects that go and have counted for what a new one counts for."""
        users = map(self.new.objects.__getitem__, sorted(self.new.needed_by.get(item.id, ())))
        wholes = [item.parent] if _counts(item) else []
        wholes += [user.parent for user in users if isinstance(user, Presets)]
        for whole in filter(None, dict.fromkeys(wholes)):
            if whole in self.old.objects and not self._filled(whole):
                yield from filter(_counts, self._gone(self.old.parts.get(whole, ())))
                yield from self._gone(_drawn(self.old, whole))

    def _gone(self, items: Iterable[Object]) -> Iterator[Object]:
        return (item for item in items if item.id in self.decided.dropped)

    def _filled(self, column: ObjectId) -> bool:
        """True for a new part of what stays: it is filled anew, and what counts for it begins with that."""
        return self.decided.fresh(column) and self._whole(self.new.objects[column]).parent is not None

    def _whole(self, item: Object) -> Object:
        """The outermost object that is created with a new one in it."""
        while item.parent is not None and self.decided.fresh(item.parent):
            item = self.new.objects[item.parent]
        return item

    def carries(self, item: Object) -> bool:
        """True if a new object has its state from the old one."""
        return item.id in self._restoring or item.id in self._saving

    def knows_more_than_rows(self, item: Counting) -> bool:
        """True if the state that a new counter has from the old one says better than the rows where it goes on."""
        return item.begins_again and isinstance(item, Object) and item.id in self._restoring

    def saved(self, steps: Iterable[Step]) -> Iterator[Step]:
        """The steps, with what saves the state of objects just before they are dropped, be it with their whole, or
        their successors get it."""
        waiting = dict(self._saving)
        for step in steps:
            dropped = (step.item, *parts_below(self.old, step.id)) if step.verb is Verb.DROP else ()
            given = [each.sql for each in step.statements]
            followed = (self.old.objects[self._following[sql]] for sql in given if sql in self._following)
            for item in (*dropped, *followed):
                if saving := waiting.pop(item.id, None):
                    yield Step.of(Verb.ALTER, item, (saving,))
            yield step

    def restored(self, made: Iterable[Object]) -> Iterator[Written]:
        """The statements that give objects just created the state saved."""
        return (self._restoring[item.id] for item in made if item.id in self._restoring)

    def caught_up_with(self, item: Object) -> Iterator[Written]:
        """Statements behind a new default that let what it draws from go on after numbers of other origin."""
        # Of numbers that are made of what is drawn, rows don't tell where to go on.
        drawn = isinstance(item, Presets) and item.is_drawn
        whole = self.new.objects.get(item.parent) if drawn and item.parent is not None else None
        if whole is None or whole.id not in self.old.objects or self.decided.fresh(whole.id):
            return
        before = {counter.id for counter in _drawn(self.old, whole.id)}
        for counter in _drawn(self.new, whole.id):
            if counter.id not in before and isinstance(counter, Counting) and not self.knows_more_than_rows(counter):
                yield from counter.goes_on_after(whole)

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


def _drawn(catalog: Catalog, whole: ObjectId) -> Iterator[Object]:
    """Counters that the default of a column draws from."""
    defaults = (part for part in catalog.parts.get(whole, ()) if isinstance(part, Presets))
    needed = (catalog.objects[name] for part in defaults for name in sorted(catalog.needs.get(part.id, ())))
    return (item for item in needed if isinstance(item, Counting))


def _counts(item: Object) -> bool:
    """True if it goes on after rows."""
    return isinstance(item, Counting) and bool(item.catch_up)
