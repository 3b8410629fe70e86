"""Graphs of what needs what: sorted as pg_dump sorts them, and the loops in them (pg_dump_sort.c)."""

import heapq
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

N = TypeVar("N", bound=Hashable)
Needs = dict[N, dict[N, None]]


def topological(order: Sequence[N], needs: Mapping[N, Iterable[N]]) -> list[N] | None:
    """`order` with each item after all that it needs, disturbed as pg_dump's TopoSort disturbs it; None for a loop.

    It fills the result from its end, each time with the latest of those that nothing left needs.
    """
    place = {item: index for index, item in enumerate(order)}
    needed = [[place[other] for other in needs[item]] for item in order]
    waiting = [0] * len(order)
    for others in needed:
        for other in others:
            waiting[other] += 1
    ready = [-index for index, count in enumerate(waiting) if not count]
    heapq.heapify(ready)
    done: list[N] = []
    while ready:
        latest = -heapq.heappop(ready)
        done.append(order[latest])
        for other in needed[latest]:
            waiting[other] -= 1
            if not waiting[other]:
                heapq.heappush(ready, -other)
    return done[::-1] if len(done) == len(order) else None


def stuck(needs: Mapping[N, Iterable[N]]) -> list[N]:
    """The nodes that a topological sort from the end cannot reach, in the order of `needs`."""
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


def wait_for(later: N, earlier: N, needs: Needs[N]) -> None:
    """Make all that needs `earlier`, itself or by way of others, need `later` too, but for what that needs."""
    users: Needs[N] = {item: {} for item in needs}
    for item, others in needs.items():
        for other in others:
            users[other][item] = None
    needed = {later, *_reached(later, needs)}
    for user in _reached(earlier, users):
        if user not in needed:
            needs[user][later] = None


def _reached(start: N, graph: Needs[N]) -> set[N]:
    found: set[N] = set()
    waiting = [start]
    while waiting:
        new = graph[waiting.pop()].keys() - found
        found |= new
        waiting.extend(new)
    return found


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
