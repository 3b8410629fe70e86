"""The document of a comparison: what `pgnorm diff --json` prints, and reviews say."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from ..plan.roles import statements
from .data import calls_said, not_carried, updates_said
from .differing import differing
from .form import Change, ConsumerSaid, Document, EffectSaid, Identity, RoleSaid

if TYPE_CHECKING:
    from pgnorm.catalog.model import Object

    from ..compare.ignoring import Reason
    from ..comparison import Comparison, Consumer
    from ..hazards.effects import Effect
    from ..plan.assessing import Assessed
    from ..plan.plan import Step
    from ..plan.roles import RoleChanges

DOCUMENT_VERSION: Final = 2


def document(comparison: "Comparison", old: str, new: str, files: Sequence[str]) -> Document:
    """The document of a comparison of these sources, for which these migrations were written."""
    assessed = iter(comparison.assessed)
    ignored, because = _left_alone(comparison.ignored)
    return {
        "version": DOCUMENT_VERSION,
        "from": old,
        "to": new,
        "changes": [
            _change(comparison, step, number, [*islice(assessed, len(step.statements))])
            for number, steps in enumerate(comparison.plan.transactions, start=1)
            for step in steps
        ],
        "differences": [
            {**_identity(found.item), "differing": differing(found)}
            for found in comparison.plan.differences
            if found.old is not None and found.new is not None
        ],
        "roles": _roles(comparison.plan.roles),
        "phantoms": [
            {**_identity(phantom.difference.item), "difference": phantom.found.word} for phantom in comparison.phantoms
        ],
        "renames": [each.said for each in comparison.renamed.renamings],
        "suggested_renames": [
            {"rename": each.option, "hint": each.hint, "reasons": each.reasons} for each in comparison.proposals
        ],
        "kept": [_identity(item) for item in comparison.kept],
        "not_restored": [_identity(item) for item in comparison.not_restored],
        "hazards": sorted(comparison.hazards),
        "allowed": sorted(comparison.hazards - comparison.unexpected),
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
        "ignored": ignored,
        "ignored_because": because,
        "unproved": comparison.unproved,
        "broken_bodies": [
            {"routine": mention.routine, "line": mention.line, "what": mention.what, "place": mention.place}
            for mention in comparison.mentions
        ],
        "consumers": _consumers(comparison.consumers),
        "not_modelled": [
            {"what": what, "name": name, "one_sided": (what, name) in comparison.one_sided}
            for what, name in comparison.unmodelled
        ],
        "not_carried": not_carried(comparison),
        "updates": updates_said(comparison),
        "calls": calls_said(comparison),
        "files": files,
    }


def _consumers(found: "Sequence[Consumer] | None") -> list[ConsumerSaid] | None:
    return None if found is None else [{"what": each.what, "place": each.place} for each in found]


def _identity(item: "Object") -> Identity:
    name = item.id
    return {"kind": name.kind, "schema": name.schema, "name": name.name, "detail": name.detail}


def _change(comparison: "Comparison", step: "Step", transaction: int, assessed: "Sequence[Assessed]") -> Change:
    hazards = {hazard for each in assessed for hazard in each.hazards}
    return {
        "action": step.verb,
        **_identity(step.item),
        "said": step.label,
        "sql": [statement.sql for statement in step.statements],
        "destructive": step.destructive,
        "may_fail_on_rows": step.refusable,
        "fills_rows": step.filling,
        "hazards": sorted(hazards),
        "reasons": [*dict.fromkeys(words for each in assessed for words in each.words)],
        "allowed": sorted(hazards - {hazard for each in assessed for hazard in comparison.unexpected_of(each)}),
        "effects": [_effect(effect) for each in assessed for effect in each.effects],
        "transaction": transaction,
    }


def _effect(effect: "Effect") -> EffectSaid:
    return {
        "relation": effect.relation,
        "lock": effect.lock.said if effect.lock is not None else None,
        "rewrites": effect.rewrites,
        "scans": effect.scans,
        "measured": effect.measured,
    }


def _roles(roles: "RoleChanges") -> list[RoleSaid]:
    """The changes in their order."""
    found: list[RoleSaid] = []
    for each in roles.changes:
        sql = [text.rstrip() for text in statements((each,))]
        if each.member:
            found.append({"action": each.verb, "role": each.role, "member": each.member, "sql": sql})
        else:
            found.append({"action": each.verb, "role": each.role, "sql": sql})
    return found


def _left_alone(ignored: "Mapping[Reason, Mapping[str, int]]") -> tuple[Mapping[str, int], dict[str, dict[str, int]]]:
    """The counts of all by kind, and by reason."""
    whole: Counter[str] = Counter()
    for counts in ignored.values():
        whole.update(counts)
    return whole, {reason.value: dict(counts) for reason, counts in ignored.items()}
