"""500 small databases on one server, seven of which are not as the others: checked, and migrated."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

PGNORM = Path(sys.executable).with_name("pgnorm")
COUNT = 500
LACKING = 5
"""Databases without the last migration; two more have something that nobody else has."""
TABLES = 12
FIRST = "".join(
    f"create table t{number} (id bigint generated always as identity primary key, owner int not null, body text);\n"
    f"create index t{number}_owner on t{number} (owner);\n"
    f"create policy own on t{number} using (owner > 0);\n"
    f"create function f{number}(a int) returns int language plpgsql as $$ begin return a + {number}; end $$;\n"
    for number in range(TABLES)
)
SECOND = "create view recent as select id, body from t0;\nalter table t1 add column note text;\n"
THIRD = "create table more (id int primary key);\nalter table t2 add column note text;\n"
ODD = ("create policy mine on t3 using (true)", "create index by_hand on t4 (body)")


def fleet(server: str, folder: Path) -> None:
    """The times of `fleet check` and `fleet up` with one job and with several, beside one `diff` for each."""
    project = _project(folder / "fleet")
    with _databases(server) as addresses:
        listed = project / "databases.txt"
        listed.write_text("".join(f"tenant_{number} {address}\n" for number, address in enumerate(addresses)))
        one = project / "one.txt"
        one.write_text(f"tenant {addresses[0]}\n")
        _timed(project, "up", listed, "--yes", "--canary", "0", "--wave", COUNT, said=f"a first migration to {COUNT}")
        (project / "migrations" / "2_second.sql").write_text(SECOND)
        (project / "schemas" / "2.sql").write_text(SECOND)
        others = project / "others.txt"
        others.write_text("".join(listed.read_text().splitlines(keepends=True)[LACKING:]))
        _timed(project, "up", others, "--yes", "--jobs", "1", said=f"a second one to {COUNT - LACKING}, 1 job")
        for address, text in zip(addresses[-len(ODD) :], ODD, strict=True):
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute(text.encode())
        print(_timed(project, "check", listed, "--jobs", "1", said="check, 1 job", code=1))
        _timed(project, "check", listed, said="check, 4 jobs", code=1)
        _timed(project, "check", listed, "--no-proof", said="check, 4 jobs, no proof", code=1)
        alone = _seconds(project, ("diff", "--from", addresses[0], "--to", "files", "--no-proof"), 0)[0]
        print(f"  {'one `diff --no-proof` of one of them':44} {alone:8.2f} s, so {alone * COUNT:.0f} s for all")
        (project / "migrations" / "3_third.sql").write_text(THIRD)
        (project / "schemas" / "3.sql").write_text(THIRD)
        _timed(project, "up", listed, "--yes", said=f"what they lack to {COUNT}, 4 jobs, waves of 50")
        _timed(project, "up", listed, "--yes", said="again, with nothing to do")
    print()


def _timed(project: Path, command: str, listed: Path, *words: object, said: str, code: int = 0) -> str:
    took, peak, out = _seconds(project, ("fleet", command, listed, *words), code)
    print(f"  {said:44} {took:8.2f} s, {peak:.0f} MB", flush=True)
    return out


def _seconds(project: Path, words: Sequence[object], code: int) -> tuple[float, float, str]:
    """Seconds and peak memory of a command, and what it prints. Raises RuntimeError where it ends otherwise."""
    import os

    start = time.perf_counter()
    process = subprocess.Popen(
        [PGNORM, "-q", *map(str, words)], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.stdout.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != code:
        raise RuntimeError(f"pgnorm {words[0]} ended with {process.returncode}: {out[-2000:]}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024, out


def _project(root: Path) -> Path:
    (root / "schemas").mkdir(parents=True)
    (root / "migrations").mkdir()
    (root / "pgnorm.toml").write_text('history = "pgnorm.migrations"\n')
    (root / "migrations" / "1_first.sql").write_text(FIRST)
    (root / "schemas" / "1.sql").write_text(FIRST)
    return root


@contextmanager
def _databases(server: str) -> Iterator[list[str]]:
    """Addresses of empty databases."""
    names = [f"pgnorm_fleet_{number}" for number in range(COUNT)]
    with psycopg.connect(server, autocommit=True) as administrator:
        try:
            for name in names:
                administrator.execute(f"create database {name}".encode())
            yield [make_conninfo(server, dbname=name) for name in names]
        finally:
            for name in names:
                administrator.execute(f"drop database if exists {name} with (force)".encode())
