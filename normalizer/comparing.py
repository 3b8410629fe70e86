"""Two sources compared: the differences, the plan that ends them, and its proof."""

from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, ObjectId, Value
from pgnorm.catalog.quoting import ident

from .data_statements import DataStatement
from .diff import diff
from .difference import Difference, differences
from .filling import Loaded
from .knowledge import as_little_known
from .owners import stranger
from .ownership import Ownership, only_by_platform, owned, spared
from .pg_dump import DumpEntry, dumped, entries
from .phantoms import Phantom, passed_over, phantoms, without_code
from .plan import Plan
from .proof import REPORT, Early, arrive_with_rows, arrive_with_seed, excused, refuse_early, refuse_rest
from .selection import EVERYTHING, Selection, select, selected
from .settling import ROUNDS, doubtful, settled
from .sides import Side, Sides, broken_bodies, to_tell
from .sources import Files, Source
from .unmade import unmade
from .unplanned import Unplanned, unplanned
from .workspace import Workspace

if TYPE_CHECKING:
    from .mentions import Mention

ProofBy = Literal["catalog", "pg_dump"]


class Options(Value):
    """What is compared, and how far the plan is trusted."""

    schemas: tuple[str, ...] = ()
    exclude_schemas: tuple[str, ...] = ()
    cosmetic: bool = False
    """Whether bodies that differ in looks only are differences."""
    proof: ProofBy | None = "catalog"
    """Who judges whether the plan arrives: our reading of the catalogs, or pg_dump as well; None for nobody."""
    seed: Path | None = None
    """SQL that fills the tables of the old side before the plan is tried."""


class Comparison(Value):
    """What two sources differ in."""

    plan: Plan
    phantoms: tuple[Phantom, ...]
    unplanned: Unplanned
    staying: tuple[ObjectId, ...]
    """What only the old side has and the platform makes by itself: it is not dropped."""
    mentions: "tuple[Mention, ...]" = ()
    """Where bodies that stay name what the plan drops."""
    unproved: str | None
    """Why the plan could not be tried, None where it was or where there is none."""
    unmodelled: tuple[tuple[str, str], ...]
    """What no kind reads, on either side: (what, name)."""
    one_sided: tuple[tuple[str, str], ...]
    """What of that only one side has: a difference that no plan here ends."""
    only_old: frozenset[tuple[str, str]] = frozenset()
    """What of that the old side has."""
    unmatched: tuple[str, ...] = ()
    """Patterns of schemas that name none, where others do."""
    uncarried: tuple[DataStatement, ...] = ()
    """What the files of the new side, and not those of the old one, do to rows or call."""
    stranger: str | None = None
    """The role that a database was read as and that files are compared for, where it owns nothing there."""

    @property
    def passed_over(self) -> frozenset[ObjectId]:
        """What the plan leaves different on purpose."""
        return frozenset(phantom.difference.item.id for phantom in self.phantoms)


def compare(workspace: Workspace, old: Source, new: Source, options: Options) -> Comparison:
    """What leads from `old` to `new`, proved in the shadow.

    Raises PgnormError where a source can't be read, and where the plan fails its proof.
    """
    return _Comparing(workspace, options, old, new).compare()


class _Comparing:
    def __init__(self, workspace: Workspace, options: Options, old: Source, new: Source) -> None:
        self.workspace = workspace
        self.options = options
        self.old = old
        self.new = new
        self.sides = Sides(workspace, old, new)

    def compare(self) -> Comparison:
        self._ownership()  # reads the baseline while the shadow is still empty
        with self.sides.opened(self.new) as side:
            goal = side
        with ExitStack() as stack:
            start = stack.enter_context(self.sides.opened(self.old))
            found = self._found(start, goal)
            broken = broken_bodies(start, goal, found)
            in_shadow = not any(map(doubtful, found))
            if not in_shadow:
                stack.close()  # what a reload makes, roles above all, must not wait for what this one has made
                found = settled(found, start.states, goal.states, self.sides.reload)
            comparison = self._planned(start, goal, found).evolve(mentions=broken)
            # Differences for which no statement is known are not to pass for none.
            if comparison.plan.differences and comparison.unproved is None:
                # Within one transaction an enum's new label can be used early where the enum is as new as itself.
                commits = any(step.needs_commit for step in comparison.plan.steps)
                if commits or not in_shadow:
                    stack.close()
                    start = stack.enter_context(self.sides.opened(self.old, scratch=commits))
                last: frozenset[ObjectId] = frozenset()
                while True:
                    arrived, early = self._arrived(start, goal, comparison)
                    stack.close()
                    refuse_early(early & last)
                    if not early and arrived is not None:
                        break
                    last |= early
                    comparison = self._planned(start, goal, found, last=last).evolve(mentions=broken)
                    start = stack.enter_context(self.sides.opened(self.old, scratch=commits))
                self._prove(arrived, goal, comparison)
                comparison = comparison.evolve(unplanned=unplanned(*self._views(arrived, goal.catalog)))
                if self.options.proof == "pg_dump":
                    self._ask_pg_dump(comparison)
            return comparison

    def _found(self, start: Side, goal: Side) -> tuple[Difference, ...]:
        select([start.catalog, goal.catalog], self._ownership().schemas, ())  # refuses a pattern that names nothing
        return differences(*self._views(start.catalog, goal.catalog))

    def _planned(
        self, start: Side, goal: Side, found: tuple[Difference, ...], last: frozenset[ObjectId] = frozenset()
    ) -> Comparison:
        before, after = self._views(start.catalog, goal.catalog)
        left_out = {} if self.options.cosmetic else {each.difference.item.id: each for each in phantoms(found)}
        planned = tuple(filter(None, (without_code(each, left_out) for each in found)))
        plan = diff(before, after, planned, around=start.catalog, last=last)
        untried = (start.untried or goal.untried) if self.options.proof else "--no-proof"
        return Comparison(
            plan=plan.evolve(roles=self.sides.new_roles(self.old, start, goal)),
            phantoms=tuple(left_out.values()),
            unplanned=unplanned(before, after),
            staying=tuple(only_by_platform(start.catalog, goal.catalog, self.workspace.platform)),
            unproved=untried if plan.differences else None,
            unmodelled=tuple(sorted({*before.unmodelled, *after.unmodelled})),
            one_sided=tuple(sorted({*before.unmodelled} ^ {*after.unmodelled})),
            only_old=frozenset(before.unmodelled).difference(after.unmodelled),
            unmatched=self._selection(start.catalog, goal.catalog).unmatched,
            uncarried=to_tell(self.new, goal, start),
            stranger=stranger(((start.role, before), (goal.role, after)), planned),
        )

    def _arrived(self, start: Side, goal: Side, comparison: Comparison) -> tuple[Catalog | None, frozenset[ObjectId]]:
        """What the plan makes of the old side, and what of it came too early for rows; None where it then stopped.

        Raises PgnormError where it does not apply.
        """
        assert start.loaded is not None
        lacking = unmade(comparison.plan.differences, start, goal, self._ownership())
        if self.options.seed is not None:
            self.workspace.filling.seed(start.loaded.session, self.options.seed)
        with excused(lacking or self._excuse(comparison)):
            if self.options.seed is None:
                arrived, early = arrive_with_rows(start.loaded.session, comparison.plan)
                return as_little_known(arrived, start.catalog), early
            try:
                arrived = arrive_with_seed(start.loaded.session, comparison.plan)
            except Early as early_one:
                return None, frozenset({early_one.name})
            return as_little_known(arrived, start.catalog), frozenset()

    def _prove(self, arrived: Catalog, goal: Side, comparison: Comparison) -> None:
        """Raise PgnormError where the plan leaves a difference that is not left on purpose."""
        views = self._views(arrived, goal.catalog)
        left = [each for each in differences(*views) if not passed_over(each, comparison.passed_over)]
        with excused(self._excuse(comparison)):
            refuse_rest(settled(left, (arrived,), goal.states, self.sides.reload))

    def _excuse(self, comparison: Comparison) -> str | None:
        """Why a plan may fail its proof and be no defect, with a way out; None where there is no such reason."""
        if comparison.one_sided:
            names = ", ".join(f"{what} {name}" for what, name in comparison.one_sided)
            missing = f"One side only has what pgnorm does not model, and the plan may need it: {names}."
            return f"{missing} Write that into a migration by hand first."
        if self.options.schemas or self.options.exclude_schemas:
            return (
                "What was selected needs a change outside of it, or is needed there as it was: select that schema too."
            )
        return None

    def _ask_pg_dump(self, found: Comparison) -> None:
        """Let pg_dump compare what the plan makes of the old side with the new side, in databases of their own."""
        with self.sides.opened(self.new, scratch=True) as side:
            goal = self._dumped(side.loaded, side.catalog)
        with self.sides.opened(self.old, scratch=True) as side:
            assert side.loaded is not None
            arrived = self._dumped(side.loaded, arrive_with_rows(side.loaded.session, found.plan)[0])
        forgiven = {(item.tag, item.schema) for item in map(goal[1].objects.get, found.passed_over) if item is not None}
        for name in found.staying:
            forgiven |= {(name.name, "-"), (f"{name.kind.upper()} {ident(name.name)}", "-")}  # itself, its comment
        forgiven |= found.unplanned.tags
        for _ in range(ROUNDS):
            left = [f"- {entry}" for entry in (arrived[0] - goal[0]) if self._judged(entry, forgiven)]
            left += [f"+ {entry}" for entry in (goal[0] - arrived[0]) if self._judged(entry, forgiven)]
            if not left:
                return
            goal, arrived = self._dumped_again(goal[1]), self._dumped_again(arrived[1])
        raise PgnormError("pg_dump sees a difference that the plan leaves\n" + "\n".join(left), hint=REPORT)

    def _dumped(self, loaded: Loaded | None, catalog: Catalog) -> tuple[Counter[DumpEntry], Catalog]:
        assert loaded is not None
        session = loaded.session
        return entries(dumped(session.connection, self.workspace.pg_dump, user=session.power.administrator)), catalog

    def _dumped_again(self, catalog: Catalog) -> tuple[Counter[DumpEntry], Catalog]:
        with self.sides.reopened(catalog) as loaded:
            return self._dumped(loaded, loaded.catalog)

    def _judged(self, entry: DumpEntry, forgiven: set[tuple[str, str]]) -> bool:
        owns = entry.schema == "-" or self._ownership().owns_schema(entry.schema)
        return owns and (entry.tag, entry.schema) not in forgiven

    def _ownership(self) -> Ownership:
        return self.workspace.ownership

    def _views(self, old: Catalog, new: Catalog) -> tuple[Catalog, Catalog]:
        """What of two catalogs is compared: the project's own, in the schemas asked for."""
        mine = owned(old, self._ownership(), beside=new), owned(new, self._ownership(), beside=old)
        views = spared(*mine, self.workspace.platform, declared=isinstance(self.new, Files))
        selection = self._selection(old, new)
        if selection is EVERYTHING:
            return views
        return selected(views[0], selection), selected(views[1], selection)

    def _selection(self, *catalogs: Catalog) -> Selection:
        return select(catalogs, self.options.schemas, self.options.exclude_schemas)
