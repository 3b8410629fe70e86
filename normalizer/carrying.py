"""What a plan carries over from an object to its successor that no definition says: where a sequence goes on."""

from collections.abc import Iterable, Iterator
from typing import Final

from pgnorm.catalog.model import Catalog, Object, ObjectId

from .decisions import Decisions
from .difference import parts_below
from .plan import Step, Verb

SETTING_PREFIX: Final = "pgnorm.carried_over_"


class Carrying:
    """The statements that save the state of what is replaced and restore it."""

    def __init__(self, old: Catalog, new: Catalog, fate: Decisions) -> None:
        self.old = old
        self.new = new
        self.fate = fate
        self._statements: Final = dict(self._found())

    def _found(self) -> Iterator[tuple[ObjectId, tuple[str, str]]]:
        for number, name in enumerate(sorted(self.fate.replaced), 1):
            new = self.new.objects[name]
            whole = self._whole(new)
            # A new part of what stays is filled anew: what it counts begins with that.
            filled = whole is not new and whole.parent is not None
            statements = self.old.objects[name].carry_over(new, f"{SETTING_PREFIX}{number}")
            if statements is not None and not filled:
                yield name, statements

    def _whole(self, item: Object) -> Object:
        """The outermost object that is created with a new one in it."""
        while item.parent is not None and self.fate.fresh(item.parent):
            item = self.new.objects[item.parent]
        return item

    def carries(self, item: Object) -> bool:
        """Whether a new object has its state from the old one."""
        return item.id in self._statements

    def saved(self, steps: Iterable[Step]) -> Iterator[Step]:
        """The steps, with what saves the state of objects just before they are dropped, be it with their whole."""
        waiting = dict(self._statements)
        for step in steps:
            dropped = (step.item, *parts_below(self.old, step.id)) if step.verb is Verb.DROP else ()
            for item in dropped:
                if statements := waiting.pop(item.id, None):
                    yield Step(verb=Verb.ALTER, item=item, sql=statements[0])
            yield step

    def restored(self, made: Iterable[Object]) -> Iterator[str]:
        """The statements that give objects just created the state saved."""
        return (self._statements[item.id][1] for item in made if self.carries(item))

    def caught_up(self) -> Iterator[Step]:
        """What is new and goes on after rows that a whole has back only at the end: those of its partitions."""
        for name in sorted(self.fate.created):
            item = self.new.objects[name]
            whole = self._whole(item)
            if item.catch_up and whole.id in self.fate.replaced and whole.parent is None and whole.disposable:
                yield Step(verb=Verb.ALTER, item=item, sql="\n".join(item.catch_up))
