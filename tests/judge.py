"""What Postgres is asked to judge by: a plan carried out, and a dump without what differs from run to run."""

import re

import psycopg

from pgnorm.normalizer.plan.plan import Plan

_CHANCE = re.compile(r"\\(un)?restrict |-- Dumped (from|by) ")


def carry_out(connection: psycopg.Connection, plan: Plan) -> None:
    """Run a plan, each of its scripts in a transaction."""
    for script in plan.scripts():
        with connection.transaction():
            connection.execute(script.encode())


def lines(dump: str) -> list[str]:
    """The lines of a dump, but for those of its key and of the versions that made it."""
    return [line for line in dump.split("\n") if not _CHANCE.match(line)]
