"""Objects on a page of a review: what changes of each in words, and its text before and after."""

from collections.abc import Iterator, Sequence
from typing import Final

from pgnorm.catalog.counting import plural
from pgnorm.catalog.model import ObjectId

from .beside import beside
from .differing import Place
from .frame import Section, cut, sign_of
from .html import Html, code, element, joined, line
from .limits import NAMES, OBJECTS, WHERE_ALL_IS
from .objects import Touched
from .review import Review

_OPEN_AT_MOST: Final = 40
"""Number of objects up to which their texts are open from the start."""
_SHORT: Final = 60


def objects_section(review: Review) -> Section | None:
    """The objects; None where none changes."""
    shown, rest = review.objects[:OBJECTS], review.objects[OBJECTS:]
    if not shown:
        return None
    values = {
        ObjectId(each["kind"], each["schema"], each["name"], each["detail"]): each["differing"]
        for each in review.document["differences"]
    }
    is_open = len(review.objects) <= _OPEN_AT_MOST
    articles = [
        _object(each, f"object-{number}", values, is_open=is_open) for number, each in enumerate(shown, start=1)
    ]
    if rest:
        names = (
            element("li", sign_of(each.sign), " ", line(f"{each.kind} {each.label}"), class_="item")
            for each in rest[:NAMES]
        )
        said = f"{plural(len(rest), 'more object')}, without texts: pgnorm dump prints those of either side."
        articles += [element("p", line(said), class_="notice"), element("ul", *names, class_="changes")]
        articles += cut(len(rest) - NAMES, "object", WHERE_ALL_IS)
    entries = tuple((f"object-{number}", each.sign, line(each.label)) for number, each in enumerate(shown, start=1))
    return Section(id="objects", title="Objects", count=len(review.objects), body=joined(articles), entries=entries)


def _object(each: Touched, address: str, values: dict[ObjectId, list[Place]], *, is_open: bool) -> Html:
    heading = element(
        "h3", sign_of(each.sign), " ", element("span", line(each.kind), class_="kind"), " ", code(each.label)
    )
    lines = [
        element("li", sign_of(sign), " ", line(said), *_values(values.get(name, ())))
        for name, sign, said in each.lines
        if len(each.lines) > 1 or sign == "~"
    ]
    parts = [heading, element("ul", *lines, class_="changes") if lines else ""]
    if each.left_out:
        parts.append(element("p", "Its text is not shown here: pgnorm dump prints it.", class_="notice"))
    else:
        shown = beside(f"{each.kind} {each.label}", each.before, each.after)
        parts.append(
            element(
                "details",
                element("summary", "Text", element("span", line(f" of {each.kind} {each.label}"), class_="unseen")),
                shown,
                open=is_open,
            )
        )
    return element("article", *parts, class_="item object", id=address)


def _values(places: Sequence[Place]) -> Iterator[Html]:
    """The values of attributes that are one word on either side: `integer → bigint`."""
    for place in places:
        before, after = (_value(place.get(end)) for end in ("from", "to"))
        way = place["in"]
        if isinstance(way, list) and len(way) == 1 and before and after:
            yield element(
                "span",
                " ",
                line(f"{str(way[0]).replace('_', ' ')}: "),
                element("del", line(before)),
                " → ",
                element("ins", line(after)),
                class_="values",
            )


def _value(said: object) -> str:
    if isinstance(said, bool):
        return "yes" if said else "no"
    word = str(said) if isinstance(said, str | int) else ""
    return word if len(word) <= _SHORT else ""
