"""The longest wait of a writer and a reader on a table of a million rows, while a plan runs on it."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
from diffs import database
from psycopg.conninfo import make_conninfo

from pgnorm.normalizer.plan.plan import ONLINE_BOUNDARY

PGNORM = Path(sys.executable).with_name("pgnorm")
ROWS = 1_000_000
PER_SECOND = 50
"""Statements of the writer, and of the reader."""
OLD = """
create table owners (id integer primary key);
create table orders (id integer generated always as identity primary key, number integer, owner integer, note text);
"""
FILL = f"""
insert into owners select generate_series(1, 1000);
insert into orders (number, owner, note)
select n, n % 1000 + 1, repeat('x', 100) from generate_series(1, {ROWS}) n;
"""
NEW = """
create table owners (id integer primary key);
create table orders (
    id integer generated always as identity primary key, number integer unique,
    owner integer not null references owners, note text
);
create index orders_owner on orders (owner);
"""
WRITE = "update orders set note = note || '' where id = 1"
READ = "select note from orders where id = 2"


def busy(server: str, folder: Path) -> None:
    """Both plans, each on a database of its own that others use meanwhile."""
    goal = folder / "busy.sql"
    goal.write_text(NEW)
    print(f"{ROWS:,} rows, an index, a unique constraint, NOT NULL and a foreign key more;")
    print(f"a writer and a reader, {PER_SECOND} statements a second each{'longest wait, ms: writer, reader':>44}")
    for title, options in (("plain", ()), ("--online", ("--online",))):
        with database(server, "busy", [OLD, FILL]) as address:
            plan = subprocess.run(
                [PGNORM, "diff", "--from", address, "--to", goal, *options], capture_output=True, check=True, text=True
            ).stdout
            took, waits = _carried_out(address, plan)
        print(f"  {title:10} {took:6.1f} s {waits[0] * 1000:12.0f} {waits[1] * 1000:8.0f}", flush=True)
    print()


def _carried_out(address: str, plan: str) -> tuple[float, list[float]]:
    """Seconds that a plan takes, and the longest wait of each of the others."""
    waits = [0.0, 0.0]
    done = threading.Event()
    others = [
        threading.Thread(target=_use, args=(address, statement, waits, number, done))
        for number, statement in enumerate((WRITE, READ))
    ]
    for other in others:
        other.start()
    start = time.perf_counter()
    try:
        with psycopg.connect(make_conninfo(address), autocommit=True) as connection:
            for script in plan.split(ONLINE_BOUNDARY):
                connection.execute(script.encode())
        took = time.perf_counter() - start
    finally:
        done.set()
        for other in others:
            other.join()
    return took, waits


def _use(address: str, statement: str, waits: list[float], number: int, done: threading.Event) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        while not done.wait(1 / PER_SECOND):
            start = time.perf_counter()
            connection.execute(statement.encode())
            waits[number] = max(waits[number], time.perf_counter() - start)
