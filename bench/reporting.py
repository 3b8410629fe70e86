"""Tables of what was measured."""

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from math import log

from processes import Program, Run, in_turns, ratio, spread


def table(
    title: str, programs: Sequence[Program], runs: int, *, beside: bool = False, ours: int = 1
) -> list[list[Run]]:
    """Measures the programs in turns and prints what came of it; with `beside`, the first `ours` beside each other."""
    measured = in_turns(programs, runs)
    print(f"{title:30}{'wall ms: min median max':>26}{'CPU ms: min median max':>26}")
    for program, found in zip(programs, measured, strict=True):
        print(f"  {program.name:28}  {spread(walls(found))}  {spread(_cpu(found))}")
    if beside:
        named = list(zip(programs, measured, strict=True))
        for (mine, found), (yours, theirs) in product(named[:ours], named[ours:]):
            wall, cpu, served = (ratio(of(found), of(theirs)) for of in (walls, _cpu, _served))
            print(f"  {mine.name} / {yours.name}, median of the pairs: wall {wall:.2f}, CPU {cpu:.2f}", end="")
            print(f", the server's CPU {served:.2f}" if any(_served(theirs)) else "")
        if any(map(any, map(_served, measured))):
            served = (f"{program.name} {spread(_served(found))}" for program, found in named)
            print("  the server's CPU ms:", ", ".join(served))
    print(flush=True)
    return measured


def powers(grown: Sequence[tuple[int, Sequence[float]]]) -> Iterator[str]:
    """With which powers of the size the times grow, from each size to the next: `from 1,000 to 10,000: 0.36, 0.34`."""
    for (less, before), (more, after) in pairwise(grown):
        found = (log(late / early) / log(more / less) for early, late in zip(before, after, strict=True))
        yield f"from {less:,} to {more:,}: {', '.join(f'{power:.2f}' for power in found)}"


def walls(runs: Sequence[Run]) -> list[float]:
    """Seconds from start to end of each."""
    return [run.wall for run in runs]


def _served(runs: Sequence[Run]) -> list[float]:
    return [run.served for run in runs]


def _cpu(runs: Sequence[Run]) -> list[float]:
    return [run.cpu for run in runs]
