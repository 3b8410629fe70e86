"""Last steps of a plan, when all that it makes is there and rows are where they belong: REFRESH MATERIALIZED VIEW."""

from collections.abc import Iterable, Iterator, Sequence

from pgnorm.catalog.model import Catalog, Changed, Object, Statement, Target, Written
from pgnorm.catalog.model.row_facets import Filled

from . import metadata
from .alterations import possible, states
from .changes import Decisions
from .plan import Step, Verb


class Finishing:
    """Statements and steps that fill, or empty, those of the objects that `decided` is about."""

    def __init__(self, old: Catalog, decided: Decisions, target: Target) -> None:
        self.old = old
        self.decided = decided
        self.target = target

    def statements(self, item: Object) -> tuple[Written, ...]:
        """Statements for a new object; a state that it does not say is that of the one that it replaces."""
        if not isinstance(item, Filled):
            return ()
        before = self.old.objects.get(item.id)
        unsaid = [name for name, value in states(item).items() if value is None]
        return item.evolve(**{name: getattr(before, name) for name in unsaid}).finish if before else item.finish

    def at_once(self, made: Iterable[Object]) -> bool:
        """True if it must be done while what is made has its creator as owner, whose rights it then has: the owner to
        be may lack them, as he does where he is given what is filled already."""
        return any(self.statements(item) and any(metadata.owned(item, self.target)) for item in made)

    def steps(self, items: Sequence[Object], *, at_once: bool) -> Iterator[Step]:
        """The steps for new objects, if not done at once, and for altered ones; `items` are in an order that works."""
        emptied = []
        for item in items:
            fresh = self.decided.fresh(item.id)
            found = () if fresh and at_once else self.statements(item) if fresh else self._alteration(item)
            step = Step.of(Verb.ALTER, item, found, finishing=True)
            if step.statements and not fresh and not any(states(item).values()):
                emptied.append(step)
            elif step.statements:
                yield step
        yield from emptied

    def _alteration(self, item: Object) -> tuple[Statement, ...]:
        difference = self.decided.altered.get(item.id)
        if difference is None or difference.old is None:
            return ()
        changed = difference.own & states(item).keys()
        return possible(difference.old, item, Changed(changed), self.target) if changed else ()
