"""Measures the speeds that the README claims: whole processes, side by side with pg_dump where there is a rival."""

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from processes import Program, Run, in_turns, ratio, spread
from schemas import FUNCTIONS, TABLES, functions, tables

from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres.binaries import Binaries, find
from pgnorm.normalizer.postgres.private import PrivateHost, open_private
from pgnorm.normalizer.postgres.server import PORT

CRM = Path(__file__).parents[1] / "fixtures" / "crm"
PGNORM = Path(sys.executable).with_name("pgnorm")
GROUPS = ("start", "dump", "crm")


def main() -> None:
    """Run the groups that were asked for and print a table of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="runs of each program (default: %(default)s)")
    parser.add_argument("--major", type=int, default=15, help="major version of the server (default: %(default)s)")
    parser.add_argument("--only", choices=GROUPS, action="append", help="one group; repeatable")
    options = parser.parse_args()
    chosen = options.only or GROUPS
    binaries = find(options.major)
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {_load()};", end=" ")
    print(f"Python {platform.python_version()}; Postgres {binaries.version_num // 10000}; {options.runs} runs each\n")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pgnorm-bench-")))
        if "start" in chosen:
            _table("starting", _starting(folder), options.runs)
        if "dump" in chosen:
            host = stack.enter_context(open_private(binaries, PLAIN))
            for title, text in ((f"{TABLES} tables", tables()), (f"{FUNCTIONS} functions", functions())):
                with _database(host, text) as name:
                    _table(f"dump of {title}", _dumps(binaries, host, name, folder), options.runs, rivals=True)
        if "crm" in chosen:
            _table("fixtures/crm", _project(folder), options.runs)
    print(f"load at the end: {_load()}")


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def _starting(folder: Path) -> tuple[Program, ...]:
    imports = ("click", "psycopg")
    bare = Program(name="python -c pass", command=(sys.executable, "-c", "pass"), cwd=folder)
    floors = [
        Program(name=f"python -c 'import {name}'", command=(sys.executable, "-c", f"import {name}"), cwd=folder)
        for name in imports
    ]
    return (Program(name="pgnorm --version", command=(PGNORM, "--version"), cwd=folder), bare, *floors)


def _dumps(binaries: Binaries, host: PrivateHost, database: str, folder: Path) -> tuple[Program, ...]:
    where = f"host={host.server.folder} port={PORT} user=postgres dbname={database}"
    ours = (PGNORM, "dump", "--format", "pg_dump", "--db-url", where)
    theirs = (binaries.bindir / "pg_dump", "--schema-only", "--quote-all-identifiers", "-d", where)
    return (
        Program(name="pgnorm dump", command=ours, cwd=folder),
        Program(name="pg_dump", command=theirs, cwd=folder),
    )


def _project(folder: Path) -> tuple[Program, ...]:
    project = folder / "crm"
    shutil.copytree(CRM, project)
    cache = folder / "cache"
    cache.mkdir()
    folder.chmod(0o755)
    check = (PGNORM, "fix-functions", "--check")
    return (
        Program(name="fix-functions --check, warm", command=check, cwd=project, codes=(0, 1)),
        Program(
            name="fix-functions --check, cold",
            command=check,
            cwd=project,
            codes=(0, 1),
            environment={"PGNORM_CACHE_DIR": str(cache)},
            before=lambda: shutil.rmtree(cache),
        ),
        Program(name="diff, warm", command=(PGNORM, "diff"), cwd=project),
    )


@contextmanager
def _database(host: PrivateHost, text: str) -> Iterator[str]:
    """A database that holds what the text makes."""
    with host.scratch_database() as name:
        connection = host.connect(name)
        connection.execute(text.encode())
        connection.close()
        yield name


def _table(title: str, programs: Sequence[Program], runs: int, *, rivals: bool = False) -> None:
    measured = in_turns(programs, runs)
    print(f"{title:30}{'wall ms: min median max':>26}{'CPU ms: min median max':>26}")
    for program, found in zip(programs, measured, strict=True):
        print(f"  {program.name:28}  {spread(_wall(found))}  {spread(_cpu(found))}")
    if rivals:
        ours, theirs = measured
        wall, cpu = ratio(_wall(ours), _wall(theirs)), ratio(_cpu(ours), _cpu(theirs))
        print(f"  ours / theirs, median of the pairs: wall {wall:.2f}, CPU (without the server's) {cpu:.2f}")
    print(flush=True)


def _wall(runs: Sequence[Run]) -> list[float]:
    return [run.wall for run in runs]


def _cpu(runs: Sequence[Run]) -> list[float]:
    return [run.cpu for run in runs]


if __name__ == "__main__":
    main()
