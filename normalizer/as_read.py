"""Two sources of one major compared as they were read: only what differs is loaded, with all that it touches."""

from collections.abc import Iterator

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, ObjectId
from pgnorm.catalog.model.facets import Routine, SettledByOthers, Watches
from pgnorm.catalog.model.row_facets import Computes, GuardsRows

from .basis import Basis
from .broken import broken_bodies, broken_bodies_anew
from .compare.difference import Difference, differences
from .compare.phantoms import passed_over
from .compare.settling import doubtful, settled
from .compare.slices import slice_of, slices
from .comparison import Comparison
from .load.visibility import as_little_known
from .plan.plan import Plan, Step, Verb
from .plan.unplanned import unplanned
from .proof.apply import arrive_with_rows, refuse_rest
from .proof.binding import refuse_other_calls
from .side import Side
from .stale_calls import with_calls_that_are_made


class AsRead(Basis):
    """The comparison of two sources of which nothing stays loaded."""

    def compare(self) -> Comparison | None:
        """The comparison, None where the old side has to be loaded anyway, and where a plan has to be tried on the
        whole of both: a part never refuses one, since code may look for what nobody knows that it needs."""
        goal = self.sides.pared(self.new)
        if not self.sides.live and self.sides.known(self.old) is None:
            return None
        start = self.sides.pared(self.old)
        found = self.found(start, goal)
        of_whole = self.options.seed is not None or self.options.proof == "pg_dump" or bool(self.options.keeping)
        if of_whole and self.makes_a_plan(found):
            return None
        if any(map(doubtful, found)) or (self.options.proof is not None and self.makes_a_plan(found)):
            self.sides.context.shadow.launch()
        found = settled(found, start.states, goal.states, self.sides.reload)
        found = with_calls_that_are_made(found, self.sides, goal, self.new)
        comparison = self.planned(start, goal, found)
        if self.options.proof is None or not comparison.plan.wanted:
            return comparison.evolve(mentions=broken_bodies_anew(self.sides, start, goal, found, comparison.kept))
        if of_whole or self._reaches_beyond(comparison.plan, start.catalog, goal.catalog):
            return None
        return self._proved(comparison, start, goal, found)

    def _reaches_beyond(self, plan: Plan, old: Catalog, new: Catalog) -> bool:
        """True if a plan may meet what no part of the catalogs tells: code that runs meanwhile may look at anything,
        and names are taken, or operators found, where no dependency leads."""
        views = self.views(old, new)
        watched = any(isinstance(item, Watches) for view in views for item in view.objects.values())
        if watched or plan.kept or plan.evaluated_on or any(map(_is_far, plan.steps)):
            return True
        computing = (step.id for step in plan.steps if step.verb is Verb.CREATE and isinstance(step.item, Computes))
        return any(isinstance(item, Routine) for item in slice_of(new, computing).objects.values())

    def _proved(
        self,
        comparison: Comparison,
        start: Side,
        goal: Side,
        found: tuple[Difference, ...],
        rewriting: frozenset[ObjectId] = frozenset(),
    ) -> Comparison | None:
        """The comparison with its plan tried on what it touches; None where that fails. `rewriting` are new columns
        that an earlier trial has found to rewrite their table."""
        plan = comparison.plan
        unnoticed = plan.unnoticed
        names = {each.item.id for each in found}.union(step.id for step in plan.steps) - unnoticed
        before, after = slices(start.catalog, goal.catalog, names, unnoticed)
        if self.workspace.roles_asked and (guards := {*_guards(start.catalog, before), *_guards(goal.catalog, after)}):
            before, after = slices(start.catalog, goal.catalog, names, unnoticed | guards)
        self.sides.context.shadow.start()
        try:
            beside = start.made | goal.made
            with self.sides.reopened(after, beside=beside) as loaded:
                wanted = as_little_known(loaded.session.read(), after)
            scratch = plan.in_pieces
            with self.sides.reopened(before, scratch=scratch, beside=beside | loaded.roles.names) as loaded:
                mentions = broken_bodies(start, goal, found, comparison.kept, loaded.session)
                arrival = arrive_with_rows(loaded.session, plan, self.workspace.roles_asked)
            if arrival.early:
                self._on_wholes("something is evaluated on rows before what it needs is there")
                return None
            arrived = as_little_known(arrival.catalog, before)
            views = self.views(arrived, wanted)
            left = [each for each in differences(*views) if not passed_over(each, comparison.passed_over)]
            refuse_rest(settled(left, (arrived,), (wanted,), self.sides.reload))
            refuse_other_calls(plan, after, arrived)
        except PgnormError as error:
            self._on_wholes(error.message)
            return None
        slow = self.rewriting(plan, arrival)
        if not slow <= rewriting:
            comparison = self.planned(start, goal, found, rewriting=slow | rewriting)
            return self._proved(comparison, start, goal, found, rewriting=slow | rewriting)
        told = comparison.unplanned.outside(before.objects.keys() | after.objects.keys())
        return self.measured(comparison, arrival).evolve(mentions=mentions, unplanned=told.joined(unplanned(*views)))

    def _on_wholes(self, because: str) -> None:
        self.workspace.telling("verbose", f"the plan is tried on the whole of both sides: {because.splitlines()[0]}")


def _guards(catalog: Catalog, part: Catalog) -> Iterator[ObjectId]:
    """Whatever says who reaches the rows of the tables that are in a part of the catalog."""
    return (each.id for name in part.objects for each in catalog.parts.get(name, ()) if isinstance(each, GuardsRows))


def _is_far(step: Step) -> bool:
    """True if a step sets off triggers, finds operators by a path, or takes links of operators along."""
    cut = step.verb is not Verb.CREATE and isinstance(step.item, SettledByOthers)
    return cut or bool(step.fires or step.item.operators_used)
