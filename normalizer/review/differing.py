"""Differences inside the attributes of an object, for a program: where, and what either side says there."""

from typing import TYPE_CHECKING, Final, NotRequired, TypedDict

from pgnorm.catalog.snapshots.scalars import Json

if TYPE_CHECKING:
    from pgnorm.catalog.model import Object

    from ..compare.difference import Difference

_Ends = TypedDict("_Ends", {"in": list[str | int], "from": NotRequired["Json"], "to": NotRequired["Json"]})
"""The parts of a place; `in` and `from` are words of Python, so they can't be declared in a class."""


class Place(_Ends):
    """A place where two states of an object differ: the way to it is `in`, what is there `from` and `to`."""


_SAID_AS: Final = {"privileges": "acl", "full_options": "options", "full_connection": "connection"}
"""Names of attributes in a snapshot, where a difference has another word for them."""


def differing(found: "Difference") -> list[Place]:
    """Each place where two states of an object differ, with what is there before and after.

    Places and values are those of a snapshot: `["acl", 1]` is the second grant, `["source", 3]` the fourth line of a
    body. Of a secret only the place is told.
    """
    from deepdiff import DeepDiff
    from deepdiff.helper import notpresent

    assert found.old is not None and found.new is not None
    changed = {_SAID_AS.get(name, name) for name in found.changed}
    old, new = (
        {name: said for name, said in _told(item).items() if name in changed} for item in (found.old, found.new)
    )
    places: list[Place] = []
    for levels in DeepDiff(old, new, view="tree").values():
        for level in levels:
            way = level.path(output_format="list")
            changed.discard(way[0])
            place: Place = {"in": way}
            if level.t1 is not notpresent:
                place["from"] = level.t1
            if level.t2 is not notpresent:
                place["to"] = level.t2
            places.append(place)
    secrets: list[Place] = [{"in": [name]} for name in changed]
    return sorted(places + secrets, key=lambda place: str(place["in"]))


def _told(item: "Object") -> "dict[str, Json]":
    from pgnorm.catalog.snapshots.attributes import codecs

    return {name: codec.encode(getattr(item, name)) for name, codec in codecs(type(item)).items()}
