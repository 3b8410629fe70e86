"""From two catalogs to a plan. No kind is named here: what differs between kinds is theirs to say."""

from pgnorm.catalog.model import Catalog, ObjectId
from pgnorm.catalog.progress import stage

from ..compare.difference import Difference, differences
from .casts import knowing_casts, read_anew
from .combining import combined
from .deciding import decide
from .plan import EMPTY, Plan
from .renames import Renames
from .respelling import respelled
from .steps import Planning
from .unselected import refuse_outside


def diff(
    old: Catalog,
    new: Catalog,
    found: tuple[Difference, ...] | None = None,
    *,
    around: Catalog | None = None,
    last: frozenset[ObjectId] = frozenset(),
    major: int | None = None,
) -> Plan:
    """The plan that leads from `old` to `new`.

    `found` is given to carry out some of the differences only, `around` where `old` is a part of the catalog in which
    the plan will run: the default privileges of all of it decide what new objects are granted. `last` names what must
    come behind all others that are evaluated on rows. Statements are for the version `major`, that of `new` if none is
    given: another one may stand in for it.
    Raises PgnormError where no order of the statements can work, where the rest of `around` would suffer, and where a
    statement needs a secret that `new` does not know.
    """
    found = differences(old, new) if found is None else found
    if not found:
        return EMPTY
    with stage("Planning"):
        old, found = knowing_casts(*respelled(old, found), new)
        found = tuple(map(read_anew, found))
        renames = Renames.found(old, new, found, around or old)
        left = renames.left(new, found)
        old, around = renames.applied(old), renames.applied(around or old)
        decided = decide(old, new, left, major or new.major)
        refuse_outside(old, new, around, decided)
        plan = Planning(old, new, decided, left, around, last).plan()
        return renames.ahead_of(combined(plan, (old, new, around)))
