"""Diffs of databases, beside other tools' where they are there, and of a project that has grown."""

import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import psycopg
from pairs import MIGRATIONS, TINY, edits, few, grown
from processes import Program
from psycopg.conninfo import make_conninfo
from reporting import powers, table, walls
from schemas import SIZES, TABLES, mixed, tables

PGNORM = Path(sys.executable).with_name("pgnorm")


def beside_rivals(server: str, rivals: Path | None, folder: Path, runs: int) -> None:
    """Diffs of a tiny pair and of 500 tables with 21 edits, of databases on a server of this address; `rivals` is where
    npm has installed them."""
    big = (*tables(), ""), (*tables(), edits())
    for title, (old, new) in (("a tiny pair", ([TINY[0]], [TINY[1]])), (f"{TABLES} tables, 21 edits", big)):
        with ExitStack() as stack:
            start = stack.enter_context(database(server, "old", old))
            sides = start, stack.enter_context(database(server, "new", new))
            ours = _ours(sides, folder)
            others = _others(sides, rivals, folder) if rivals is not None else []
            table(f"diff of {title}", [*ours, *others], runs, beside=bool(others), ours=len(ours))
            print(f"  peak memory, MB: {', '.join(f'{each.name} {each.peak():.0f}' for each in (*ours, *others))}\n")


def growth(server: str, folder: Path, runs: int) -> None:
    """Diffs with ten edits of growing databases, and how they grow."""
    times: list[tuple[int, list[float]]] = []
    for size in SIZES:
        with ExitStack() as stack:
            old = stack.enter_context(database(server, "old", mixed(size)))
            new = stack.enter_context(database(server, "new", (*mixed(size), few())))
            programs = _ours((old, new), folder)
            measured = table(f"diff of {size:,} objects, 10 edits", programs, runs)
            times.append((size, [median(walls(found)) for found in measured]))
    print("  powers with which time grows, unproved and proved,", *powers(times), sep="\n  ", end="\n\n")


def project(folder: Path, runs: int) -> None:
    """Diffs of a project of many migrations: the first, the next, after an edited function, after a migration more."""
    root = grown(folder / "grown")
    cache = folder / "grown cache"
    cache.mkdir()
    folder.chmod(0o755)
    environment = {"PGNORM_CACHE_DIR": str(cache)}
    count = iter(range(1_000_000))

    def restore() -> None:
        for file in (*(root / "schemas").glob("02_*"), *(root / "migrations").glob("2025*")):
            file.unlink()

    def forget() -> None:
        restore()
        shutil.rmtree(cache / "known", ignore_errors=True)

    def edit() -> None:
        restore()
        body = f"select {next(count)}"
        (root / "schemas" / "02_edited.sql").write_text(f"create function app.edited() returns int return ({body});\n")

    def add() -> None:
        restore()
        name = f"{20250101000000 + next(count)}_more.sql"
        (root / "migrations" / name).write_text("create table app.more ();\n")

    command = (PGNORM, "diff")
    table(
        f"{MIGRATIONS} migrations, {TABLES} tables",
        [
            Program(name="the first diff", command=command, cwd=root, environment=environment, before=forget),
            Program(name="the next", command=command, cwd=root, environment=environment, before=restore),
            Program(name="a function edited", command=command, cwd=root, environment=environment, before=edit),
            Program(name="a migration more", command=command, cwd=root, environment=environment, before=add),
        ],
        runs,
    )


def _ours(sides: tuple[str, str], folder: Path) -> list[Program]:
    command = (PGNORM, "diff", "--from", sides[0], "--to", sides[1])
    return [
        Program(name="pgnorm, unproved", command=(*command, "--no-proof"), cwd=folder),
        Program(name="pgnorm", command=command, cwd=folder),
    ]


def _others(sides: tuple[str, str], rivals: Path, folder: Path) -> list[Program]:
    programs = rivals / "node_modules" / ".bin"
    old, new = map(_url, sides)
    plan = (programs / "pgdelta", "plan", "--source", old, "--desired", new, "--out", folder / "plan.json")
    supabase = (programs / "supabase", "db", "diff", "--from", old, "--to", new)
    return [
        Program(name="pg-delta plan", command=plan, cwd=folder),
        Program(name="supabase db diff", command=supabase, cwd=folder),
    ]


def _url(address: str) -> str:
    words = psycopg.conninfo.conninfo_to_dict(address)
    return "postgresql://{user}:{password}@{host}:{port}/{dbname}".format(**{"password": "", "port": 5432, **words})


@contextmanager
def database(server: str, name: str, texts: Iterable[str]) -> Iterator[str]:
    """The address of a new database of this name that holds what the texts make, each in a transaction."""
    own = f"pgnorm_bench_{name}"
    address = make_conninfo(server, dbname=own)
    with psycopg.connect(server, autocommit=True) as administrator:
        administrator.execute(f"drop database if exists {own}".encode())
        administrator.execute(f"create database {own}".encode())
        try:
            with psycopg.connect(address, autocommit=True) as connection:
                for text in texts:
                    connection.execute(text.encode())
                connection.execute("analyze")
            yield address
        finally:
            administrator.execute(f"drop database {own}".encode())
