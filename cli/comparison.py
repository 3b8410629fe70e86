"""Output of `pgnorm diff` for a comparison: the SQL, and the document for a program."""

import json
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.quoting import remark

from .differing import differing
from .hazards import effects_json
from .left_alone import left_alone_json
from .remarks import remarked
from .roles import roles_json
from .rows import calls_text, data_json, updates_text

if TYPE_CHECKING:
    from pgnorm.catalog.model import Object
    from pgnorm.normalizer.compare.difference import Difference
    from pgnorm.normalizer.comparison import Comparison
    from pgnorm.normalizer.consumers import Consumer
    from pgnorm.normalizer.plan.assessing import Assessed
    from pgnorm.normalizer.plan.plan import Step

JSON_VERSION: Final = 2


def scripts(comparison: "Comparison", *, bare: bool) -> tuple[str, ...]:
    """The SQL of each transaction, the first one headed by a note where the plan is unproved; `bare` leaves out what is
    said of the hazards."""
    plan = comparison.plan if bare else remarked(comparison)
    first, *others = plan.scripts() or ("",)
    if comparison.unproved:
        first = f"{remark(f'Unproved: {comparison.unproved}')}\n\n{first}"
    *before, last = first, *others
    calls = "\n".join(filter(None, (calls_text(comparison.calls), updates_text(comparison))))
    if calls and plan.alone[-1:] == (True,):
        return (*before, last, calls)
    # Only calls follow a plan that has nothing else.
    return (*before, "\n".join(filter(None, (last, calls))))


def as_json(
    comparison: "Comparison", old: str, new: str, files: tuple[str, ...], consumers: "tuple[Consumer, ...]" = ()
) -> str:
    """The comparison as one JSON document."""
    statements = iter(comparison.assessed)
    changes = [
        _change(comparison, step, number, [*islice(statements, len(step.statements))])
        for number, steps in enumerate(comparison.plan.transactions, start=1)
        for step in steps
    ]
    phantoms = [{**_named(phantom.difference), "difference": phantom.found.word} for phantom in comparison.phantoms]
    document = {
        "version": JSON_VERSION,
        "from": old,
        "to": new,
        "changes": changes,
        "differences": [
            {**_named(found), "differing": differing(found)}
            for found in comparison.plan.differences
            if found.old is not None and found.new is not None
        ],
        "roles": roles_json(comparison.plan.roles),
        "phantoms": phantoms,
        "renames": [each.said for each in comparison.renamed.renamings],
        "suggested_renames": [
            {"rename": each.option, "hint": each.hint, "reasons": each.reasons} for each in comparison.proposals
        ],
        "kept": [_identity(item) for item in comparison.kept],
        "not_restored": [_identity(item) for item in comparison.not_restored],
        "hazards": sorted(hazard.value for hazard in comparison.hazards),
        "allowed": sorted(hazard.value for hazard in comparison.hazards - comparison.unexpected),
        "access": [
            {
                "role": change.role,
                "object": change.what,
                "gained": [permission.privilege for permission in change.gained],
                "lost": [permission.privilege for permission in change.lost],
                "said": str(change),
            }
            for change in comparison.access
        ],
        **left_alone_json(comparison.ignored),
        "unproved": comparison.unproved,
        "broken_bodies": [
            {"routine": mention.routine, "line": mention.line, "what": mention.what} for mention in comparison.mentions
        ],
        "consumers": [{"what": each.what, "place": each.place} for each in consumers],
        "not_modelled": [
            {"what": what, "name": name, "one_sided": (what, name) in comparison.one_sided}
            for what, name in comparison.unmodelled
        ],
        **data_json(comparison),
        "files": files,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _named(difference: "Difference") -> dict[str, str]:
    return _identity(difference.item)


def _identity(item: "Object") -> dict[str, str]:
    name = item.id
    return {"kind": name.kind, "schema": name.schema, "name": name.name, "detail": name.detail}


def _change(
    comparison: "Comparison", step: "Step", transaction: int, assessed: "Sequence[Assessed]"
) -> dict[str, object]:
    name = step.id
    hazards = {hazard.value for each in assessed for hazard in each.hazards}
    return {
        "action": step.verb.value,
        "kind": name.kind,
        "schema": name.schema,
        "name": name.name,
        "detail": name.detail,
        "sql": [statement.sql for statement in step.statements],
        "destructive": step.destructive,
        "may_fail_on_rows": step.refusable,
        "fills_rows": step.filling,
        "hazards": sorted(hazards),
        "allowed": sorted(hazards - {hazard.value for each in assessed for hazard in comparison.unexpected_of(each)}),
        "effects": effects_json([effect for each in assessed for effect in each.effects]),
        "transaction": transaction,
    }
