"""A catalog as JSON that nobody edits: each attribute of a kind a column, all in their order, secrets' values left out.

It is read back by the pgnorm that wrote it, several times as fast as a snapshot.
"""

import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final, TypeAlias, TypedDict

from ..kinds import KINDS
from ..model import Catalog, Edge, Object, ObjectId, RunTime
from .attributes import codecs, secrets
from .values import codec as codec_of

if TYPE_CHECKING:
    from .scalars import Codec, Json

Values: TypeAlias = "list[Json] | dict[str, Json]"
"""The values of an attribute in the order of the objects, or what all have: `{"all": value}`."""

_KINDS: Final = {kind.kind: kind for kind in KINDS}


class Packed(TypedDict):
    """The document. `objects` are runs of one kind: its word, how many, its attributes, and its secrets, which
    are empty or not known; `edges` name objects by their number."""

    version: int
    server: str
    role: str
    unmodelled: list[tuple[str, str]]
    left_out: list[str]
    namesakes: list[str]
    run_time: "Json"
    objects: list[tuple[str, int, dict[str, Values], dict[str, list[object]]]]
    edges: list[tuple[int, int, bool, bool]]


def packed(catalog: Catalog) -> Packed | None:
    """The catalog as JSON, None where it holds a secret."""
    runs: list[tuple[str, int, dict[str, Values], dict[str, list[object]]]] = []
    for kind, run in groupby(catalog.objects.values(), key=_kind):
        items = list(run)
        hidden = {name: [getattr(item, name) for item in items] for name in secrets(kind)}
        if any(map(any, hidden.values())):
            return None
        columns = {name: _column(codec, items, name) for name, codec in codecs(kind, checked=False).items()}
        runs.append((kind.kind, len(items), columns, hidden))
    numbers = {name: number for number, name in enumerate(catalog.objects)}
    return {
        "version": catalog.version,
        "server": catalog.server,
        "role": catalog.role,
        "unmodelled": list(catalog.unmodelled),
        "left_out": sorted(catalog.left_out),
        "namesakes": list(catalog.namesakes),
        "run_time": codec_of(RunTime).encode(catalog.run_time),
        "objects": runs,
        "edges": [(numbers[edge.dependent], numbers[edge.referenced], edge.body, edge.tied) for edge in catalog.edges],
    }


def dumps(catalog: Catalog) -> str | None:
    """The document as a text, None where the catalog holds a secret."""
    document = packed(catalog)
    return None if document is None else json.dumps(document)


def unpacked(said: Packed) -> Catalog:
    """The catalog again."""
    objects: dict[ObjectId, Object] = {}
    for word, count, columns, hidden in said["objects"]:
        kind = _KINDS[word]
        values = {name: _values(codec, columns[name], count) for name, codec in codecs(kind, checked=False).items()}
        for name, column in hidden.items():
            values[name] = [tuple(value) if isinstance(value, list) else value for value in column]
        objects |= {item.id: item for item in kind.many(count, values)}
    names = list(objects)
    return Catalog(
        version=said["version"],
        server=said["server"],
        role=said["role"],
        objects=objects,
        edges=tuple(Edge(names[one], names[other], body, tied) for one, other, body, tied in said["edges"]),
        unmodelled=tuple((what, name) for what, name in said["unmodelled"]),
        left_out=frozenset(said["left_out"]),
        namesakes=tuple(said["namesakes"]),
        run_time=known if isinstance(known := codec_of(RunTime).decode(said["run_time"]), RunTime) else RunTime(),
    )


def _kind(item: Object) -> type[Object]:
    return type(item)


def _column(codec: "Codec", items: Iterable[Object], name: str) -> Values:
    values = [getattr(item, name) for item in items]
    if all(value == values[0] for value in values):
        return {"all": codec.encode(values[0])}
    return [codec.encode(value) for value in values]


def _values(codec: "Codec", said: Values, count: int) -> Sequence[object]:
    if isinstance(said, dict):
        return [codec.decode(said["all"])] * count
    return list(map(codec.decode, said))
