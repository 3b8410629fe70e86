"""Basis of each way of comparing two sources: what of them counts, the plan, and what is said of both."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

from pgnorm.catalog.model import Catalog, ObjectId
from pgnorm.catalog.model.facets import Watches

from .compare.absent_owner import stranger
from .compare.called import refuse_idle
from .compare.counted import counted
from .compare.difference import COMMENT, Difference, differences
from .compare.ignoring import Reason
from .compare.like_named import with_other_calls
from .compare.ownership import only_by_platform, owned, spared
from .compare.phantoms import phantoms, without_code
from .compare.selection import EVERYTHING, Selection, select, selected
from .compare.settling import deparsed_changes
from .compare.understood import understood
from .compare.versions import updates
from .comparison import Call, Comparison, Options
from .load.data_statements import DataStatement, texts_of
from .load.file_roles import FileRoles, server_roles
from .online.filling import rewritten
from .online.rewriting import online
from .plan.keeping import grafted, refuse_in_the_way, refuse_loss
from .plan.namesakes import told_apart
from .plan.plan import Plan
from .plan.planner import diff
from .plan.roles import NO_ROLE_CHANGES, RoleChanges, role_changes
from .plan.unplanned import unplanned
from .plan.unselected import refuse_lacking
from .postgres.connections import OWNER
from .project.databases import Database
from .project.sources import Files, Source
from .proof.apply import Arrival
from .side import Side, to_tell
from .sides import Sides
from .workspace import Workspace


class Basis:
    """Two sources, and what is asked of them."""

    def __init__(self, workspace: Workspace, options: Options, sides: Sides, old: Source, new: Source) -> None:
        self.workspace = workspace
        self.options = options
        self.sides = sides
        self.old = old
        self.new = new
        self.ownership = sides.ownership
        self.diff: Final = partial(diff, major=sides.major)
        self._viewed: tuple[Catalog, Catalog, tuple[Catalog, Catalog]] | None = None

    def found(self, start: Side, goal: Side) -> tuple[Difference, ...]:
        """Differences of the two. Raises PgnormError for a pattern that names no schema."""
        select([start.catalog, goal.catalog], self.ownership.schemas, ())
        refuse_idle(self.options.hints, start.catalog, goal.catalog)
        views = self.views(start.catalog, goal.catalog)
        return with_other_calls(differences(*views), views, start.states[0], goal.states[0])

    def makes_a_plan(self, found: tuple[Difference, ...]) -> bool:
        """True if something differs that no reload makes equal, and in more than a body's looks."""
        in_looks = set() if self.options.cosmetic else {each.difference.item.id for each in phantoms(found)}
        sure = (each for each in found if each.changed - deparsed_changes(each) or None in (each.old, each.new))
        return any(each.item.id not in in_looks for each in sure)

    def planned(
        self,
        start: Side,
        goal: Side,
        found: tuple[Difference, ...],
        *,
        last: frozenset[ObjectId] = frozenset(),
        rewriting: frozenset[ObjectId] = frozenset(),
    ) -> Comparison:
        """The comparison with its plan, which nobody has tried. `last` and `rewriting` are what an earlier trial has
        found: what came too early, and new columns that rewrite their table."""
        before, after = self.views(start.catalog, goal.catalog)
        selection = self.selection(start.catalog, goal.catalog)
        left_out = {} if self.options.cosmetic else {each.difference.item.id: each for each in phantoms(found)}
        planned = tuple(filter(None, (without_code(each, left_out) for each in found)))
        refuse_lacking(planned, start.catalog, goal.catalog, selection.without)
        plan = self.diff(before, after, planned, around=start.catalog, last=last)
        kept, after, plan = self._keeping(start.catalog, before, after, planned, plan, last)
        found_roles = self._role_changes(start, goal)
        leaves_role = self.options.ignoring.leaves_role
        roles = found_roles.without(leaves_role)
        taken = self._takes_roles()
        plan = plan.evolve(roles=roles if taken else RoleChanges(absent=roles.absent))
        if self.options.online is not None:
            plan = online(plan, before, after, self.options.online, major=self.sides.major, rewriting=rewriting)
        watched = any(isinstance(item, Watches) for each in (before, after) for item in each.objects.values())
        plan = told_apart(plan, start.catalog, goal.catalog, watched=watched)
        untried = (start.untried or goal.untried) if self.options.proof else "--no-proof"
        return Comparison(
            views=(before, after),
            partial=self.options.partial,
            kept=tuple(before.objects[name] for name in before.objects if name in kept),
            judge=None if untried else self.options.proof,
            plan=plan,
            phantoms=tuple(left_out.values()),
            unplanned=unplanned(before, after),
            staying=tuple(only_by_platform(start.catalog, goal.catalog, self.workspace.platform)),
            unproved=untried if plan.wanted else None,
            unmodelled=tuple(sorted({*before.unmodelled, *after.unmodelled})),
            one_sided=tuple(sorted({*before.unmodelled} ^ {*after.unmodelled})),
            only_old=frozenset(before.unmodelled).difference(after.unmodelled),
            ignored=self._left_alone(start, goal, sum(map(leaves_role, found_roles.mentioned))),
            roles_left_out=roles.names if self.options.roles and not taken else frozenset(),
            unknown_roles=self._unknown_roles(start, goal),
            unmatched=selection.unmatched,
            idle=self.options.ignoring.unmatched(start.catalog, goal.catalog, roles=found_roles.mentioned),
            uncarried=(uncarried := to_tell(self.new, goal, start)),
            calls=self._calls(uncarried),
            updates=tuple(updates(before, after)) if self.options.versions else (),
            stranger=stranger(((start.role, before), (goal.role, after)), planned),
        )

    def _keeping(
        self,
        around: Catalog,
        old: Catalog,
        new: Catalog,
        planned: tuple[Difference, ...],
        plan: Plan,
        last: frozenset[ObjectId],
    ) -> tuple[frozenset[ObjectId], Catalog, Plan]:
        """The objects that stay for the plan to have no drop that the options forbid, the new side with them in it, and
        the plan that leads there."""
        keeping = self.options.keeping
        kept: frozenset[ObjectId] = frozenset()
        while more := keeping.kept(plan, old, new) - kept:
            kept |= more
            new = grafted(new, old, kept)
            planned = tuple(
                each for each in planned if each.item.id not in kept and (each.old or each.item.id in new.objects)
            )
            refuse_in_the_way(kept, planned, old)
            plan = self.diff(old, new, planned, around=around, last=last)
        if still := keeping.kept(plan, old, new):
            refuse_loss(old.objects[name] for name in still)
        return kept, new, plan

    def _calls(self, uncarried: Iterable[DataStatement]) -> tuple[Call, ...]:
        """The statements to write behind the plan: calls, and what writes rows of a schema that others own."""
        if not (self.options.calls and isinstance(self.new, Files)):
            return ()
        wanted: dict[str, list[DataStatement]] = {}
        for each in uncarried:
            schema, dot, _ = each.target.rpartition(".")
            if each.call or (dot and not self.ownership.owns_all_in(schema)):
                wanted.setdefault(each.place, []).append(each)
        texts = texts_of((each for some in wanted.values() for each in some), self.sides.texts(self.new).files)
        return tuple(Call(place=place, sql=f"{sql};", does=tuple(wanted[place])) for place, sql in texts.items())

    def _takes_roles(self) -> bool:
        """True if roles are compared: as for pg_dump, they are no part of a schema."""
        options = self.options
        return options.roles and not (options.schemas or options.exclude_schemas or options.ignoring.selects)

    def _role_changes(self, start: Side, goal: Side) -> RoleChanges:
        """The changes from the roles of the old side to those of the new one, among those that files of either make:
        what only a server has may be somebody else's."""
        drops = self.options.drop_roles
        if start.roles is not None and goal.roles is not None:
            return self._between(start.roles, goal.roles, drops=drops)
        files = goal.roles or start.roles
        if files is None or not (files.names or files.memberships):
            return NO_ROLE_CHANGES
        source, side = (self.old, start) if start.roles is None else (self.new, goal)
        if not isinstance(source, Database):
            self.workspace.telling("note", "a snapshot holds no roles, so those of files are not compared", source)
            return NO_ROLE_CHANGES
        cluster = self.sides.cluster(source)
        there = server_roles(cluster, files, side.role)
        if side is goal:
            return self._between(files, there, drops=drops)
        absent = files.assumed.difference(role.name for role in cluster.roles)
        return self._between(there, files, drops=False).evolve(absent=tuple(sorted(absent)))

    def _unknown_roles(self, start: Side, goal: Side) -> tuple[str, ...]:
        """The roles whose access the settings ask for and that neither side has, none where a side does not tell."""
        project = self.workspace.project
        asked = project.roles if project is not None else ()
        known: set[str] = set()
        for source, side in ((self.old, start), (self.new, goal)) if asked else ():
            if side.roles is not None:
                known.update(side.roles.names, (role.name for role in side.roles.given), [OWNER])
            elif isinstance(source, Database):
                known.update(role.name for role in self.sides.cluster(source).roles)
            else:
                return ()
        return tuple(name for name in asked if name not in known and not name.startswith("pg_"))

    def _between(self, old: FileRoles, new: FileRoles, *, drops: bool) -> RoleChanges:
        if COMMENT in self.options.uncompared.satellites:
            old, new = old.uncommented(), new.uncommented()
        return role_changes(old, new, drops=drops)

    def _left_alone(self, start: Side, goal: Side, roles: int) -> Mapping[Reason, Mapping[str, int]]:
        """Counts of what is left alone, by reason and kind."""
        declares = isinstance(self.new, Files) and self.new.kind != "migrations"
        declared = (start.states[0], goal.states[0]) if declares else None
        catalogs = (*start.states, *goal.states)
        return counted(self.options.ignoring, self.ownership, catalogs, roles=roles, declared=declared)

    def rewriting(self, plan: Plan, arrival: Arrival) -> frozenset[ObjectId]:
        """The columns whose creation has rewritten a table, where others are not to wait for that."""
        return rewritten(plan, arrival.effects) if self.options.online is not None else frozenset()

    def measured(self, comparison: Comparison, arrival: Arrival) -> Comparison:
        """The comparison with what its plan did in the proof."""
        ours = (each for each in arrival.access if not each.namespace or self.ownership.owns_all_in(each.namespace))
        return comparison.evolve(effects=arrival.effects, access=tuple(ours))

    def views(self, old: Catalog, new: Catalog) -> tuple[Catalog, Catalog]:
        """The project's own of two catalogs, in the schemas asked for, as the server that plans are for has it."""
        if self._viewed is None:
            # What a plan makes of a side is judged by what both sides are.
            self.ownership = self.sides.owning((self.old, self.new), old, new)
        if self._viewed is None or self._viewed[0] is not old or self._viewed[1] is not new:
            self._viewed = old, new, self._views(old, new)
        return self._viewed[2]

    def _views(self, old: Catalog, new: Catalog) -> tuple[Catalog, Catalog]:
        mine = owned(old, self.ownership, beside=new), owned(new, self.ownership, beside=old)
        views = spared(*mine, self.workspace.platform, declared=isinstance(self.new, Files))
        selection = self.selection(old, new)
        if selection is not EVERYTHING:
            views = selected(views[0], selection), selected(views[1], selection)
        views = self.options.uncompared.applied(*views, old)
        return understood(views[0], self.sides.major), understood(views[1], self.sides.major)

    def selection(self, *catalogs: Catalog) -> Selection:
        """The schemas asked for."""
        selection = select(catalogs, self.options.schemas, self.options.exclude_schemas)
        left_out = self.options.ignoring.left_out(*catalogs)
        return selection.evolve(without=frozenset(left_out)) if left_out else selection
