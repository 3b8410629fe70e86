"""Hazards of a plan in the messages of `pgnorm diff`, and what --fail-on makes of them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final

from pgnorm.normalizer.hazards.effects import Hazard

from .output import Console, plural

if TYPE_CHECKING:
    from pgnorm.catalog.model import ObjectId
    from pgnorm.normalizer.comparison import Comparison, Consumer
    from pgnorm.normalizer.plan.assessing import Assessed

WORDS: Final = tuple(Hazard)
MEASURED: Final = frozenset({Hazard.REWRITES_TABLE, Hazard.SCANS_TABLE, Hazard.BLOCKS_WRITES, Hazard.BLOCKS_READS})
"""Hazards that only a plan that was tried can be known to have."""
ALLOWED: Final = " (allowed)"
_PLACES: Final = 5
"""Files of a line that are named without -v."""
_WAITING: Final = {
    frozenset({Hazard.BLOCKS_READS, Hazard.BLOCKS_WRITES}): "readers and writers wait",
    frozenset({Hazard.BLOCKS_WRITES}): "writers wait",
}


def tell_hazards(console: Console, comparison: "Comparison", *, access_only: bool) -> None:
    """Say what takes long on big tables and who waits for it, unless `access_only` is on, and who may do what
    afterwards."""
    found = (line for each in comparison.assessed for line in _long(comparison, each))
    lines = [] if access_only else [*dict.fromkeys(found)]
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
    if Hazard.BREAKS_CALLERS in wanted and comparison.consumers is None:
        console.say(
            f"--fail-on {Hazard.BREAKS_CALLERS}: outside of a project no code but bodies in the database is looked at"
        )
    found = sorted((wanted & comparison.unexpected) - unmeasured)
    with console.fitting():
        for hazard in found:
            console.warn(f"--fail-on {hazard}: the plan has this hazard")
            for line in _having(console, comparison, hazard):
                console.warn(f"  {line}")
    return bool(found or unmeasured)


def _having(console: Console, comparison: "Comparison", hazard: Hazard) -> Iterator[str]:
    """A line for each that has a hazard which no hint allows."""
    if hazard is Hazard.CHANGES_ACCESS:
        yield from (change.label for change in comparison.plan.roles.changes if change.changes_access)
    if hazard is Hazard.BREAKS_CALLERS:
        yield from map(str, comparison.unexpected_mentions)
        for what, _, places in naming(console, comparison.unexpected_consumers):
            yield f"{places} may name {what}"
    for each in comparison.assessed:
        labels = {part.id: part.label for part in each.step.parts}
        names = [name for name, share in comparison.unexpected_shares(each) if hazard in share]
        yield from dict.fromkeys(labels.get(name, each.step.label) for name in names)


def naming(console: Console, found: "Iterable[Consumer]") -> "Iterator[tuple[str, ObjectId, str]]":
    """Each thing that other code may name, what hints about it speak of, and the places: `src/a.ts:2,7`."""
    for (what, about), some in groupby(found, key=lambda each: (each.what, each.about)):
        files: dict[str, list[str]] = {}
        for each in some:
            file, _, line = each.place.rpartition(":")
            files.setdefault(file, []).append(line)
        places = [f"{file}:{','.join(numbers)}" for file, numbers in files.items()]
        shown = places if console.verbose else places[:_PLACES]
        more = f" and {plural(len(places) - len(shown), 'more file')}" if len(places) > len(shown) else ""
        yield what, about, f"{', '.join(shown)}{more}"
