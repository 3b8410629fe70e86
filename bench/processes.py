"""Whole processes, run in turns and measured from outside."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from attrs import field, frozen

TICK = 0.01
"""Seconds: nothing shorter is measured of a server's CPU."""
SETTLING = 0.05
"""Seconds that a server process may take to end after its client."""

Before = Callable[[], None]

ALTERING = frozenset({"PYTHONDONTWRITEBYTECODE"})
"""With this set, Python would compile an editable pgnorm's modules in every run."""

# A process begins with its parent's peak: the parent has to be a small one.
PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
"""


@frozen(kw_only=True)
class Run:
    """One run of a process, in seconds. `cpu` is user and system time, of all the processes that it waited for too,
    `served` what the server's processes took meanwhile."""

    wall: float
    cpu: float
    served: float = 0


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
    server: Callable[[], float] = lambda: 0.0
    """The CPU time of a server that the process talks to."""

    def run(self) -> Run:
        """One run. Raises RuntimeError with its last words where it fails."""
        self.before()
        environment = self._environment()
        with open(os.devnull, "wb") as nowhere:
            served = self.server()
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
        cpu = usage.ru_utime + usage.ru_stime
        return Run(wall=wall, cpu=cpu, served=self.server() - served)

    def peak(self) -> float:
        """The most memory that a run of it held at once, in MB. Less than the 10 MB of a bare Python isn't told."""
        command = [sys.executable, "-S", "-c", PEAK, *map(os.fspath, self.command)]
        environment = self._environment()
        said = subprocess.run(command, cwd=self.cwd, env=environment, capture_output=True, check=True, text=True)
        return int(said.stderr.splitlines()[-1]) / 1024

    def _environment(self) -> dict[str, str]:
        usual = {name: value for name, value in os.environ.items() if name not in ALTERING}
        return {**usual, **self.environment}


def in_turns(programs: Sequence[Program], runs: int) -> list[list[Run]]:
    """The runs of each program: one of each, then one of each again, so that a busy machine slows all alike."""
    for program in programs:
        program.run()
    rounds = [[program.run() for program in programs] for _ in range(runs)]
    return [list(column) for column in zip(*rounds, strict=True)]


def spread(values: Sequence[float]) -> str:
    """Least, median and greatest, in milliseconds."""
    return "".join(f"{value * 1000:8.0f}" for value in (min(values), median(values), max(values)))


def cpu_of_children(process: int) -> float:
    """The CPU time of the children of a process that have ended, in seconds; 0 where there is no /proc."""
    time.sleep(SETTLING)
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    # proc(5): cutime and cstime, the 16th and 17th field of the line.
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios, each of two runs side by side."""
    return median(mine / max(yours, TICK) for mine, yours in zip(ours, theirs, strict=True))
