"""Hazards of a plan in the messages of `pgnorm diff`, and what --fail-on makes of them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from pgnorm.normalizer.hazards.effects import Hazard

from .output import Console

if TYPE_CHECKING:
    from pgnorm.catalog.model import ObjectId
    from pgnorm.normalizer.comparison import Comparison
    from pgnorm.normalizer.plan.assessing import Assessed

WORDS: Final = tuple(Hazard)
MEASURED: Final = frozenset({Hazard.REWRITES_TABLE, Hazard.SCANS_TABLE, Hazard.BLOCKS_WRITES, Hazard.BLOCKS_READS})
"""Hazards that only a plan that was tried can be known to have."""
ALLOWED: Final = " (allowed)"
_WAITING: Final = {
    frozenset({Hazard.BLOCKS_READS, Hazard.BLOCKS_WRITES}): "readers and writers wait",
    frozenset({Hazard.BLOCKS_WRITES}): "writers wait",
}


def tell_hazards(console: Console, comparison: "Comparison") -> None:
    """Say what takes long on big tables and who waits for it, and who may do what afterwards."""
    lines = [*dict.fromkeys(line for each in comparison.assessed for line in _long(comparison, each))]
    for line in ("These take as long as a table is big:", *lines) if lines else ():
        console.say(line)
    access = [
        f"  {change}{ALLOWED * (Hazard.CHANGES_ACCESS in comparison.allowing.on_called(change.what))}"
        for change in comparison.access
    ]
    for line in ("Changes in access:", *access) if access else ():
        console.warn(line)


def allowed(comparison: "Comparison", name: "ObjectId", hazard: Hazard) -> str:
    """Mark behind the line of an object of which a hint allows the hazard."""
    return ALLOWED * (hazard in comparison.allowing.on(name))


def _long(comparison: "Comparison", assessed: "Assessed") -> Iterator[str]:
    unexpected = comparison.unexpected_of(assessed)
    for effect in assessed.effects:
        if effect.rewrites or effect.scans:
            waiting = _WAITING.get(effect.hazards - {Hazard.REWRITES_TABLE, Hazard.SCANS_TABLE})
            does = "rewrites all rows of" if effect.rewrites else "reads all rows of"
            mark = ALLOWED * unexpected.isdisjoint(effect.hazards)
            yield f"  {assessed.step.label} {does} {effect.relation}{f'; {waiting}' if waiting else ''}{mark}"


def refused(console: Console, comparison: "Comparison", words: Sequence[str]) -> bool:
    """Say which of these hazards the plan has and no hint allows; true if it has any."""
    wanted = {Hazard(word) for word in words}
    unmeasured = wanted & MEASURED if comparison.effects is None and comparison.plan else frozenset[Hazard]()
    for hazard in sorted(unmeasured):
        console.warn(f"--fail-on {hazard}: the plan was not tried, so nobody knows whether it has this hazard")
    found = sorted((wanted & comparison.unexpected) - unmeasured)
    for hazard in found:
        console.warn(f"--fail-on {hazard}: the plan has this hazard")
        for change in comparison.plan.roles.changes if hazard is Hazard.CHANGES_ACCESS else ():
            if change.changes_access:
                console.warn(f"  {change.label}")
        for line in comparison.unexpected_callers if hazard is Hazard.BREAKS_CALLERS else ():
            console.warn(f"  {line}")
        for each in comparison.assessed:
            if hazard in comparison.unexpected_of(each):
                labels = {part.id: part.label for part in each.step.parts}
                names = [name for name, share in comparison.unexpected_shares(each) if hazard in share]
                for label in dict.fromkeys(labels.get(name, each.step.label) for name in names):
                    console.warn(f"  {label}")
    return bool(found or unmeasured)
