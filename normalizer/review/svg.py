"""Diagrams as inline SVG: both sides in the same places, so that what moves the eye is what changes."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Final
from unicodedata import east_asian_width

from pgnorm.catalog.model import ObjectId

from .diagram import Diagram, Diagrams, Entity, Line, Reference
from .html import Html, drawn, element
from .layout import Placed, Point, placed
from .objects import ADDED, AS_IT_IS, CHANGED, DROPPED

_CHARACTER: Final = 7.3
_HEAD: Final = 30
_ROW: Final = 21
_PADDING: Final = 12
_MARGIN: Final = 14
_FITS: Final = 960
"""Width up to which a picture is shown as large as it is; a wider one shrinks as far."""
_LONGEST: Final = 30
_SIGN: Final = 16
_LOOP: Final = 24
"""Room right of a table that refers to itself, beyond the margin."""
_KEY: Final = 44
_CLASSES: Final = {ADDED: "added", CHANGED: "changed", DROPPED: "dropped", "": "same", AS_IT_IS: "same"}
_SIGNS: Final = {ADDED: "+", CHANGED: "~", DROPPED: "−", "": "", AS_IT_IS: ""}
SIGN_WORDS: Final = {ADDED: "added", CHANGED: "changed", DROPPED: "dropped", "": "unchanged", AS_IT_IS: ""}


def drawings(diagrams: Diagrams) -> tuple[Html, Html]:
    """The pictures of the old side and of the new one."""
    sides = (diagrams.before, diagrams.after)
    places = _places(*sides)
    before, after = (_drawing(side, word, *places) for side, word in zip(sides, _SIDES, strict=True))
    return before, after


def drawing(diagram: Diagram, targets: Mapping[ObjectId, str]) -> Html:
    """The picture of a diagram that compares nothing, whose tables lead to their pages."""
    return _drawing(diagram, "", *_places(diagram), targets)


_SIDES: Final = ("before", "after")


def _places(*sides: Diagram) -> tuple[Placed, Mapping[ObjectId, int], Mapping[ObjectId, tuple[float, float]]]:
    """The places of all tables, the numbers of these in them, and their sizes."""
    sizes: dict[ObjectId, tuple[float, float]] = {}
    for entity in (entity for side in sides for entity in side.entities):
        width, height = sizes.get(entity.id, (0.0, 0.0))
        wide, high = _size(entity)
        sizes[entity.id] = max(width, wide), max(height, high)
    number = {name: place for place, name in enumerate(sizes)}
    links = [(number[each.source], number[each.target]) for side in sides for each in side.references]
    return placed([*sizes.values()], links), number, sizes


def _drawing(
    side: Diagram,
    word: str,
    where: Placed,
    number: Mapping[ObjectId, int],
    sizes: Mapping[ObjectId, tuple[float, float]],
    targets: Mapping[ObjectId, str] = MappingProxyType({}),
) -> Html:
    loops = any(each.source == each.target for each in side.references)
    width, height = round(where.width) + 2 * _MARGIN + _LOOP * loops, round(where.height) + 2 * _MARGIN
    corners = {name: where.corners[place] for name, place in number.items()}
    boxes = {entity.id: entity for entity in side.entities}
    lines = [
        _reference(each, boxes, corners, sizes, where.ways.get((number[each.source], number[each.target]), ()))
        for each in side.references
    ]
    tables = [
        _linked(_entity(entity, corners[entity.id], sizes[entity.id][0]), targets.get(entity.id))
        for entity in side.entities
    ]
    name = f"diagram-{word or 'tables'}"
    title = element("title", drawn(f"Tables {word}".rstrip()), id=name)
    inside = element("g", *lines, *tables, transform=f"translate({_MARGIN} {_MARGIN})")
    return element(
        "svg",
        title,
        inside,
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        class_="big" if width > _FITS else None,
        role="group" if targets else "img",  # an image has nothing in it that could be followed
        aria_labelledby=name,
    )


def _linked(drawing: Html, target: str | None) -> Html:
    return drawing if target is None else element("a", drawing, href=target)


def _titled(said: str, sign: str, between: str = ": ") -> Html:
    """The words for a part of a picture, with those for its sign."""
    return element("title", drawn(f"{said}{between}{SIGN_WORDS[sign]}" if SIGN_WORDS[sign] else said))


def _size(entity: Entity) -> tuple[float, float]:
    head = _width(entity.label) + _SIGN
    rows = (_width(each.name) + 2 + _width(each.type) for each in entity.lines)
    wide = max(head, *(found + (_SIGN + _KEY) / _CHARACTER for found in rows), 12) if entity.lines else head
    high = _HEAD + _ROW * (len(entity.lines) + bool(entity.more)) + (8 if entity.lines or entity.more else 0)
    return round(wide * _CHARACTER + 2 * _PADDING), high


def _width(said: str) -> int:
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in _short(said))


def _short(said: str) -> str:
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"


def _entity(entity: Entity, corner: Point, width: float) -> Html:
    high = _size(entity)[1]
    parts = [
        _titled(entity.label, entity.sign),
        element("rect", class_="box", width=_n(width), height=_n(high), rx=8),
        element("path", class_="head", d=_head(width, alone=high == _HEAD)),
        _text(_PADDING, 20, _SIGNS[entity.sign], "sign"),
        _text(_PADDING + (_SIGN if _SIGNS[entity.sign] else 0), 20, _short(entity.label), "name"),
    ]
    for place, each in enumerate(entity.lines):
        parts.append(_row(each, _HEAD + 18 + place * _ROW, width))
    if entity.more:
        more = f"… {entity.more} more column{'s' * (entity.more > 1)}"
        parts.append(_text(_PADDING + _SIGN, _HEAD + 18 + len(entity.lines) * _ROW, more, "type"))
    kind = _CLASSES[entity.sign] if entity.touched else "near"
    return element("g", *parts, class_=f"entity {kind}", transform=f"translate({_n(corner[0])} {_n(corner[1])})")


def _row(each: Line, y: float, width: float) -> Html:
    return element(
        "g",
        _titled(f"{each.name} {each.type} {each.key}", each.sign),
        element("rect", class_="row", x=2, y=_n(y - 15), width=_n(width - 4), height=_ROW, rx=3),
        _text(_PADDING, y, _SIGNS[each.sign], "sign"),
        _text(_PADDING + _SIGN, y, _short(each.name), "column"),
        _text(width - _PADDING - _KEY, y, _short(each.type), "type", anchor="end"),
        _text(width - _PADDING, y, each.key, "key", anchor="end"),
        class_=_CLASSES[each.sign],
    )


def _head(width: float, *, alone: bool) -> str:
    """The outline of a box's head, round below where it is all of the box."""
    right, inner = _n(width), _n(width - 8)
    bottom, above = _HEAD, _HEAD - 8
    below = f"V{above}Q{right} {bottom} {inner} {bottom}H8Q0 {bottom} 0 {above}" if alone else f"V{bottom}H0"
    return f"M0 8Q0 0 8 0H{inner}Q{right} 0 {right} 8{below}Z"


def _text(x: float, y: float, said: str, kind: str, *, anchor: str | None = None) -> Html:
    return element("text", drawn(said), x=_n(x), y=_n(y), class_=kind, text_anchor=anchor) if said else Html()


def _reference(
    each: Reference,
    boxes: Mapping[ObjectId, Entity],
    corners: Mapping[ObjectId, Point],
    sizes: Mapping[ObjectId, tuple[float, float]],
    way: tuple[Point, ...],
) -> Html:
    """A line from the columns that refer, with a crow's foot, to the table that they refer to."""
    source, target = boxes[each.source], boxes[each.target]
    (left, top), (other_left, other_top) = corners[each.source], corners[each.target]
    start_y, end_y = top + _level(source, each.columns), other_top + _HEAD / 2
    if each.source == each.target:
        right = left + sizes[each.source][0]
        points = f"M{_n(right)} {_n(start_y)}c44 0 44 {_n(end_y - start_y)} 0 {_n(end_y - start_y)}"
        foot, direction = (right, start_y), 1
    else:
        direction = -1 if other_left < left else 1
        start = (left + (sizes[each.source][0] if direction > 0 else 0), start_y)
        end = (other_left + (0 if direction > 0 else sizes[each.target][0]), end_y)
        points, foot = _curve((start, *way, end)), start
    crow = f"M{_n(foot[0])} {_n(foot[1] - 5)}l{10 * direction} 5l{-10 * direction} 5"
    said = f"{each.name}: {source.label} refers to {target.label}"
    return element(
        "g",
        _titled(said, each.sign, ", "),
        element("path", d=points),
        element("path", d=crow),
        class_=f"reference {_CLASSES[each.sign]}",
    )


def _level(entity: Entity, columns: tuple[str, ...]) -> float:
    """The height in a table's box at which a line from these columns begins."""
    places = [place for place, each in enumerate(entity.lines) if each.name in columns]
    return _HEAD + 12 + places[0] * _ROW if places else _HEAD / 2


def _curve(points: tuple[Point, ...]) -> str:
    return f"M{_n(points[0][0])} {_n(points[0][1])}" + "".join(_bends(points))


def _bends(points: tuple[Point, ...]) -> Iterator[str]:
    for (x, y), (to_x, to_y) in pairwise(points):
        middle = _n((x + to_x) / 2)
        yield f"C{middle} {_n(y)} {middle} {_n(to_y)} {_n(to_x)} {_n(to_y)}"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
