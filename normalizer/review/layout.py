"""Places for the boxes of a diagram: in layers from left to right, what others refer to on the left.

The steps are those of Sugiyama: links in a loop are turned round, each box gets the layer behind the last one that it
refers to, long links pass the layers between by points of their own, layers are sorted so that links cross little, and
boxes are moved towards what they are linked with. What is not linked at all stands in rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

from pgnorm.catalog.model import Value

Size: TypeAlias = tuple[float, float]
Point: TypeAlias = tuple[float, float]
Link: TypeAlias = tuple[int, int]
"""From a box to the one that it refers to, by their numbers."""

ACROSS: Final = 72.0
"""Room between layers."""
DOWN: Final = 28.0
"""Room between boxes of a layer."""
_SWEEPS: Final = 8
_WIDE: Final = 1200.0


class Placed(Value):
    """Places of boxes, by their upper left corners, and the points that links pass on their way."""

    corners: Mapping[int, Point]
    ways: Mapping[Link, tuple[Point, ...]]
    """From the box that refers to the other; without the ends."""
    width: float
    height: float


def placed(sizes: Sequence[Size], links: Iterable[Link]) -> Placed:
    """Places for boxes of these sizes."""
    known = sorted({(one, other) for one, other in links if one != other})
    corners: dict[int, Point] = {}
    ways: dict[Link, tuple[Point, ...]] = {}
    x = y = row = width = 0.0
    for group in _groups(len(sizes), known):
        inside = [link for link in known if link[0] in group]
        found = _Layers(sizes, group, inside).placed()
        if x and x + found.width > _WIDE:
            x, y, row = 0.0, y + row + 2 * DOWN, 0.0
        corners |= {box: (left + x, top + y) for box, (left, top) in found.corners.items()}
        ways |= {link: tuple((left + x, top + y) for left, top in way) for link, way in found.ways.items()}
        width, row = max(width, x + found.width), max(row, found.height)
        x += found.width + ACROSS / 2
    return Placed(corners=corners, ways=ways, width=width, height=y + row)


def _groups(count: int, links: Sequence[Link]) -> list[list[int]]:
    """The boxes that hang together, the largest groups first."""
    group = list(range(count))
    members = {box: [box] for box in group}
    for one, other in links:
        first, second = sorted((group[one], group[other]))
        if first != second:
            for box in members.pop(second):
                group[box] = first
                members[first].append(box)
    return sorted((sorted(some) for some in members.values()), key=lambda some: (-len(some), some))


class _Layers:
    """The layers of one group of boxes. Points by which links pass a layer are boxes of no size."""

    def __init__(self, sizes: Sequence[Size], boxes: Sequence[int], links: Sequence[Link]) -> None:
        self.sizes = {box: sizes[box] for box in boxes}
        self.boxes = boxes
        self.links = links
        self.rank = _ranks(boxes, links)
        self.layers: list[list[int]] = [[] for _ in range(max(self.rank.values()) + 1)]
        for box in boxes:
            self.layers[self.rank[box]].append(box)
        self.beside: dict[int, list[int]] = {box: [] for box in boxes}
        self.passing: dict[Link, tuple[int, ...]] = {}
        for link in links:
            self._pass(link)
        self.top: dict[int, float] = {}

    def placed(self) -> Placed:
        """The places of the group by itself."""
        for sweep in range(_SWEEPS):
            self._sort(backwards=sweep % 2 == 1)
        for layer in self.layers:
            self._stack(layer, {})
        for sweep in range(_SWEEPS):
            for layer in reversed(self.layers) if sweep % 2 else self.layers:
                self._stack(layer, {box: self._wished(box) for box in layer})
        highest = min(self.top.values())
        left, lefts = 0.0, []
        for layer in self.layers:
            lefts.append(left)
            left += max(self.sizes[box][0] for box in layer) + ACROSS
        corners = {box: (lefts[self.rank[box]], self.top[box] - highest) for box in self.rank}
        bottom = max(corners[box][1] + self.sizes[box][1] for box in self.boxes)
        ways = {link: tuple(corners[point] for point in points) for link, points in self.passing.items()}
        return Placed(corners={box: corners[box] for box in self.boxes}, ways=ways, width=left - ACROSS, height=bottom)

    def _pass(self, link: Link) -> None:
        """Lead a link through the layers between its ends."""
        one, other = link
        step = 1 if self.rank[one] < self.rank[other] else -1
        points = []
        for rank in range(self.rank[one] + step, self.rank[other], step):
            point = -len(self.rank) - 1
            self.rank[point] = rank
            self.sizes[point] = (0.0, 0.0)
            self.beside[point] = []
            self.layers[rank].append(point)
            points.append(point)
        self.passing[link] = tuple(points)
        for first, second in pairwise((one, *points, other)):
            self.beside[first].append(second)
            self.beside[second].append(first)

    def _sort(self, *, backwards: bool) -> None:
        """Sort each layer by where in the layer before it its boxes are linked to."""
        for layer in reversed(self.layers) if backwards else self.layers:
            place = {box: number for some in self.layers for number, box in enumerate(some)}
            rank = self.rank[layer[0]] + (1 if backwards else -1)
            wished = {}
            for box in layer:
                linked = [place[other] for other in self.beside[box] if self.rank[other] == rank]
                wished[box] = sum(linked) / len(linked) if linked else float(place[box])
            layer.sort(key=lambda box: (wished[box], place[box]))

    def _wished(self, box: int) -> float:
        """The top at which a box stands level with what it is linked with."""
        middles = [self.top[other] + self.sizes[other][1] / 2 for other in self.beside[box]]
        return (sum(middles) / len(middles) if middles else self.top[box]) - self.sizes[box][1] / 2

    def _stack(self, layer: Sequence[int], wished: Mapping[int, float]) -> None:
        """Put the boxes of a layer below one another, as near to where they wish to be as the others let them."""
        bottom: float | None = None
        for box in layer:
            wish = wished.get(box, 0.0)
            self.top[box] = wish if bottom is None else max(wish, bottom)
            bottom = self.top[box] + self.sizes[box][1] + DOWN
        # What was pushed down by others pulls them up by as much, on the average.
        shift = sum(self.top[box] - wished.get(box, self.top[box]) for box in layer) / len(layer)
        for box in layer:
            self.top[box] -= shift


def _ranks(boxes: Sequence[int], links: Sequence[Link]) -> dict[int, int]:
    """The layer of each box: behind the last one that it refers to, loops cut where they close."""
    targets: dict[int, list[int]] = {box: [] for box in boxes}
    for one, other in links:
        targets[one].append(other)
    rank: dict[int, int] = {}
    for start in boxes:
        path = [start]
        open_ = {start}
        while path:
            box = path[-1]
            waiting = next((other for other in targets[box] if other not in rank and other not in open_), None)
            if waiting is not None:
                path.append(waiting)
                open_.add(waiting)
                continue
            path.pop()
            open_.discard(box)
            rank.setdefault(box, max((rank[other] + 1 for other in targets[box] if other in rank), default=0))
    return rank
