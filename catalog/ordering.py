"""pg_dump's order: by (priority, schema, name), then the least disturbance that dependencies need (pg_dump_sort.c)."""

import heapq
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

from attrs import frozen

from .model import Catalog, Object, ObjectId
from .priority import Priority


class Node(NamedTuple):
    """One thing to print: an object, or (`body`) the part of it that can follow later."""

    id: ObjectId | None
    body: bool = False
    boundary: int = 0


PRE_DATA: Final = Node(None, boundary=Priority.PRE_DATA_BOUNDARY)
POST_DATA: Final = Node(None, boundary=Priority.POST_DATA_BOUNDARY)

BODY_PRIORITY: Final = Priority.RULE
BODY_NAME: Final = "_RETURN"
"""A view's body is its ON SELECT rule, of this name."""

N = TypeVar("N", bound=Hashable)
Needs = dict[N, dict[N, None]]


@frozen
class Arrangement:
    """The order of a dump."""

    nodes: tuple[Node, ...]
    separate: frozenset[Node]
    """Inline parts and bodies that a dependency loop forces out of their owner's CREATE."""


def arrange(catalog: Catalog) -> Arrangement:
    """Order everything that a dump prints on its own, with loops resolved as pg_dump resolves them."""
    graph = _Graph(catalog)
    order = sorted(graph.needs, key=graph.key)
    while (done := topological(order, graph.needs)) is None:
        loops = list(find_loops(_stuck(graph.needs), graph.needs))
        for loop in loops:
            graph.repair(loop)
    return Arrangement(tuple(node for node in done if node.id is not None), frozenset(graph.separate))


def container(catalog: Catalog, item: ObjectId) -> ObjectId:
    """The object inside whose CREATE `item` is always printed: itself, or for a column its table."""
    found: Object | None = catalog.objects[item]
    while found is not None and found.embedded and found.parent is not None:
        item = found.parent
        found = catalog.objects.get(item)
    return item


class _Graph:
    """What each node needs, as pg_dump links its dumpable objects."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.separate: set[Node] = set()
        self.needs: Needs[Node] = {}
        for item in catalog.objects.values():
            if not item.embedded:
                self.needs[Node(item.id)] = {}
                if item.body_catalog:
                    self.needs[Node(item.id, body=True)] = {}
        self._link_dependencies()
        self._link_parts()
        self._link_boundaries()

    def _link_dependencies(self) -> None:
        whole = {item: container(self.catalog, item) for item in self.catalog.objects}
        for edge in self.catalog.edges:
            dependent, referenced = Node(whole[edge.dependent], body=edge.body), Node(whole[edge.referenced])
            if dependent.id != referenced.id and dependent in self.needs:
                self.needs[dependent][referenced] = None

    def _link_parts(self) -> None:
        """An inline part comes before its owner, so that what the part needs does too; likewise a body."""
        for node in list(self.needs):
            owner = self.owner(node)
            if owner in self.needs:
                self.needs[node].pop(owner, None)
                self.needs[owner][node] = None

    def _link_boundaries(self) -> None:
        self.needs[PRE_DATA] = {}
        self.needs[POST_DATA] = {PRE_DATA: None}
        for node in list(self.needs):
            if node.id is not None and self.owner(node) is None:
                self._keep_section(node)
            elif node.id is not None and self._rank(node) < Priority.PRE_DATA_BOUNDARY:
                self.needs[PRE_DATA][node] = None

    def _keep_section(self, node: Node) -> None:
        if self._rank(node) < Priority.PRE_DATA_BOUNDARY:
            self.needs[PRE_DATA][node] = None
        else:
            self.needs[node][POST_DATA] = None

    def owner(self, node: Node) -> Node | None:
        """The node that prints `node` inside itself while no loop forbids it."""
        if node.id is None:
            return None
        if node.body:
            return Node(node.id)
        item = self.catalog.objects[node.id]
        if not item.inline or item.parent is None:
            return None
        return Node(container(self.catalog, item.parent))

    def _rank(self, node: Node) -> int:
        if node.id is None:
            return node.boundary
        return BODY_PRIORITY if node.body else self.catalog.objects[node.id].priority

    def key(self, node: Node) -> tuple[object, ...]:
        """pg_dump's DOTypeNameCompare: what has no schema comes after what has one."""
        if node.id is None:
            return (node.boundary,)
        item = self.catalog.objects[node.id]
        name = BODY_NAME if node.body else item.sort_name
        rest = (item.name,) if node.body else item.sort_key
        return (self._rank(node), not item.schema, item.schema, name, rest)

    def repair(self, loop: Sequence[Node]) -> None:
        """Break a loop: split off a body, let a postponable object into the later section, split off an inline part.

        The order of these is repairDependencyLoop's; a loop that none of them fits is cut at its start, as there.
        """
        members = set(loop)
        for wanted in (self._is_body, self._is_late_part, self._is_part):
            if wanted == self._is_late_part and self._postpone(loop):
                return
            for node in loop:
                owner = self.owner(node)
                if wanted(node) and owner in members and node in self.needs[owner]:
                    self._split(node, owner)
                    return
        self.needs[loop[0]].pop(loop[1 % len(loop)], None)

    def _is_body(self, node: Node) -> bool:
        return node.body

    def _is_late_part(self, node: Node) -> bool:
        return not node.body and self._rank(node) > Priority.POST_DATA_BOUNDARY

    def _is_part(self, node: Node) -> bool:
        return not node.body

    def _split(self, node: Node, owner: Node) -> None:
        self.needs[owner].pop(node)
        self.needs[node][owner] = None
        self.separate.add(node)
        if self._rank(node) > Priority.POST_DATA_BOUNDARY:
            self.needs[node][POST_DATA] = None

    def _postpone(self, loop: Sequence[Node]) -> bool:
        if PRE_DATA not in loop:
            return False
        if not any(node.id is not None and self.catalog.objects[node.id].postponable for node in loop):
            return False
        following = loop[(loop.index(PRE_DATA) + 1) % len(loop)]
        self.needs[PRE_DATA].pop(following, None)
        return True


def topological(order: Sequence[N], needs: Mapping[N, Iterable[N]]) -> list[N] | None:
    """`order` with each item after all that it needs, disturbed as pg_dump's TopoSort disturbs it; None for a loop.

    It fills the result from its end, each time with the latest of those that nothing left needs.
    """
    place = {item: index for index, item in enumerate(order)}
    waiting = dict.fromkeys(order, 0)
    for item in order:
        for other in needs[item]:
            waiting[other] += 1
    ready = [-place[item] for item in order if not waiting[item]]
    heapq.heapify(ready)
    done: list[N] = []
    while ready:
        item = order[-heapq.heappop(ready)]
        done.append(item)
        for other in needs[item]:
            waiting[other] -= 1
            if not waiting[other]:
                heapq.heappush(ready, -place[other])
    return done[::-1] if len(done) == len(order) else None


def _stuck(needs: Mapping[N, Iterable[N]]) -> list[N]:
    """The nodes that a topological sort from the end cannot reach, in the order of reading."""
    waiting = dict.fromkeys(needs, 0)
    for others in needs.values():
        for other in others:
            waiting[other] += 1
    ready = [item for item, count in waiting.items() if not count]
    while ready:
        for other in needs[ready.pop()]:
            waiting[other] -= 1
            if not waiting[other]:
                ready.append(other)
    return [item for item, count in waiting.items() if count]


def find_loops(items: Sequence[N], needs: Mapping[N, Iterable[N]]) -> Iterable[list[N]]:
    """Dependency loops among `items`, none sharing a node with one found before (pg_dump_sort.c, findLoop)."""
    processed: set[N] = set()
    for start in items:
        loop = _find_loop(start, needs, processed)
        processed.update(loop or (start,))
        if loop:
            yield loop


def _find_loop(start: N, needs: Mapping[N, Iterable[N]], processed: set[N]) -> list[N]:
    """A loop through `start`: it, what it needs, what that needs … until something needs `start`; empty for none."""
    if start in processed:
        return []
    path: dict[N, None] = {}
    seen: set[N] = set()
    stack: list[Iterator[N]] = [iter((start,))]
    while stack:
        for item in stack[-1]:
            if item in processed or item in seen:
                continue
            seen.add(item)
            path[item] = None
            if start in needs[item]:
                return list(path)
            stack.append(iter(needs[item]))
            break
        else:
            stack.pop()
            if path:
                path.popitem()
    return []
