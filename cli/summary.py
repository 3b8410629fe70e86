"""Summary of a comparison, as `pgnorm diff` tells it to a person."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.model import OnRows
from pgnorm.normalizer.hazards.effects import Hazard

from .hazards import ALLOWED, allowed, naming, tell_hazards
from .left_alone import tell_left_alone
from .output import Console, plural
from .roles import role_lines, tell_roles
from .rows import tell_data, tell_updates

if TYPE_CHECKING:
    from pgnorm.catalog.model import Object, ObjectId, Statement
    from pgnorm.normalizer.comparison import Comparison
    from pgnorm.normalizer.plan.plan import Step
    from pgnorm.normalizer.plan.unplanned import Unplanned

NO_CHANGES: Final = "No schema changes found"
_OWN: Final = {
    True: "Only inherited, where the new side has them as the table's own too, which is left so:",
    False: "The table's own besides being inherited, where the new side only inherits them, which is left so:",
}
NOT_NULL_SAID: Final = "not_null_said"
_NOT_NULL_OF: Final = "NOT NULL of "
_COPIED: Final = "Made anew, and what the old one holds is copied:"
_TIED: Final = "Detached and attached again (rows stay where they are):"
_AGAIN: Final = "Dropped and recreated (cannot be altered in place):"
_HAZARDS: Final = {OnRows.LOSES: Hazard.LOSES_DATA, OnRows.MAY_FAIL: Hazard.MAY_FAIL_ON_ROWS}
_COLORS: Final = {"+": "green", "~": "yellow", "-": "red"}


def summarize(console: Console, comparison: "Comparison", *, in_parts: bool = False) -> None:
    """Say what changes, which drops to check, and what could not be proved; with `in_parts` not what takes long, which
    each part says of itself."""
    if not comparison.plan:
        console.say(f"{NO_CHANGES} in what is modelled" if comparison.one_sided else NO_CHANGES)
    else:
        _list_changes(console, comparison)
        tell_hazards(console, comparison, access_only=in_parts)
    for name in sorted(comparison.staying):
        console.detail(f"{name.kind} {name.name} stays, though the new side lacks it: the platform makes it by itself")
    tell_left_alone(console, comparison.ignored)
    _tell_kept(console, comparison)
    _tell_unplanned(console, comparison.unplanned)
    tell_data(console, comparison)
    tell_updates(console, comparison)
    tell_roles(console, comparison)
    if comparison.stranger is not None:
        console.warn(
            f"What files make belongs to the role that reads the database, {comparison.stranger}, "
            "and that one owns nothing of what is compared: so the owners differ",
            hint="Connect as the role that is to own it, or say in the files whose each object is (ALTER … OWNER TO).",
        )
    if comparison.unproved:
        console.warn(f"The plan is unproved: {comparison.unproved}")


def _tell_kept(console: Console, comparison: "Comparison") -> None:
    """Say what stays since the plan is not to drop or lose anything."""
    names = {item.id for item in comparison.kept}
    staying = [f"  {_called(item)}" for item in comparison.kept if item.parent not in names]
    title = "These stay as they are, as --no-drops, --safe-only or --allow-drop say:"
    for line in (title, *staying) if staying else ():
        console.say(line)


def _tell_unplanned(console: Console, rest: "Unplanned") -> None:
    """Say what is left different since no statement changes it."""
    for table in rest.columns:
        console.detail(f"{table.label}: the order of its columns differs, which is no change")
    for table, ties in rest.parents:
        wanted = ", ".join(f"{tie.ties[1].schema}.{tie.ties[1].name}" for tie in ties if tie.ties is not None)
        console.say(f"{table.label} does not inherit in the order of the new side ({wanted}), which is left so:")
        console.say("  to inherit anew would make columns its own that are only inherited.")
    for own, said in _OWN.items():
        found = [(item, attribute) for _, item, attribute in rest.own if getattr(item, attribute) is own]
        if found:
            console.say(said)
        for item, attribute in found:
            console.say(f"  {_NOT_NULL_OF if attribute == NOT_NULL_SAID else ''}{item.kind} {item.label}")

    if rest.outlived:
        from pgnorm.normalizer.compare.describing import outlived_casts

        console.say("On the new side these call functions that no cast has any more, which no statement makes so:")
        for item in rest.outlived:
            console.say(f"  {item.kind} {item.label}: {outlived_casts(item)}")


def tell_phantoms(console: Console, comparison: "Comparison", way_out: str | None) -> None:
    """Say which bodies differ in formatting only, and the command that ends that."""
    if not comparison.phantoms:
        return
    verb = "differs" if len(comparison.phantoms) == 1 else "differ"
    bodies = plural(len(comparison.phantoms), "function body")
    console.say(f"{bodies} {verb} in formatting only and {'is' if verb == 'differs' else 'are'} left out:")
    for phantom in comparison.phantoms:
        item = phantom.difference.item
        console.say(f"  {item.kind} {item.label}: {phantom.found.word}")
    if not way_out:
        return
    if any(phantom.found.word == "comments" for phantom in comparison.phantoms):
        console.say("To have a migration take the new comments into databases: diff --cosmetic")
        console.say(f"To put the old comments back into the files: {way_out} --take comments")
    else:
        console.say(f"To end this: {way_out} (or diff --cosmetic)")


def tell_consumers(console: Console, comparison: "Comparison") -> None:
    """Say which lines of other code may name what is dropped or renamed."""
    lines = [
        f"  {what}: {places}{allowed(comparison, about, Hazard.BREAKS_CALLERS)}"
        for what, about, places in naming(console, comparison.consumers or ())
    ]
    _warn(console, "These lines of the project may name what is dropped or renamed:", lines)


def _list_changes(console: Console, comparison: "Comparison") -> None:
    from pgnorm.normalizer.compare.describing import describe, sign
    from pgnorm.normalizer.hazards.reasons import loss, refusal
    from pgnorm.normalizer.review.changes import outermost, with_parts

    plan = comparison.plan
    shown, parts = outermost(comparison.plan)
    changes = role_lines(plan.roles)
    counts = Counter([*map(sign, shown), *(mark for mark, _ in changes)])
    console.say(f"{counts['+']} to add, {counts['~']} to change, {counts['-']} to drop:")
    for mark, line in changes:
        if mark != "-":
            console.say(line, fg=_COLORS[mark])
    lost = [line for mark, line in changes if mark == "-"]
    for difference in shown:
        item = difference.item
        line = f"  {describe(difference)}{with_parts(parts.get(item.id, []))}"
        if difference.new is None and item.id not in plan.kept:
            line += allowed(comparison, item.id, Hazard.LOSES_DATA)
            lost.append(line + (f", whose rows stay in {_named(item.ties[0])}" if item.ties else ""))
            continue
        if difference.new is None:
            line += f", whose rows go into {_named(plan.kept[item.id])}"
        console.say(line, fg=_COLORS[sign(difference)])
    _tell_made_again(console, comparison)
    dropped = {difference.item.id for difference in shown if difference.new is None}
    losing = [step for step in plan.steps if step.destructive and step.id not in dropped]
    lost += _reasoned(comparison, (step for step in losing if step.id not in plan.kept), OnRows.LOSES, loss)
    lost += [f"  {_called(step.item)}: what it holds is copied with losses" for step in losing if step.id in plan.kept]
    _warn(console, "Please check that these are intended:", lost)
    unrestored = [f"  {_called(item)}" for item in comparison.not_restored]
    _warn(console, "These are made again, but what they held does not come back:", unrestored)
    mentioned = [
        f"  {mention}{ALLOWED * (Hazard.BREAKS_CALLERS in comparison.allowing.on_called(mention.routine))}"
        for mention in comparison.mentions
    ]
    _warn(console, "These bodies name what is dropped or renamed, and would fail when they run:", mentioned)
    filling = _lines(step for step in plan.steps if step.filling)
    _warn(console, "Rows without a value get the default:", filling)
    refusable = _reasoned(comparison, (step for step in plan.steps if step.refusable), OnRows.MAY_FAIL, refusal)
    _warn(console, "Existing rows can make these fail:", refusable)


def _lines(steps: "Iterable[Step]") -> list[str]:
    """A line for each that they do, however often."""
    lines = (f"  {step.label}{', which sets off ' * bool(step.fires)}{', '.join(step.fires)}" for step in steps)
    return [*dict.fromkeys(lines)]


def _reasoned(
    comparison: "Comparison", steps: "Iterable[Step]", effect: OnRows, why: "Callable[[Statement], str]"
) -> list[str]:
    """Lines for steps, each with the reasons for which its statements have this effect on rows."""
    lines = []
    for step in steps:
        reasons = dict.fromkeys(why(each) for each in step.statements if effect in each.on_rows)
        lines.append(f"  {step.label}: {', '.join(reasons)}{allowed(comparison, step.id, _HAZARDS[effect])}")
    return lines


def _called(item: "Object") -> str:
    return f"{item.kind} {item.label}"


def _warn(console: Console, title: str, lines: list[str]) -> None:
    for line in (title, *lines) if lines else ():
        console.warn(line)


def _tell_made_again(console: Console, comparison: "Comparison") -> None:
    """Say what is on both sides and yet leaves meanwhile, and what of it keeps what it holds."""
    plan = comparison.plan
    added = {difference.item.id for difference in plan.differences if difference.old is None}
    made = {step.id: step.item for step in plan.steps if step.verb == "create" and step.id not in added}
    again: dict[str, list[Object]] = {}
    for item in made.values():
        again.setdefault(_COPIED if item.id in plan.kept else _TIED if item.ties else _AGAIN, []).append(item)
    for title in (_COPIED, _TIED, _AGAIN):
        for line in (title, *(f"  {_called(item)}" for item in again[title])) if title in again else ():
            console.say(line)


def _named(name: "ObjectId") -> str:
    return f"{name.schema}.{name.name}"
