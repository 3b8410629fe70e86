"""Hazards of a plan in the messages of `pgnorm diff`, and what --fail-on makes of them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from pgnorm.normalizer.hazards.effects import Hazard

from .output import Console

if TYPE_CHECKING:
    from pgnorm.normalizer.comparison import Comparison
    from pgnorm.normalizer.hazards.effects import Effect
    from pgnorm.normalizer.plan.assessing import Assessed

WORDS: Final = tuple(hazard.value for hazard in Hazard)
MEASURED: Final = frozenset({Hazard.REWRITES_TABLE, Hazard.SCANS_TABLE, Hazard.BLOCKS_WRITES, Hazard.BLOCKS_READS})
"""What only a plan that was tried can be known to have."""
_WAITING: Final = {
    frozenset({Hazard.BLOCKS_READS, Hazard.BLOCKS_WRITES}): "readers and writers wait",
    frozenset({Hazard.BLOCKS_WRITES}): "writers wait",
}


def tell_hazards(console: Console, comparison: "Comparison") -> None:
    """Say what takes long on big tables and who waits for it, and who may do what afterwards."""
    lines = [line for each in comparison.assessed for line in _long(each)]
    for line in ("These take as long as a table is big:", *lines) if lines else ():
        console.say(line)
    access = [f"  {change}" for change in comparison.access]
    for line in ("Changes in access:", *access) if access else ():
        console.warn(line)


def _long(assessed: "Assessed") -> Iterator[str]:
    for effect in assessed.effects:
        if effect.rewrites or effect.scans:
            waiting = _WAITING.get(effect.hazards - {Hazard.REWRITES_TABLE, Hazard.SCANS_TABLE})
            does = "rewrites all rows of" if effect.rewrites else "reads all rows of"
            yield f"  {assessed.step.label} {does} {effect.relation}{f'; {waiting}' if waiting else ''}"


def effects_json(effects: "Sequence[Effect]") -> list[dict[str, object]]:
    """The effects for a program."""
    return [
        {
            "relation": effect.relation,
            "lock": effect.lock.said if effect.lock is not None else None,
            "rewrites": effect.rewrites,
            "scans": effect.scans,
            "measured": effect.measured,
        }
        for effect in effects
    ]


def refused(console: Console, comparison: "Comparison", words: Sequence[str]) -> bool:
    """Say which of these hazards the plan has; true if it has any."""
    wanted = {Hazard(word) for word in words}
    unmeasured = wanted & MEASURED if comparison.effects is None and comparison.plan else frozenset[Hazard]()
    for hazard in sorted(unmeasured, key=lambda each: each.value):
        console.warn(f"--fail-on {hazard.value}: the plan was not tried, so nobody knows whether it has this hazard")
    found = sorted((wanted & comparison.hazards) - unmeasured, key=lambda hazard: hazard.value)
    for hazard in found:
        console.warn(f"--fail-on {hazard.value}: the plan has this hazard")
        for each in comparison.assessed:
            if hazard in each.hazards:
                console.warn(f"  {each.step.label}")
    return bool(found or unmeasured)
