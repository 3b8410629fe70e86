"""pg_dump's order: by (priority, schema, name), then the least disturbance that dependencies need (pg_dump_sort.c)."""

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cached_property
from typing import Final

from attrs import frozen

from .loops import Needs, find_loops, stuck, topological
from .model import Catalog, Object, ObjectId, Placement, Value
from .model.dump_facets import Follows, Placed
from .model.facets import Bodied
from .model.tie_facets import comes_with_tie
from .priority import Priority


class Form(Enum):
    """The part of an object that is printed at one place."""

    WHOLE = "whole"
    """The object itself, without its body where that follows."""
    BODY = "body"
    """The part of it that can follow later."""
    SHELL = "shell"
    """The statement that makes its name known ahead of it: `CREATE TYPE "t";`."""


@frozen(eq=False)
class Node:
    """One thing to print. Its graph has it only once."""

    item: Object | None
    rank: int
    form: Form = Form.WHOLE

    @property
    def body(self) -> bool:
        """True if it is the part of an object that can follow later."""
        return self.form is Form.BODY


PRE_DATA: Final = Node(None, Priority.PRE_DATA_BOUNDARY)
POST_DATA: Final = Node(None, Priority.POST_DATA_BOUNDARY)
UNKNOWN: Final = Node(None, max(Priority) + 1)
"""Stands for all that pg_dump doesn't know as objects: last, so that it moves nothing."""

_READ_FIRST: Final[Mapping[int, int]] = {Priority.TABLE: 0, Priority.FUNCTION: 1}
BODY_PRIORITY: Final = Priority.RULE
BODY_NAME: Final = "_RETURN"
"""A view's body is its ON SELECT rule, of this name."""


class Arrangement(Value):
    """The order of a dump."""

    nodes: tuple[tuple[Object, Form], ...]
    """The objects printed, on their own or inside something else, each with its form."""
    apart: frozenset[ObjectId]
    """Inline parts that a dependency loop forces out of their owner's CREATE."""
    shells: frozenset[ObjectId]
    """Objects whose body a dependency loop forces to follow later."""


def arrange(catalog: Catalog) -> Arrangement:
    """Order everything that a dump prints on its own, with loops resolved as pg_dump resolves them."""
    graph = _Graph(catalog)
    order = sorted(graph.needs, key=graph.key)
    while (done := topological(order, graph.needs)) is None:
        loops = list(find_loops(sorted(stuck(graph.needs), key=graph.reading), graph.needs))
        for loop in loops:
            graph.repair(loop)
    return Arrangement(
        nodes=tuple((node.item, node.form) for node in done if node.item is not None),
        apart=frozenset(node.item.id for node in graph.separate if node.item is not None and not node.body),
        shells=frozenset(node.item.id for node in graph.separate if node.item is not None and node.body),
    )


def entangled(catalog: Catalog) -> frozenset[ObjectId]:
    """The objects through which dependency loops may lead: how those are resolved depends on the order of reading."""
    graph = _Graph(catalog)
    needed: Needs[Node] = {node: {} for node in graph.needs}
    for node, needs in graph.needs.items():
        for other in needs:
            needed[other][node] = None
    below, above = stuck(graph.needs), stuck(needed)
    between = set(below).intersection(above)
    inside = {node.item.id for node in between if node.item is not None}
    return frozenset(name for name, node in graph.nodes.items() if node.item is not None and node.item.id in inside)


class _Graph:
    """The needs of each node, as pg_dump links its dumpable objects."""

    def __init__(self, catalog: Catalog) -> None:
        self.separate: set[Node] = set()
        self.needs: Needs[Node] = {}
        self.owners: dict[Node, Node] = {}
        """The node that prints another one inside itself while no loop forbids it."""
        self.nodes: dict[ObjectId, Node] = {}
        """The node that prints each object: for a column its table's."""
        self.bodies: dict[ObjectId, Node] = {}
        self._edges = catalog.edges
        shelled = {name: catalog.objects[name] for _, name in sorted(catalog.shell_users)}
        self.shells = {name: Node(item, item.priority, Form.SHELL) for name, item in shelled.items()}
        self._add_nodes(catalog)
        self._link_dependencies(catalog)
        self._link_parts()
        self._link_boundaries()

    def _add_nodes(self, catalog: Catalog) -> None:
        inline: list[tuple[Node, ObjectId]] = []
        for item in catalog.objects.values():
            if comes_with_tie(item):
                self.nodes[item.id] = UNKNOWN
            elif not item.placement.inside:
                node = self.nodes[item.id] = Node(item, item.priority)
                self.needs[node] = {}
                if isinstance(item, Bodied):
                    body = self.bodies[item.id] = Node(item, BODY_PRIORITY, Form.BODY)
                    self.needs[body] = {}
                    self.owners[body] = node
                if item.placement is Placement.INLINE and (parent := item.parent) is not None:
                    inline.append((node, parent))
        for owner, parts in catalog.parts.items():
            if embedded := [part.id for part in parts if part.placement.inside]:
                outer = catalog.objects[owner]
                while outer.placement.inside and (parent := outer.parent) is not None:
                    outer = catalog.objects[parent]
                self.nodes |= dict.fromkeys(embedded, self.nodes[outer.id])
        self.needs |= {shell: {} for shell in (*self.shells.values(), UNKNOWN)}
        self.owners |= {node: self.nodes[owner] for node, owner in inline}

    def _link_dependencies(self, catalog: Catalog) -> None:
        nodes, needs, shell_users = self.nodes, self.needs, catalog.shell_users
        following = ((item.id, item.ordered_with) for item in catalog.objects.values() if isinstance(item, Follows))
        leaders = {follower: nodes[ahead] for follower, ahead in following if ahead in nodes}
        for needy, needed, body, _tied in catalog.edges:
            dependent, referenced = nodes[needy], nodes[needed]
            if shell_users and (needy, needed) in shell_users:
                referenced = self.shells[needed]
            if dependent is not referenced:
                needs[self.bodies[needy] if body else dependent][referenced] = None
            if leaders and (leader := leaders.get(needy)) is not None and referenced is not leader:
                needs[leader][referenced] = None

    def _link_parts(self) -> None:
        """An inline part comes before its owner, so that what the part needs does too; likewise a body."""
        for node, owner in self.owners.items():
            self.needs[node].pop(owner, None)
            self.needs[owner][node] = None

    def _link_boundaries(self) -> None:
        before: dict[Node, None] = {}
        for node, needs in self.needs.items():
            if node.rank < Priority.PRE_DATA_BOUNDARY:
                before[node] = None
            elif node not in self.owners:
                needs[POST_DATA] = None
        self.needs[PRE_DATA] = before
        self.needs[POST_DATA] = {PRE_DATA: None}

    def reading(self, node: Node) -> tuple[int, int]:
        """The order of pg_dump's reading (getSchemaData): tables, functions, the rest; each as Postgres made them."""
        made = len(self._made) if node.item is None else self._made.get(node.item.id, 0)
        return (_READ_FIRST.get(node.rank, len(_READ_FIRST)), made)

    @cached_property
    def _made(self) -> Mapping[ObjectId, int]:
        """The place of each object that needs others among those of its catalog: edges are in the order of OIDs."""
        dependents = dict.fromkeys(edge.dependent for edge in self._edges)
        return {name: place for place, name in enumerate(dependents)}

    def key(self, node: Node) -> tuple[object, ...]:
        """pg_dump's DOTypeNameCompare."""
        item = node.item
        if item is None:
            return (node.rank,)
        if node.body:
            return (node.rank, not item.schema, item.schema, BODY_NAME, (item.name,))
        # Of one name, a type comes before its shell.
        return (*_place(item), item.sort_key, node.form is Form.SHELL)

    def repair(self, loop: Sequence[Node]) -> None:
        """Break a loop: split off a body, let a postponable object into the later section, split off an inline part.

        The order of these is repairDependencyLoop's; a loop that none of them fits is cut at its start, as there.
        """
        members = set(loop)
        for wanted in (self._is_body, self._is_late_part, self._is_part):
            if wanted == self._is_late_part and self._postpone(loop):
                return
            for node in loop:
                owner = self.owners.get(node)
                if wanted(node) and owner in members and node in self.needs[owner]:
                    self._split(node, owner)
                    return
        self.needs[loop[0]].pop(loop[1 % len(loop)], None)

    def _is_body(self, node: Node) -> bool:
        return node.body

    def _is_late_part(self, node: Node) -> bool:
        return not node.body and node.rank > Priority.POST_DATA_BOUNDARY

    def _is_part(self, node: Node) -> bool:
        return not node.body

    def _split(self, node: Node, owner: Node) -> None:
        self.needs[owner].pop(node)
        self.needs[node][owner] = None
        self.separate.add(node)
        if node.rank > Priority.POST_DATA_BOUNDARY:
            self.needs[node][POST_DATA] = None

    def _postpone(self, loop: Sequence[Node]) -> bool:
        if PRE_DATA not in loop:
            return False
        if not any(node.item is not None and node.item.postponable for node in loop):
            return False
        following = loop[(loop.index(PRE_DATA) + 1) % len(loop)]
        self.needs[PRE_DATA].pop(following, None)
        return True


def _place(item: Object) -> tuple[object, ...]:
    """Priority, schema and name. What has no schema comes after what has one. True ends it: see `Placed`."""
    said = item.sort_place if isinstance(item, Placed) else None
    return said or (item.priority, not item.schema, item.schema, item.sort_name, True)
