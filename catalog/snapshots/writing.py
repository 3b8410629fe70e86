"""A catalog as the text of a snapshot: the same catalog makes the same bytes, whatever order it was made in."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from attrs import evolve

from ..kinds import KINDS
from ..model import Catalog, Edge, Object, ObjectId, RunTime
from ..ordering import Arrangement, Form, arrange, entangled
from .attributes import codecs, own_codecs
from .scalars import Json
from .values import codec as codec_of

VERSION: Final = 1
"""The version of the document's form; docs/snapshot.md says when it changes."""
FORM: Final = "pgnorm_snapshot"


def dumps(catalog: Catalog, *, schemas: Iterable[str] | None = None) -> str:
    """The snapshot of a catalog. `schemas` names those that it was confined to, None for a whole one."""
    read = _order(arrange(catalog))
    listed = _listed(catalog, read[0])
    head: dict[str, Json] = {
        FORM: VERSION,
        "server_version_num": catalog.version,
        "server_version": catalog.server,
        "role": catalog.role,
    }
    if schemas is not None:
        head["schemas"] = sorted(schemas)
    if catalog.namesakes:
        head["namesakes"] = list(catalog.namesakes)
    if catalog.run_time != RunTime():
        head["run_time"] = codec_of(RunTime).encode(catalog.run_time)
    needs: dict[ObjectId, list[Edge]] = {}
    for edge in catalog.edges:
        needs.setdefault(edge.dependent, []).append(edge)
    read_of: dict[str, Json] = {
        kind.kind: list(own_codecs(kind)) for kind in KINDS if kind.kind not in catalog.left_out
    }
    members = [("attributes", _mapping(read_of, 1))]
    members.append(("unmodelled", _array(map(_compact, catalog.unmodelled), 1)))
    members.append(("objects", _array((_object(item, needs.get(item.id, ())) for item in listed), 1)))
    if order := _reading_order(catalog, listed, read):
        members.append(("reading_order", order))
    lines = [f'"{name}": {_compact(value)}' for name, value in head.items()]
    lines += [f'"{name}": {text}' for name, text in members]
    return "{\n  " + ",\n  ".join(lines) + "\n}\n"


def named(name: ObjectId) -> Json:
    """An id as its words, the last one left out where it is empty."""
    return list(name if name.detail else name[:-1])


def implied(item: Object, edge: Edge) -> bool:
    """True if an edge goes without saying: a part needs what it is a part of."""
    return edge.referenced == item.parent and not edge.body


_Order = tuple[tuple[tuple[ObjectId, Form], ...], frozenset[ObjectId], frozenset[ObjectId]]


def _order(arrangement: Arrangement) -> _Order:
    nodes = tuple((item.id, form) for item, form in arrangement.nodes)
    return nodes, arrangement.apart, arrangement.shells


def _listed(catalog: Catalog, nodes: Iterable[tuple[ObjectId, Form]]) -> list[Object]:
    """Objects that stand alone in the order of a dump, each with its parts right after it, in the order of reading."""
    found: list[Object] = []
    for name, form in nodes:
        if form is not Form.WHOLE or catalog.objects[name].parent in catalog.objects:
            continue
        waiting = [catalog.objects[name]]
        while waiting:
            item = waiting.pop()
            found.append(item)
            waiting.extend(reversed(catalog.parts.get(item.id, ())))
    return found


def _reading_order(catalog: Catalog, listed: Sequence[Object], read: _Order) -> str:
    """The order of reading as far as the order of a dump depends on it, so only where dependencies run in a loop."""
    canonical = evolve(catalog, objects={item.id: item for item in listed}, edges=tuple(sorted(catalog.edges)))
    if _order(arrange(canonical)) == read:
        return ""
    for members in (entangled(catalog), frozenset(catalog.objects)):
        order = [name for name in catalog.objects if name in members]
        edges = [edge for edge in catalog.edges if edge.dependent in members and edge.referenced in members]
        if _order(arrange(reordered(canonical, order, edges))) == read:
            break
    objects = _array((_compact(named(name)) for name in order), 2)
    ties = _array((_compact([named(edge.dependent), named(edge.referenced), edge.body]) for edge in edges), 2)
    return f'{{\n    "objects": {objects},\n    "edges": {ties}\n  }}'


def reordered(catalog: Catalog, order: Sequence[ObjectId], edges: Sequence[Edge]) -> Catalog:
    """The catalog with these objects and edges in this order among themselves, in the places that they have now."""
    members, some = set(order), set(edges)
    next_object, next_edge = iter(order), iter(edges)
    objects = (next(next_object) if name in members else name for name in catalog.objects)
    moved = tuple(next(next_edge) if edge in some else edge for edge in catalog.edges)
    return evolve(catalog, objects={name: catalog.objects[name] for name in objects}, edges=moved)


def _object(item: Object, edges: Sequence[Edge]) -> str:
    lines = [f'"kind": {_compact(item.kind)}']
    for name, codec in codecs(type(item)).items():
        value = getattr(item, name)
        if value != codec.empty:
            lines.append(f'"{name}": {_spread(codec.encode(value))}')
    for key, body in (("needs", False), ("body_needs", True)):
        said = sorted(edge.referenced for edge in edges if edge.body is body and not implied(item, edge))
        if said:
            lines.append(f'"{key}": {_spread([named(name) for name in said])}')
    return "{\n      " + ",\n      ".join(lines) + "\n    }"


def _spread(value: Json) -> str:
    """Each item on a line of its own, where there are several: a changed item is a changed line."""
    return _array(map(_compact, value), 3) if isinstance(value, list) and len(value) > 1 else _compact(value)


def _mapping(values: dict[str, Json], depth: int) -> str:
    inner = "  " * (depth + 1)
    lines = (f"{inner}{_compact(name)}: {_compact(value)}" for name, value in values.items())
    return "{\n" + ",\n".join(lines) + "\n" + "  " * depth + "}"


def _array(items: Iterator[str], depth: int) -> str:
    inner = "  " * (depth + 1)
    text = ",\n".join(f"{inner}{item}" for item in items)
    return f"[\n{text}\n{'  ' * depth}]" if text else "[]"


def _compact(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)
