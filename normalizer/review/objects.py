"""Objects of which something changes, each with all that belongs to it: what changes in words, and its canonical text
before and after."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.model import Object, ObjectId, Value, untold
from pgnorm.catalog.secrets import masked_sql

from ..compare.describing import describe, sign
from ..compare.difference import outermost_known
from ..dump.passages import passages
from .changes import outermost, with_parts
from .earlier import earlier_names
from .limits import CHARACTERS, OBJECTS, TEXT

if TYPE_CHECKING:
    from ..comparison import Comparison

ADDED: Final = "+"
CHANGED: Final = "~"
DROPPED: Final = "-"
AS_IT_IS: Final = " "
"""The sign of what is compared with nothing."""


class Touched(Value):
    """An object that belongs to no other, of which something changes."""

    id: ObjectId
    kind: str
    label: str
    sign: str
    """As a whole: added, dropped or changed."""
    lines: tuple[tuple[ObjectId, str, str], ...]
    """For each change what it is about, its sign and its words: `~`, `column public.contacts.stage: type`."""
    before: str | None = untold(default=None)
    """Its text on the old side, by the name that it has there; None where that lacks it, and where no text is shown."""
    after: str | None = untold(default=None)
    left_out: bool = False
    """True if its texts are not shown, since there are too many, or it is too long."""


def touched(comparison: "Comparison") -> tuple[Touched, ...]:
    """The objects, in the order of the new side, then those that only the old one has."""
    old, new = comparison.moved or comparison.views[0], comparison.views[1]
    shown, parts = outermost(comparison.plan)
    lines: dict[ObjectId, list[tuple[ObjectId, str, str]]] = {}
    wholes: dict[ObjectId, Object] = {}
    for each in shown:
        side = new if each.new is not None else old
        whole = outermost_known(side, each.item.id)
        wholes[whole] = side.objects[whole]
        mark = sign(each)
        words = describe(each).removeprefix(f"{mark} ") + with_parts(parts.get(each.item.id, []))
        lines.setdefault(whole, []).append((each.item.id, mark, words))
    earlier = earlier_names(comparison)
    first = [*lines][:OBJECTS]
    wanted = frozenset(earlier[name] for name in first if name in earlier)
    said_before = passages(comparison.views[0], wanted) if wanted else {}
    said_after = passages(new, frozenset(first)) if first else {}
    found = []
    room = CHARACTERS
    for whole, said in lines.items():
        before, after = _masked(said_before, earlier.get(whole)), _masked(said_after, whole)
        size = len(before or "") + len(after or "")
        left_out = size == 0 or size > min(TEXT, room)
        room -= 0 if left_out else size
        found.append(
            Touched(
                id=whole,
                kind=whole.kind,
                label=wholes[whole].label,
                sign=ADDED if whole not in old.objects else CHANGED if whole in new.objects else DROPPED,
                lines=tuple(said),
                before=None if left_out else before,
                after=None if left_out else after,
                left_out=left_out,
            )
        )
    return tuple(found)


def _masked(texts: Mapping[ObjectId, str], name: ObjectId | None) -> str | None:
    return masked_sql(texts[name]) if name is not None and name in texts else None
