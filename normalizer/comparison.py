"""Options of a comparison, and what it finds."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from pgnorm.catalog.model import Catalog, Object, ObjectId, Value, untold

from .access.changes import AccessChange
from .compare.allowing import Allowing
from .compare.ignoring import Ignoring, Reason
from .compare.phantoms import Phantom
from .compare.satellites import Uncompared
from .compare.versions import Update
from .hazards.effects import Effect, Hazard
from .load.data_statements import DataStatement
from .plan.keeping import Keeping
from .plan.plan import Plan
from .plan.unplanned import Unplanned
from .renaming.proposing import Proposal
from .renaming.resolving import Resolved
from .sql.hints import Hint

if TYPE_CHECKING:
    from .compare.mentions import Mention
    from .plan.assessing import Assessed

ProofBy = Literal["catalog", "pg_dump"]
ONLINE: Final = (("lock_timeout", "4s"),)
"""Settings of an online plan where nothing else is said."""


class Options(Value):
    """Options of a comparison: what is compared, and how far the plan is trusted."""

    schemas: tuple[str, ...] = ()
    exclude_schemas: tuple[str, ...] = ()
    renames: tuple[str, ...] = ()
    """Renames asked for, `public.contacts.status=stage`."""
    ignoring: Ignoring = Ignoring()
    """Rules for what is left alone."""
    uncompared: Uncompared = Uncompared()
    """Satellites that make no difference."""
    hints: tuple[Hint, ...] = ()
    """Hints of the schema files on what to leave alone and which hazards to allow."""
    backwards: bool = False
    """True if the plan is to lead from the new side to the old one, renames turned round."""
    roles: bool = True
    """True if roles are compared, as far as no part of the schemas or objects is selected."""
    drop_roles: bool = False
    """True if roles that only the old side's files make are dropped."""
    keeping: Keeping = Keeping()
    """Drops that the plan is not to have."""
    cosmetic: bool = False
    """True if bodies that differ in formatting only are differences."""
    online: tuple[tuple[str, str], ...] | None = None
    """Settings (lock_timeout, …) of a plan that lets others go on; None for a plan in as few transactions as it can."""
    proof: ProofBy | None = "catalog"
    """Who judges whether the plan arrives: our reading of the catalogs, or pg_dump as well; None for nobody."""
    calls: bool = False
    """True if what the files of the new side call, and those of the old side do not, follows the plan."""
    versions: bool = False
    """True if versions are compared that no dump says: those of extensions."""
    pared: bool = False
    """True if nobody looks at what two databases have alike: then as little of it is made as a plan needs."""
    seed: Path | None = None
    """SQL that fills the tables of the old side before the plan is tried."""

    @property
    def partial(self) -> bool:
        """True if not all that the project owns is compared."""
        return bool(self.schemas or self.exclude_schemas or self.ignoring or self.uncompared)

    @property
    def may_pare(self) -> bool:
        """True if what both sides have alike has no say: no pattern names it, nor is a free name looked for."""
        return self.pared and not (self.partial or self.renames or self.keeping or self.online is not None)


class Call(Value):
    """A statement of schema files that calls functions, or writes rows of what is not the project's."""

    place: str
    sql: str = untold()
    does: tuple[DataStatement, ...]


class Consumer(Value):
    """A line of other code that may name something which goes, or gets another name."""

    what: str
    """`column public.contacts.status`."""
    place: str
    """`file:line`."""
    about: ObjectId
    """The object that hints speak of: the one that goes, or the one that has the other name."""


class Comparison(Value):
    """Differences of two sources, with the plan that leads from the old one to the new one."""

    plan: Plan
    views: tuple[Catalog, Catalog] = untold()
    """The parts of either side that were compared."""
    effects: Mapping[str, tuple[Effect, ...]] | None = None
    """Effects of each statement of the plan on tables in the proof, by its text; None where nobody tried it."""
    assessed: "tuple[Assessed, ...]" = ()
    """Each statement of the plan with what is known of it."""
    allowing: Allowing = Allowing()
    """Hazards that hints allow."""
    access: tuple[AccessChange, ...] = ()
    """Changes of access: what the roles of the API may do afterwards and could not before, or the reverse."""
    moved: Catalog | None = untold(default=None)
    """The old side of `views` as the renames leave it; None without any."""
    partial: bool = False
    """True if not all that the project owns was compared."""
    judge: ProofBy | None = None
    """Who was asked whether the plan arrives; None for nobody."""
    phantoms: tuple[Phantom, ...]
    unplanned: Unplanned
    staying: tuple[ObjectId, ...]
    """Objects that only the old side has and the platform makes by itself: they are not dropped."""
    mentions: "tuple[Mention, ...]" = ()
    """Mentions, in bodies that stay, of what the plan drops."""
    consumers: tuple[Consumer, ...] | None = None
    """Lines of the project's other code that may name what the plan drops or renames; None where nobody looked."""
    unproved: str | None
    """Why the plan could not be tried, None where it was or where there is none."""
    unmodelled: tuple[tuple[str, str], ...]
    """Catalog entries that no kind reads, on either side: (what, name)."""
    one_sided: tuple[tuple[str, str], ...]
    """Unmodelled entries that only one side has: a difference that no plan here ends."""
    only_old: frozenset[tuple[str, str]] = frozenset()
    """Unmodelled entries that only the old side has."""
    kept: tuple[Object, ...] = ()
    """Objects that stay as they are, since the plan is not to drop or lose anything."""
    not_restored: tuple[Object, ...] = ()
    """Tables and columns that a way back makes, without what they held."""
    renamed: Resolved = Resolved()
    """Renames that somebody asked for: the plan begins with them."""
    accepted: tuple[str, ...] = ()
    """The ones of them that the two sides suggested, as options ask for them."""
    proposals: tuple[Proposal, ...] = ()
    """Possible renames, each a drop and a creation as long as nobody says that it is one."""
    ignored: Mapping[Reason, Mapping[str, int]] = MappingProxyType({})
    """Counts of the objects left alone, by reason and kind, their parts apart."""
    unknown_roles: tuple[str, ...] = ()
    """Roles whose access the settings ask for, and that neither side has."""
    roles_left_out: frozenset[str] = frozenset()
    """Roles that differ and are left out, since a part of the schemas or objects was selected."""
    unmatched: tuple[str, ...] = ()
    """Patterns of schemas that name none, where others do."""
    idle: tuple[str, ...] = ()
    """Patterns of objects to leave alone or to take alone that name none."""
    uncarried: tuple[DataStatement, ...] = ()
    """Data statements of the files of the new side, and not of those of the old one."""
    calls: tuple[Call, ...] = ()
    """The ones of them that follow the plan. Nothing proves what they do."""
    updates: tuple[Update, ...] = ()
    """Objects of other versions, where these are compared. Their statements follow the plan, and nobody tries them: a
    shadow has its own versions."""
    stranger: str | None = None
    """The role that a database was read as and that files are compared for, where it owns nothing there."""

    @property
    def writes(self) -> bool:
        """True if there is anything to write into a migration."""
        return bool(self.plan or self.calls or self.updates)

    @property
    def hazards(self) -> "frozenset[Hazard]":
        """The hazards of the whole plan."""
        found = {hazard for each in self.assessed for hazard in each.hazards}
        of_roles = any(each.changes_access for each in self.plan.roles.changes)
        found |= {Hazard.CHANGES_ACCESS} if self.access or of_roles else set()
        return frozenset(found | ({Hazard.BREAKS_CALLERS} if self.mentions or self.consumers else set()))

    @property
    def unexpected(self) -> "frozenset[Hazard]":
        """The hazards that no hint allows where they are."""
        found = {hazard for each in self.assessed for hazard in self.unexpected_of(each)}
        of_roles = any(each.changes_access for each in self.plan.roles.changes)
        if of_roles or any(Hazard.CHANGES_ACCESS not in self.allowing.on_called(each.what) for each in self.access):
            found.add(Hazard.CHANGES_ACCESS)
        callers = self.unexpected_mentions or self.unexpected_consumers
        return frozenset(found | ({Hazard.BREAKS_CALLERS} if callers else set()))

    @property
    def unexpected_mentions(self) -> "tuple[Mention, ...]":
        """The bodies that break where no hint allows it."""
        word = Hazard.BREAKS_CALLERS
        return tuple(each for each in self.mentions if word not in self.allowing.on_called(each.routine))

    @property
    def unexpected_consumers(self) -> tuple[Consumer, ...]:
        """The lines of other code that may break where no hint allows it."""
        word = Hazard.BREAKS_CALLERS
        return tuple(each for each in self.consumers or () if word not in self.allowing.on(each.about))

    def unexpected_of(self, assessed: "Assessed") -> "frozenset[Hazard]":
        """The hazards of a statement that no hint allows there."""
        return frozenset().union(*(hazards for _, hazards in self.unexpected_shares(assessed)))

    def unexpected_shares(self, assessed: "Assessed") -> "Iterator[tuple[ObjectId, frozenset[Hazard]]]":
        """The same by the objects that the actions of the statement are about."""
        step = assessed.step.id
        for name, hazards in assessed.shares:
            yield name or step, hazards - self.allowing.on(step) - self.allowing.on(name or step)

    @property
    def passed_over(self) -> frozenset[ObjectId]:
        """Objects that the plan leaves different on purpose."""
        return frozenset(phantom.difference.item.id for phantom in self.phantoms)
