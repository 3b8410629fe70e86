"""Two sources compared in the shadow as wholes, and the plan tried there on the whole of the old side."""

from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, ObjectId
from pgnorm.catalog.quoting import ident

from .basis import Basis
from .broken import broken_bodies, broken_bodies_anew
from .compare.difference import BY_TEXT, differences
from .compare.phantoms import passed_over
from .compare.settling import ROUNDS, doubtful, settled
from .comparison import Comparison
from .load.visibility import as_little_known
from .plan.keeping import grafted
from .plan.unplanned import unplanned
from .proof.apply import Arrival, Early, arrive_with_rows, arrive_with_seed, excused, refuse_early, refuse_rest
from .proof.binding import but_for_other_casts, refuse_other_calls
from .proof.pg_dump import DumpEntry, dumped, entries, program_of
from .proof.refusing import REPORT
from .side import Side
from .stale_calls import with_calls_that_are_made
from .unmade import unmade

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from .postgres.shadow import Session


class Whole(Basis):
    """The comparison of two sources that are both loaded, each as a whole."""

    def compare(self) -> Comparison:
        goal = self.sides.closed(self.new)
        known = self.sides.known(self.old)
        with ExitStack() as stack:
            opened = self.sides.opened(self.old, beside=goal.made, expected=known)
            start, session = stack.enter_context(opened)
            if known is not None and start.catalog is not known.catalog:
                # Its files make what they did not make in the earlier run: they look at the clock, or roll dice.
                stack.close()
                return Whole(self.workspace, self.options, self.sides.anew(), self.old, self.new).compare()
            found = self.found(start, goal)
            in_shadow = not any(map(doubtful, found)) and not any(each.changed & BY_TEXT for each in found)
            if not in_shadow:
                stack.close()  # what a reload makes, roles above all, must not wait for what this one has made
                found = settled(found, start.states, goal.states, self.sides.reload)
                found = with_calls_that_are_made(found, self.sides, goal, self.new)
            comparison = self.planned(start, goal, found)
            if in_shadow:
                broken = broken_bodies(start, goal, found, comparison.kept, session)
            else:
                broken = broken_bodies_anew(self.sides, start, goal, found, comparison.kept)
            comparison = comparison.evolve(mentions=broken)
            # Differences for which no statement is known are not to pass for none.
            if comparison.plan.wanted and comparison.unproved is None:
                # Within one transaction an enum's new label can be used early where the enum is as new as itself.
                if self._in_commits(comparison) or not in_shadow:
                    stack.close()
                    session = stack.enter_context(self._again(start, goal, comparison))
                last: frozenset[ObjectId] = frozenset()
                rewriting: frozenset[ObjectId] = frozenset()
                while True:
                    assert session is not None
                    arrival = self._arrived(session, start, goal, comparison)
                    stack.close()
                    if isinstance(arrival, Arrival) and not arrival.early:
                        if (slow := self.rewriting(comparison.plan, arrival)) <= rewriting:
                            break
                        rewriting |= slow
                    else:
                        early = arrival.early if isinstance(arrival, Arrival) else frozenset({arrival})
                        refuse_early(early & last)
                        last |= early
                    comparison = self.planned(start, goal, found, last=last, rewriting=rewriting)
                    session = stack.enter_context(self._again(start, goal, comparison))
                    broken = broken_bodies(start, goal, found, comparison.kept, session)
                    comparison = comparison.evolve(mentions=broken)
                arrived = as_little_known(arrival.catalog, start.catalog)
                self._prove(arrived, goal, comparison)
                told = unplanned(*self.views(arrived, goal.catalog))
                # What both sides have that has outlived a cast is no more so where it was loaded again.
                told = told.evolve(outlived=comparison.unplanned.outlived)
                comparison = self.measured(comparison, arrival).evolve(unplanned=told)
                if self.options.proof == "pg_dump":
                    self._ask_pg_dump(start, goal, comparison)
            return comparison

    def _again(self, start: Side, goal: Side, comparison: Comparison) -> "AbstractContextManager[Session]":
        """The old side once more, where the plan can run."""
        return self.sides.again(start, scratch=self._in_commits(comparison), beside=goal.made)

    def _in_commits(self, comparison: Comparison) -> bool:
        """True if the plan, or the rows that it is tried on, can't do with one transaction."""
        return comparison.plan.in_pieces or self.options.seed is not None

    def _arrived(self, session: "Session", start: Side, goal: Side, comparison: Comparison) -> Arrival | ObjectId:
        """Arrival of the plan from the old side, which the session holds; where it stopped since an object came too
        early for rows, that object's id.

        Raises PgnormError where it does not apply.
        """
        lacking = unmade(comparison.plan.differences, start, goal, self.ownership)
        if self.options.seed is not None:
            from .load.seeding import seed

            seed(session, self.options.seed, self.workspace.telling)
        with excused(lacking or self._excuse(comparison)):
            if self.options.seed is None:
                return arrive_with_rows(session, comparison.plan, self.workspace.roles_asked)
            try:
                return arrive_with_seed(session, comparison.plan, self.workspace.roles_asked)
            except Early as early_one:
                return early_one.name

    def _prove(self, arrived: Catalog, goal: Side, comparison: Comparison) -> None:
        """Raise PgnormError where the plan leaves a difference that is not left on purpose."""
        before, after = self.views(arrived, goal.catalog)
        views = before, grafted(after, comparison.views[0], [item.id for item in comparison.kept])
        found = but_for_other_casts(differences(*views), comparison.plan)
        left = [each for each in found if not passed_over(each, comparison.passed_over)]
        with excused(self._excuse(comparison)):
            refuse_rest(settled(left, (arrived,), goal.states, self.sides.reload))
        refuse_other_calls(comparison.plan, goal.states[0], arrived)

    def _excuse(self, comparison: Comparison) -> str | None:
        """Why a plan may fail its proof and be no defect, with a way out; None where there is no such reason."""
        if comparison.one_sided:
            names = ", ".join(f"{what} {name}" for what, name in comparison.one_sided)
            missing = f"One side only has what pgnorm does not model, and the plan may need it: {names}."
            return f"{missing} Write that into a migration by hand first."
        if self.options.keeping:
            return (
                "What is to stay (--no-drops, --safe-only, --allow-drop) is in the way of the change: allow that drop "
                "(--allow-drop KIND), or leave out what needs it gone (--ignore)."
            )
        if self.options.ignoring:
            return (
                "What is left alone ([ignore], --ignore, --only, --kind, hints) is needed by the change, "
                "or the change by it."
            )
        if self.options.schemas or self.options.exclude_schemas:
            return (
                "What was selected needs a change outside of it, or is needed there as it was: select that schema too."
            )
        if self.options.seed is not None:
            return (
                "What the file of --seed makes, alters or drops counts as the plan's doing: let it give rows and no "
                f"more. If it does already: {REPORT[0].lower()}{REPORT[1:]}"
            )
        return None

    def _ask_pg_dump(self, old: Side, new: Side, found: Comparison) -> None:
        """Let pg_dump compare what the plan makes of the old side with the new side, in databases of their own."""
        with self.sides.again(new, scratch=True) as session:
            goal = self._dumped(session, new.catalog)
        with self.sides.again(old, scratch=True, beside=new.made) as session:
            arrived = self._dumped(session, arrive_with_rows(session, found.plan).catalog)
        forgiven = {(item.tag, item.schema) for item in map(goal[1].objects.get, found.passed_over) if item is not None}
        unread = old.catalog.unread | new.catalog.unread
        unasked = (name for side in (old, new) for name in side.catalog.objects if name.kind in unread)
        for name in (*found.staying, *unasked):
            forgiven |= {(name.name, "-"), (f"{name.kind.upper()} {ident(name.name)}", "-")}  # itself, its comment
        forgiven |= found.unplanned.tags
        for _ in range(ROUNDS):
            left = [f"- {entry}" for entry in (arrived[0] - goal[0]) if self._judged(entry, forgiven)]
            left += [f"+ {entry}" for entry in (goal[0] - arrived[0]) if self._judged(entry, forgiven)]
            if not left:
                return
            goal, arrived = self._dumped_again(goal[1]), self._dumped_again(arrived[1])
        raise PgnormError("pg_dump sees a difference that the plan leaves\n" + "\n".join(left), hint=REPORT)

    def _dumped(self, session: "Session", catalog: Catalog) -> tuple[Counter[DumpEntry], Catalog]:
        program = program_of(self.sides.context.shadow)
        without = self.options.uncompared.satellites
        text = dumped(session.connection, program, user=session.power.administrator, without=without)
        return entries(text), catalog

    def _dumped_again(self, catalog: Catalog) -> tuple[Counter[DumpEntry], Catalog]:
        with self.sides.reopened(catalog, scratch=True) as loaded:
            return self._dumped(loaded.session, loaded.session.read())

    def _judged(self, entry: DumpEntry, forgiven: set[tuple[str, str]]) -> bool:
        owns = entry.schema == "-" or self.ownership.owns_all_in(entry.schema)
        return owns and (entry.tag, entry.schema) not in forgiven
