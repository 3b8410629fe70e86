"""The text of an object before and after, as a table in which the changed words are marked."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from pgnorm.catalog.counting import plural

from .html import Html, element, line, text
from .marking import Beside, Pieces, side_by_side

_AROUND: Final = 3
"""Lines that stay to be seen before and after a change."""
_WORTH_FOLDING: Final = 4


def beside(label: str, before: str | None, after: str | None) -> Html:
    """Both texts side by side, or the one there is."""
    if before is not None and after is not None:
        bodies = _bodies([*side_by_side(before, after)])
        return _framed(f"Text of {label}, before and after", ("Before", "After"), *bodies)
    word, head, said = ("added", "After", after) if before is None else ("dropped", "Before", before)
    lines = (said or "").removesuffix("\n").split("\n")
    rows = (
        element("tr", _number(number), element("td", text(each)), class_=word)
        for number, each in enumerate(lines, start=1)
    )
    return _framed(f"Text of {label}, {word}", (head,), element("tbody", *rows))


def _framed(caption: str, heads: Sequence[str], *bodies: Html) -> Html:
    head = element("tr", *(part for word in heads for part in (_number(0), element("th", word, scope="col"))))
    said = element("caption", line(caption), class_="unseen")
    kind = "one" if len(heads) == 1 else "two"
    return element("table", said, element("thead", head), *bodies, class_=f"text {kind}")


def _bodies(rows: Sequence[Beside]) -> Iterator[Html]:
    """The rows in groups, of which those far from any change can be folded."""
    changed = [place for place, row in enumerate(rows) if not row.same]
    near = {place + by for place in changed for by in range(-_AROUND, _AROUND + 1)}
    for far, some in groupby(range(len(rows)), key=lambda place: place not in near):
        group = [_row(rows[place]) for place in some]
        if far and len(group) >= _WORTH_FOLDING:
            yield element("tbody", *group, class_="fold", data_lines=plural(len(group), "line"))
        else:
            yield element("tbody", *group)


def _row(row: Beside) -> Html:
    before = element("td", _pieces(row.before, "del"), class_="before")
    after = element("td", _pieces(row.after, "ins"), class_="after")
    kind = "same" if row.same else "added" if row.before is None else "dropped" if row.after is None else "changed"
    return element("tr", _number(row.number_before), before, _number(row.number_after), after, class_=kind)


def _pieces(pieces: Pieces | None, mark: str) -> Html:
    parts = (element(mark, text(said)) if differs else text(said) for said, differs in pieces or ())
    return Html("".join(parts))


def _number(number: int) -> Html:
    return element("td", class_="n", data_n=number or None)
