"""Two sources compared: the differences, the plan that ends them, and its proof."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Literal

from attrs import evolve, frozen

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, ObjectId

from .cosmetic import Difference as Cosmetic
from .cosmetic import classify
from .diff import diff
from .difference import Difference, differences
from .dump import render
from .filling import Loaded
from .knowledge import as_little_known
from .owners import stranger
from .ownership import Ownership, owned
from .pg_dump import DumpEntry, dumped, entries
from .plan import Plan
from .proof import REPORT, apply, prove
from .selection import EVERYTHING, select, selected
from .sources import Files, Source
from .workspace import Workspace

ProofBy = Literal["catalog", "pg_dump"]


@frozen(kw_only=True)
class Options:
    """What is compared, and how far the plan is trusted."""

    schemas: tuple[str, ...] = ()
    exclude_schemas: tuple[str, ...] = ()
    cosmetic: bool = False
    """Whether bodies that differ in looks only are differences."""
    proof: ProofBy | None = "catalog"
    """Who judges whether the plan arrives: our reading of the catalogs, or pg_dump as well; None for nobody."""


@frozen(kw_only=True)
class Phantom:
    """A routine whose body differs in looks only."""

    difference: Difference
    found: Cosmetic


@frozen(kw_only=True)
class Comparison:
    """What two sources differ in."""

    plan: Plan
    phantoms: tuple[Phantom, ...]
    reordered: tuple[str, ...]
    """What differs in the order of its columns alone, which is no difference."""
    unproved: str | None
    """Why the plan could not be tried, None where it was or where there is none."""
    unmodelled: tuple[tuple[str, str], ...]
    """What no kind reads, on either side: (what, name)."""
    one_sided: tuple[tuple[str, str], ...]
    """What of that only one side has: a difference that no plan here ends."""
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
    return _Comparing(workspace, options).compare(old, new)


@frozen(kw_only=True)
class _Side:
    """One source as it is compared: `loaded` where it is in the shadow, else `untried` says why it is not."""

    catalog: Catalog
    loaded: Loaded | None
    untried: str | None = None
    role: str | None = None
    """Who read it, where it is a database or a snapshot."""


class _Comparing:
    def __init__(self, workspace: Workspace, options: Options) -> None:
        self.workspace = workspace
        self.options = options
        self.read: dict[Source, Catalog] = {}

    def compare(self, old: Source, new: Source) -> Comparison:
        live = [source for source in (old, new) if not isinstance(source, Files)]
        # Databases and snapshots first: they say as which role, and for which major version, files are loaded.
        for source in live:
            self.read[source] = self.workspace.read(source)
        self._ownership()  # reads the baseline while the shadow is still empty
        with self._opened(new, live=bool(live)) as side:
            goal = side
        with ExitStack() as stack:
            start = stack.enter_context(self._opened(old, live=bool(live)))
            found = self._planned(start, goal)
            # Differences for which no statement is known are not to pass for none.
            if found.plan.differences and found.unproved is None:
                # Within one transaction an enum's new label can be used early where the enum is as new as itself.
                if any(step.needs_commit for step in found.plan.steps):
                    stack.close()  # the roles that an open transaction has made keep others waiting
                    start = stack.enter_context(self._opened(old, live=bool(live), scratch=True))
                self._prove(start, goal, found)
                if self.options.proof == "pg_dump":
                    stack.close()
                    self._ask_pg_dump(old, new, found, live=bool(live))
            return found

    def _planned(self, start: _Side, goal: _Side) -> Comparison:
        select([start.catalog, goal.catalog], self._ownership().schemas, ())  # refuses a pattern that names nothing
        before, after = self._view(start.catalog, goal.catalog), self._view(goal.catalog, start.catalog)
        found = differences(before, after)
        phantoms = () if self.options.cosmetic else tuple(_phantoms(found))
        passed_over = {phantom.difference.item.id for phantom in phantoms}
        planned = tuple(each for each in found if each.item.id not in passed_over)
        plan = diff(before, after, planned, around=start.catalog)
        untried = (start.untried or goal.untried) if self.options.proof else "--no-proof"
        return Comparison(
            plan=plan,
            phantoms=phantoms,
            reordered=tuple(_reordered(before, after)),
            unproved=untried if plan.differences else None,
            unmodelled=tuple(sorted({*before.unmodelled, *after.unmodelled})),
            one_sided=tuple(sorted({*before.unmodelled} ^ {*after.unmodelled})),
            stranger=stranger(((start.role, before), (goal.role, after)), planned),
        )

    def _prove(self, start: _Side, goal: _Side, comparison: Comparison) -> None:
        def sides(catalog: Catalog) -> tuple[Catalog, Catalog]:
            arrived = as_little_known(catalog, start.catalog)
            return self._view(arrived, goal.catalog), self._view(goal.catalog, arrived)

        def forgiven(found: Difference) -> bool:
            return found.item.id in comparison.passed_over

        assert start.loaded is not None
        try:
            prove(start.loaded.session, comparison.plan, sides, forgiven)
        except PgnormError as error:
            hint = self._excuse(comparison)
            if hint is None:
                raise
            raise PgnormError(error.message, place=error.place, hint=hint) from error

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

    def _ask_pg_dump(self, source: Source, goal: Source, found: Comparison, *, live: bool) -> None:
        """Let pg_dump compare what the plan makes of the old side with the new side, in databases of their own."""
        program = self.workspace.pg_dump
        with self._opened(goal, live=live, scratch=True) as side:
            assert side.loaded is not None
            wanted = side.catalog
            goal_dump = entries(dumped(side.loaded.session.connection, program))
        with self._opened(source, live=live, scratch=True) as side:
            assert side.loaded is not None
            apply(side.loaded.session, found.plan)
            arrived = entries(dumped(side.loaded.session.connection, program))
        forgiven = {(item.tag, item.schema) for item in map(wanted.objects.get, found.passed_over) if item is not None}
        left = [f"- {entry}" for entry in (arrived - goal_dump) if self._judged(entry, forgiven)]
        left += [f"+ {entry}" for entry in (goal_dump - arrived) if self._judged(entry, forgiven)]
        if left:
            raise PgnormError("pg_dump sees a difference that the plan leaves\n" + "\n".join(left), hint=REPORT)

    def _judged(self, entry: DumpEntry, forgiven: set[tuple[str, str]]) -> bool:
        owns = entry.schema == "-" or self._ownership().owns_schema(entry.schema)
        return owns and (entry.tag, entry.schema) not in forgiven

    @contextmanager
    def _opened(self, source: Source, *, live: bool, scratch: bool = False) -> Iterator[_Side]:
        """A source in the shadow. Where a database or a snapshot takes part, both sides come through a dump."""
        if isinstance(source, Files) and not live:
            with self.workspace.loaded(source, scratch=scratch) as loaded:
                yield _Side(catalog=loaded.catalog, loaded=loaded)
            return
        if isinstance(source, Files) and source not in self.read:
            with self.workspace.loaded(source) as loaded:
                self.read[source] = loaded.catalog
        catalog = self.read[source]
        with ExitStack() as stack:
            try:
                side = self._reloaded(stack, catalog, scratch=scratch)
            except PgnormError as error:
                side = _Side(catalog=catalog, loaded=None, untried=error.message.splitlines()[0])
            yield side if isinstance(source, Files) else evolve(side, role=catalog.role)

    def _reloaded(self, stack: ExitStack, catalog: Catalog, *, scratch: bool) -> _Side:
        mine = owned(catalog, self._ownership())
        grants = {name: item for name, item in catalog.objects.items() if item.default_grants}
        text = render(
            evolve(mine, objects={**mine.objects, **grants}), EVERYTHING, reloaded_by=self.workspace.shadow.major
        )
        loaded = stack.enter_context(self.workspace.reloaded(text, title="dump of the source", scratch=scratch))
        return _Side(catalog=as_little_known(loaded.catalog, catalog), loaded=loaded)

    def _ownership(self) -> Ownership:
        return self.workspace.ownership

    def _view(self, catalog: Catalog, beside: Catalog) -> Catalog:
        """What of a catalog is compared: the project's own, in the schemas asked for."""
        mine = owned(catalog, self._ownership(), beside=beside)
        if not self.options.schemas and not self.options.exclude_schemas:
            return mine
        return selected(mine, select([catalog, beside], self.options.schemas, self.options.exclude_schemas))


def _phantoms(found: tuple[Difference, ...]) -> Iterator[Phantom]:
    """The differences that are nothing but the looks of a body."""
    for difference in found:
        old, new = difference.old, difference.new
        if old is None or new is None or not old.code or difference.changed != {old.code}:
            continue
        worth = classify(new.code_language, str(getattr(old, old.code)), str(getattr(new, new.code)))
        if worth.cosmetic:
            yield Phantom(difference=difference, found=worth)


def _reordered(old: Catalog, new: Catalog) -> Iterator[str]:
    for name, parts in new.parts.items():
        before = [part.id for part in old.parts.get(name, ()) if part.embedded]
        after = [part.id for part in parts if part.embedded]
        if before != after and sorted(before) == sorted(after):
            yield new.objects[name].label
