"""What Postgres is asked to judge by: a plan carried out, and a dump without what differs from run to run."""

import re
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import psycopg

from pgnorm.catalog.quoting import ident
from pgnorm.normalizer.comparing import compare
from pgnorm.normalizer.comparison import Comparison, Options
from pgnorm.normalizer.hazards.effects import Lock
from pgnorm.normalizer.hazards.measuring import Meter
from pgnorm.normalizer.hazards.rules import locks
from pgnorm.normalizer.plan.plan import Plan
from pgnorm.normalizer.project.sources import parse
from pgnorm.normalizer.servers import Servers
from pgnorm.normalizer.sql.statements import split
from pgnorm.normalizer.workspace import Workspace

_CHANCE = re.compile(r"\\(un)?restrict |-- Dumped (from|by) ")


def run_file(connection: psycopg.Connection, file: Path) -> None:
    """Run all of a file at once. Its error has a note of the file and of the line that Postgres refuses."""
    text = file.read_text()
    try:
        connection.execute(text.encode())
    except psycopg.Error as error:
        error.add_note(f"{file}:{_refused_line(connection, text, str(file))}")
        raise


def _refused_line(connection: psycopg.Connection, text: str, label: str) -> int:
    """The line of the first statement that fails, or of the place in it that Postgres names; the last one where all
    run (what is deferred fails at the end)."""
    place = len(text.rstrip())
    with connection.transaction(force_rollback=True):
        for statement in split(text, label=label):
            try:
                connection.execute(statement.text.encode())
            except psycopg.Error as error:
                place = statement.start + max(int(error.diag.statement_position or 1) - 1, 0)
                break
    return text.count("\n", 0, place) + 1


def carry_out(connection: psycopg.Connection, plan: Plan) -> None:
    """Run a plan, each of its scripts in a transaction but for those that can't be."""
    for script, steps in zip(plan.scripts(), plan.transactions, strict=True):
        with nullcontext() if any(step.alone for step in steps) else connection.transaction():
            connection.execute(script.encode())


def carry_out_measured(connection: psycopg.Connection, plan: Plan) -> Iterator[str]:
    """Run a plan statement by statement; where the locks of relations that one names are not as the rules say."""
    for steps in plan.transactions:
        with connection.transaction():
            connection.execute("set check_function_bodies = off")
            meter = Meter(connection)
            for statement in (each for step in steps for each in step.statements):
                before = meter.locks
                try:
                    connection.execute(statement.text.encode())
                except psycopg.Error as error:
                    error.add_note(f"in the plan: {statement.text}")
                    raise
                ruled = {name: lock for name, lock in locks(statement.sql).items() if name in before}
                found = {effect.relation: effect.lock for effect in meter.effects() if effect.lock is not None}
                for name, lock in before.items():
                    wanted = max(lock or 0, ruled.get(name, 0))
                    held = found.get(name, lock or 0)
                    named = name in ruled or (held > wanted and _names(statement.sql, name))
                    if named and held != wanted and max(held, wanted) >= Lock.SHARE_UPDATE_EXCLUSIVE:
                        yield f"{statement.sql}: {name} by rule {wanted}, measured {held}"
            connection.execute("reset check_function_bodies")


def _names(sql: str, relation: str) -> bool:
    """True if a statement is of a relation by its text."""
    schema, _, name = relation.partition(".")
    return sql.split("\n")[0].count(f"{ident(schema)}.{ident(name)}") > 0


def lines(dump: str) -> list[str]:
    """The lines of a dump, but for those of its key and of the versions that made it."""
    return [line for line in dump.split("\n") if not _CHANCE.match(line)]


def compared(servers: Servers, old: str, new: str, options: Options | None = None) -> Comparison:
    """The comparison of two sources, as a run of its own finds it."""
    return compared_and_told(servers, old, new, options)[0]


def compared_and_told(
    servers: Servers, old: str, new: str, options: Options | None = None
) -> tuple[Comparison, list[str]]:
    """The same, and what people are warned of meanwhile."""
    told: list[str] = []

    def tell(level: str, said: str) -> None:
        if level == "warning":
            told.append(said)

    with servers.turn(), Workspace(None, tell=tell, servers=servers) as workspace:
        return compare(workspace, parse(old, None), parse(new, None), options or Options()), told
