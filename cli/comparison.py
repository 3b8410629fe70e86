"""What `pgnorm diff` says of a comparison: the SQL, the summary for a person, the document for a program."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.quoting import remark

from .output import Console, plural
from .rows import by_target, tell_rows

if TYPE_CHECKING:
    from pgnorm.catalog.model import Object, ObjectId
    from pgnorm.normalizer.comparing import Comparison
    from pgnorm.normalizer.difference import Difference
    from pgnorm.normalizer.plan import Step
    from pgnorm.normalizer.unplanned import Unplanned

NO_CHANGES: Final = "No schema changes found"
JSON_VERSION: Final = 2
_OWN: Final = {
    True: "Only inherited, where the new side has them as the table's own too, which is left so:",
    False: "The table's own besides being inherited, where the new side only inherits them, which is left so:",
}
NOT_NULL_SAID: Final = "not_null_said"
_NOT_NULL_OF: Final = "NOT NULL of "
_COLORS: Final = {"+": "green", "~": "yellow", "-": "red"}


def scripts(comparison: "Comparison") -> tuple[str, ...]:
    """The SQL of each transaction, the first one headed by a note where the plan is unproved."""
    first, *others = comparison.plan.scripts() or ("",)
    if comparison.unproved:
        first = f"{remark(f'Unproved: {comparison.unproved}')}\n\n{first}"
    return (first, *others)


def summarize(console: Console, comparison: "Comparison") -> None:
    """Say what changes, which drops to check, and what could not be proved."""
    if not comparison.plan:
        console.say(f"{NO_CHANGES} in what is modelled" if comparison.one_sided else NO_CHANGES)
    else:
        _list_changes(console, comparison)
    for name in comparison.staying:
        console.say(f"{name.kind} {name.name} stays, though the new side lacks it: the platform makes it by itself")
    _tell_unplanned(console, comparison.unplanned)
    _tell_uncarried(console, comparison)
    for role in comparison.plan.roles.absent:
        console.warn(f"The old side has no role {role}, which the files name and do not make: make it there first")
    if comparison.stranger is not None:
        console.warn(
            f"What files make belongs to the role that reads the database, {comparison.stranger}, "
            "and that one owns nothing of what is compared: so the owners differ",
            hint="Connect as the role that is to own it, or say in the files whose each object is (ALTER … OWNER TO).",
        )
    if comparison.unproved:
        console.warn(f"The plan is unproved: {comparison.unproved}")


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


def _tell_uncarried(console: Console, comparison: "Comparison") -> None:
    """Say which statements of the files no migration gets."""
    title = "Not part of a diff, which is about definitions (write what matters into a migration by hand):"
    tell_rows(console, title, comparison.uncarried)


def tell_phantoms(console: Console, comparison: "Comparison", way_out: str | None) -> None:
    """Say which bodies differ in looks only, and the command that ends that."""
    if not comparison.phantoms:
        return
    verb = "differs" if len(comparison.phantoms) == 1 else "differ"
    bodies = plural(len(comparison.phantoms), "function body")
    console.say(f"{bodies} {verb} in looks only and {'is' if verb == 'differs' else 'are'} left out:")
    for phantom in comparison.phantoms:
        item = phantom.difference.item
        console.say(f"  {item.kind} {item.label}: {phantom.found.word}")
    if way_out:
        comments = any(phantom.found.word == "comments" for phantom in comparison.phantoms)
        console.say(f"To end this: {way_out}{' --take comments' if comments else ''} (or diff --cosmetic)")


def as_json(comparison: "Comparison", old: str, new: str, files: tuple[str, ...]) -> str:
    """The comparison as one JSON document."""
    changes = [
        _change(step, number) for number, steps in enumerate(comparison.plan.transactions, start=1) for step in steps
    ]
    phantoms = [{**_named(phantom.difference), "difference": phantom.found.word} for phantom in comparison.phantoms]
    document = {
        "version": JSON_VERSION,
        "from": old,
        "to": new,
        "changes": changes,
        "roles": [role.name for role in comparison.plan.roles.roles],
        "phantoms": phantoms,
        "unproved": comparison.unproved,
        "broken_bodies": [
            {"routine": mention.routine, "line": mention.line, "what": mention.what} for mention in comparison.mentions
        ],
        "not_modelled": [
            {"what": what, "name": name, "one_sided": (what, name) in comparison.one_sided}
            for what, name in comparison.unmodelled
        ],
        "not_carried": [
            {"what": "call" if call else "rows", "name": target, "places": places}
            for (call, target), places in by_target(comparison.uncarried).items()
        ],
        "files": files,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _list_changes(console: Console, comparison: "Comparison") -> None:
    from pgnorm.normalizer.describing import describe, sign

    shown, parts = _outermost(comparison)
    counts = Counter([*map(sign, shown), *("+" for _ in comparison.plan.roles.roles)])
    console.say(f"{counts['+']} to add, {counts['~']} to change, {counts['-']} to drop:")
    for role in comparison.plan.roles.roles:
        password = ": its password, if it has one, is not written" if role.logs_in else ""
        console.say(f"  + role {role.name}{password}", fg=_COLORS["+"])
    for difference in shown:
        console.say(
            f"  {describe(difference)}{_with_parts(parts.get(difference.item.id, []))}", fg=_COLORS[sign(difference)]
        )
    added = {difference.item.id for difference in comparison.plan.differences if difference.old is None}
    made = {step.id: step.item for step in comparison.plan.steps if step.verb.value == "create"}
    again = [item for name, item in made.items() if name not in added]
    if again:
        console.say("Dropped and recreated (cannot be altered in place):")
        for item in again:
            console.say(f"  {item.kind} {item.label}")
    lost = [describe(difference) for difference in shown if difference.new is None]
    dropped = {difference.item.id for difference in shown if difference.new is None}
    lost += [f"{step.verb.value} {step.item.kind} {step.item.label}" for step in _destructive(comparison, dropped)]
    if lost:
        console.warn("Please check that these are expected:")
        for line in lost:
            console.warn(f"  {line}")
    if comparison.mentions:
        console.warn("These bodies name what is dropped, and would fail when they run:")
        for mention in comparison.mentions:
            console.warn(f"  {mention}")
    filling = [step for step in comparison.plan.steps if step.filling]
    if filling:
        console.warn("Rows without a value get the default:")
        for step in filling:
            console.warn(f"  {step.verb.value} {step.item.kind} {step.item.label}")
    refusable = [step for step in comparison.plan.steps if step.refusable]
    if refusable:
        console.warn("These fail if existing rows violate them:")
        for step in refusable:
            console.warn(f"  {step.verb.value} {step.item.kind} {step.item.label}")


def _destructive(comparison: "Comparison", told: "set[ObjectId]") -> "Iterator[Step]":
    for step in comparison.plan.steps:
        if step.destructive and step.id not in told:
            yield step


def _outermost(comparison: "Comparison") -> "tuple[list[Difference], dict[ObjectId, list[Object]]]":
    """The differences without the parts of what is made or dropped as a whole, and of each whole those parts that its
    own statement does not make or drop."""
    shown: list[Difference] = []
    parts: dict[ObjectId, list[Object]] = {}
    found = comparison.plan.differences
    added = {each.item.id: each.item for each in found if each.old is None}
    dropped = {each.item.id: each.item for each in found if each.new is None}
    stated = {step.id for step in comparison.plan.steps}
    for each in found:
        beside = added if each.old is None else dropped if each.new is None else {}
        whole = each.item
        while whole.parent in beside:
            whole = beside[whole.parent]
        if whole is each.item:
            if each.changed or not each.item.derived:
                shown.append(each)
        elif each.item.id in stated or each.item.dropped_apart:
            parts.setdefault(whole.id, []).append(each.item)
    return shown, parts


def _with_parts(parts: "list[Object]") -> str:
    ties = "".join(f", {part.kind} of {_ancestor(part)}" for part in parts if part.ties is not None)
    counts = Counter(part.kind for part in parts if part.ties is None)
    return ties + (f", with {', '.join(plural(count, kind) for kind, count in counts.items())}" if counts else "")


def _ancestor(tie: "Object") -> str:
    assert tie.ties is not None
    return f"{tie.ties[1].schema}.{tie.ties[1].name}"


def _named(difference: "Difference") -> dict[str, str]:
    name = difference.item.id
    return {"kind": name.kind, "schema": name.schema, "name": name.name, "detail": name.detail}


def _change(step: "Step", transaction: int) -> dict[str, object]:
    from pgnorm.normalizer.statements import split

    name = step.id
    return {
        "action": step.verb.value,
        "kind": name.kind,
        "schema": name.schema,
        "name": name.name,
        "detail": name.detail,
        "sql": [f"{statement.text};" for statement in split(step.sql)],
        "destructive": step.destructive,
        "may_fail_on_rows": step.refusable,
        "fills_rows": step.filling,
        "transaction": transaction,
    }
