"""What is compared, and what a comparison finds."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from pgnorm.catalog.model import Catalog, ObjectId, Value, untold

from .access.changes import AccessChange
from .compare.ignoring import Ignoring
from .compare.phantoms import Phantom
from .hazards.effects import Effect, Hazard
from .load.data_statements import DataStatement
from .plan.plan import Plan
from .plan.unplanned import Unplanned
from .renaming.proposing import Proposal
from .renaming.resolving import Resolved

if TYPE_CHECKING:
    from .compare.mentions import Mention
    from .plan.assessing import Assessed

ProofBy = Literal["catalog", "pg_dump"]


class Options(Value):
    """What is compared, and how far the plan is trusted."""

    schemas: tuple[str, ...] = ()
    exclude_schemas: tuple[str, ...] = ()
    renames: tuple[str, ...] = ()
    """What is renamed, `public.contacts.status=stage`."""
    ignoring: Ignoring = Ignoring()
    """What is left alone."""
    cosmetic: bool = False
    """True if bodies that differ in looks only are differences."""
    proof: ProofBy | None = "catalog"
    """Who judges whether the plan arrives: our reading of the catalogs, or pg_dump as well; None for nobody."""
    seed: Path | None = None
    """SQL that fills the tables of the old side before the plan is tried."""


class Comparison(Value):
    """What two sources differ in."""

    plan: Plan
    views: tuple[Catalog, Catalog] = untold()
    """What of either side was compared."""
    effects: Mapping[str, tuple[Effect, ...]] | None = None
    """What each statement of the plan did to tables in the proof, by its text; None where nobody tried it."""
    access: tuple[AccessChange, ...] = ()
    """What the roles of the API may do afterwards and could not before, or the reverse."""
    judge: ProofBy | None = None
    """Who was asked whether the plan arrives; None for nobody."""
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
    renamed: Resolved = Resolved()
    """What is renamed since somebody asked for it: the plan begins with that."""
    proposals: tuple[Proposal, ...] = ()
    """What may be a rename, and is a drop and a creation as long as nobody says so."""
    ignored: Mapping[str, int] = MappingProxyType({})
    """How many objects of each kind were left alone, their parts apart."""
    unmatched: tuple[str, ...] = ()
    """Patterns of schemas that name none, where others do."""
    uncarried: tuple[DataStatement, ...] = ()
    """What the files of the new side, and not those of the old one, do to rows or call."""
    stranger: str | None = None
    """The role that a database was read as and that files are compared for, where it owns nothing there."""

    @property
    def assessed(self) -> "tuple[Assessed, ...]":
        """Each statement of the plan with what is known of it."""
        from .plan.assessing import assessed

        return tuple(assessed(self.plan, self.views[0], self.effects))

    @property
    def hazards(self) -> "frozenset[Hazard]":
        """The hazards of the whole plan."""
        found = {hazard for each in self.assessed for hazard in each.hazards}
        found |= {Hazard.CHANGES_ACCESS} if self.access else set()
        return frozenset(found | ({Hazard.BREAKS_CALLERS} if self.mentions else set()))

    @property
    def passed_over(self) -> frozenset[ObjectId]:
        """What the plan leaves different on purpose."""
        return frozenset(phantom.difference.item.id for phantom in self.phantoms)
