"""Whole processes, run in turns and measured from outside."""

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from attrs import field, frozen

Before = Callable[[], None]


@frozen(kw_only=True)
class Run:
    """One run of a process, in seconds. `cpu` is user and system time, of all the processes that it waited for too."""

    wall: float
    cpu: float


@frozen(kw_only=True)
class Program:
    """A command line to be measured; `codes` are the exit codes that are no failure."""

    name: str
    command: Sequence[str | os.PathLike[str]]
    cwd: Path
    codes: tuple[int, ...] = (0,)
    environment: dict[str, str] = field(factory=dict)
    before: Before = lambda: None
    """Called before each run, outside of the time taken."""

    def run(self) -> Run:
        """One run. Raises RuntimeError with its last words where it fails."""
        self.before()
        environment = {**os.environ, **self.environment}
        with open(os.devnull, "wb") as nowhere:
            start = time.perf_counter()
            process = subprocess.Popen(
                self.command, cwd=self.cwd, env=environment, stdout=nowhere, stderr=subprocess.PIPE
            )
            assert process.stderr is not None
            said = process.stderr.read()
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
        process.stderr.close()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in self.codes:
            raise RuntimeError(f"{self.name} ended with {process.returncode}: {said.decode(errors='replace')[-2000:]}")
        return Run(wall=wall, cpu=usage.ru_utime + usage.ru_stime)


def in_turns(programs: Sequence[Program], runs: int) -> list[list[Run]]:
    """The runs of each program: one of each, then one of each again, so that a busy machine slows all alike."""
    for program in programs:
        program.run()
    rounds = [[program.run() for program in programs] for _ in range(runs)]
    return [list(column) for column in zip(*rounds, strict=True)]


def spread(values: Sequence[float]) -> str:
    """Least, median and greatest, in milliseconds."""
    return "".join(f"{value * 1000:8.0f}" for value in (min(values), median(values), max(values)))


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios, each of two runs side by side."""
    return median(mine / yours for mine, yours in zip(ours, theirs, strict=True))
