"""Measures the speeds that docs/guarantees.md claims: whole processes, beside pg_dump where there is a rival."""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median

from busy import busy
from commands import commands
from diffs import beside_rivals, growth, project
from fleet import fleet
from link import Link, delayed
from processes import Program, cpu_of_children
from reporting import powers, table, walls
from schemas import FUNCTIONS, SIZES, TABLES, functions, mixed, tables
from serve import serve

from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres.binaries import Binaries, find
from pgnorm.normalizer.postgres.private import PrivateHost, open_private
from pgnorm.normalizer.postgres.server import PORT

CRM = Path(__file__).parents[1] / "fixtures" / "crm"
PGNORM = Path(sys.executable).with_name("pgnorm")
GROUPS = ("start", "dump", "size", "link", "crm", "diff", "growth", "project", "commands", "busy", "fleet", "serve")
ROUND_TRIP = 0.02
"""Seconds."""
RUNS_OVER_LINK = 3


def main() -> None:
    """Run the groups that were asked for and print a table of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="runs of each program (default: %(default)s)")
    parser.add_argument("--major", type=int, default=15, help="major version of the server (default: %(default)s)")
    parser.add_argument("--only", choices=GROUPS, action="append", help="one group; repeatable")
    parser.add_argument(
        "--rivals", type=Path, help="where npm installed pg-delta and supabase, for `diff` and `commands`"
    )
    parser.add_argument("--server", help="address of a server to make databases on, for `diff`, `growth` and `busy`")
    parser.add_argument("--requests", type=int, default=10_000, help="requests of `serve` (default: %(default)s)")
    options = parser.parse_args()
    chosen = options.only or GROUPS
    binaries = find(options.major)
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {_load()};", end=" ")
    print(f"Python {platform.python_version()}; Postgres {binaries.version_num // 10000}; {options.runs} runs each\n")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pgnorm-bench-")))
        if "start" in chosen:
            table("starting", _starting(folder), options.runs)
        if not {"dump", "size", "link", "diff", "growth", "busy", "fleet"}.isdisjoint(chosen):
            host = stack.enter_context(open_private(binaries, PLAIN, trust_files=True))
            host.start()
            server = options.server or _address(host, host.server.folder, "postgres")
        if "dump" in chosen:
            for title, text in ((f"{TABLES} tables", tables()), (f"{FUNCTIONS} functions", functions())):
                with _database(host, text) as name:
                    table(f"dump of {title}", _dumps(binaries, host, name, folder), options.runs, beside=True)
        if "size" in chosen:
            _sizes(binaries, host, folder, options.runs)
        if "link" in chosen:
            _over_link(binaries, host, folder)
        if "crm" in chosen:
            table("fixtures/crm", _project(folder), options.runs)
        if "diff" in chosen:
            beside_rivals(server, options.rivals and options.rivals.resolve(), folder, options.runs)
        if "growth" in chosen:
            growth(server, folder, options.runs)
        if "project" in chosen:
            project(folder, options.runs)
        if "commands" in chosen:
            commands(binaries, options.rivals and options.rivals.resolve(), folder, options.runs)
        if "busy" in chosen:
            busy(server, folder)
        if "fleet" in chosen:
            fleet(server, folder)
        if "serve" in chosen:
            serve(options.requests)
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


def _sizes(binaries: Binaries, host: PrivateHost, folder: Path, runs: int) -> None:
    """Dumps of growing databases: time, memory, and how both grow."""
    grown: list[tuple[int, list[float]]] = []
    target = host.server.folder / f".s.PGSQL.{PORT}"
    for size in SIZES:
        with _database(host, mixed(size)) as name:
            programs = _dumps(binaries, host, name, folder)
            count = _entries(binaries, host, name)
            ours, theirs = table(f"dump of {count:,} objects", programs, runs, beside=True)
            peaks = ", ".join(f"{program.name} {program.peak():.0f}" for program in programs)
            print(f"  peak memory, MB: {peaks}")
            with delayed(folder, target, ROUND_TRIP) as link:
                program, _ = _dumps(binaries, host, name, folder, folder)
                print(f"  round trips of {program.name}: {_round_trips(program, link)}\n", flush=True)
            grown.append((count, [median(walls(ours)), median(walls(theirs))]))
    print("  powers with which time grows, pgnorm's and pg_dump's,", *powers(grown), sep="\n  ", end="\n\n")


def _entries(binaries: Binaries, host: PrivateHost, database: str) -> int:
    """The objects of a database, as entries of pg_dump's table of contents."""
    archive = (binaries.bindir / "pg_dump", "-Fc", "--schema-only", "-d", _address(host, host.server.folder, database))
    held = subprocess.run(archive, stdout=subprocess.PIPE, check=True).stdout
    listed = subprocess.run((binaries.bindir / "pg_restore", "-l"), input=held, stdout=subprocess.PIPE, check=True)
    return sum(not line.startswith(b";") for line in listed.stdout.splitlines())


def _over_link(binaries: Binaries, host: PrivateHost, folder: Path) -> None:
    """A dump over a slow link, and how many round trips it takes."""
    target = host.server.folder / f".s.PGSQL.{PORT}"
    with _database(host, mixed(SIZES[0])) as name, delayed(folder, target, ROUND_TRIP) as link:
        programs = _dumps(binaries, host, name, folder, folder)
        table(f"{SIZES[0]:,} objects, {ROUND_TRIP * 1000:.0f} ms away", programs, RUNS_OVER_LINK, beside=True)
        for program in programs:
            print(f"  round trips of {program.name}: {_round_trips(program, link)}")
    print()


def _round_trips(program: Program, link: Link) -> int:
    """How often one run of a program waits for the server behind a link."""
    before = link.turns
    program.run()
    return link.turns - before


def _address(host: PrivateHost, folder: Path, database: str) -> str:
    return f"host={folder} port={PORT} user=postgres password={host.server.password} dbname={database}"


def _dumps(
    binaries: Binaries, host: PrivateHost, database: str, folder: Path, socket: Path | None = None
) -> tuple[Program, ...]:
    where = _address(host, socket or host.server.folder, database)
    postmaster = int((host.server.data / "postmaster.pid").read_text().split()[0])
    server = partial(cpu_of_children, postmaster)
    ours = (PGNORM, "dump", "--format", "pg_dump", "--db-url", where)
    theirs = (binaries.bindir / "pg_dump", "--schema-only", "--quote-all-identifiers", "-d", where)
    return (
        Program(name="pgnorm dump", command=ours, cwd=folder, server=server),
        Program(name="pg_dump", command=theirs, cwd=folder, server=server),
    )


def _project(folder: Path) -> tuple[Program, ...]:
    project = folder / "crm"
    shutil.copytree(CRM, project)
    cache = folder / "cache"
    cache.mkdir()
    folder.chmod(0o755)
    check = (PGNORM, "fix-functions", "--check")
    anew = (*check, "--no-cache")
    return (
        Program(name="fix-functions --check, warm", command=anew, cwd=project, codes=(0, 1)),
        Program(name="fix-functions --check, known", command=check, cwd=project, codes=(0, 1)),
        Program(
            name="fix-functions --check, cold",
            command=check,
            cwd=project,
            codes=(0, 1),
            environment={"PGNORM_CACHE_DIR": str(cache)},
            before=lambda: shutil.rmtree(cache),
        ),
        Program(name="diff, warm", command=(PGNORM, "diff", "--no-cache"), cwd=project),
        Program(name="diff, known", command=(PGNORM, "diff"), cwd=project),
    )


@contextmanager
def _database(host: PrivateHost, texts: Iterable[str]) -> Iterator[str]:
    """A database that holds what the texts make, each in a transaction."""
    with host.scratch_database() as name:
        connection = host.connect(name)
        for text in texts:
            connection.execute(text.encode())
        connection.execute("analyze")
        connection.close()
        yield name


if __name__ == "__main__":
    main()
