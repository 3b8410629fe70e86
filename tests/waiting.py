"""Waiting for what must happen, however busy the machine is."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import psycopg

from pgnorm.normalizer.postgres.account import server_account
from pgnorm.normalizer.postgres.binaries import find
from pgnorm.normalizer.postgres.cache import cache_root
from pgnorm.normalizer.postgres.passwords import password_of

PATIENCE: Final = 300.0
"""Seconds after which what did not happen counts as never happening."""


def until(happened: Callable[[], bool]) -> bool:
    """Look again and again whether something has happened; False where it has not within `PATIENCE`."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def asleep(address: str) -> bool:
    """Whether a session of the server at a libpq address runs pg_sleep by now."""
    try:
        with psycopg.connect(address, autocommit=True) as connection:
            query = "select from pg_catalog.pg_stat_activity where wait_event = 'PgSleep'"
            return connection.execute(query).rowcount > 0
    except psycopg.OperationalError:  # it is on its way up, or down
        return False


def socket_of(lock: Path) -> str:
    """The libpq address of the private server that made this lock file beside its socket."""
    slot = Path(lock.read_text().splitlines()[1]).parent  # the second line is the data folder
    password = password_of(cache_root(server_account(find(None).initdb)) / f"seed-{slot.name}")
    return f"host={lock.parent} port={lock.name.split('.')[-2]} user=postgres password={password} dbname=postgres"
