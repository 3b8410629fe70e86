"""The plan applied in the shadow to the old side, and what is then still different."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.access import Access, read_access
from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, ObjectId, Value
from pgnorm.catalog.progress import stage

from ..access.changes import AccessChange, access_changes
from ..compare.describing import describe
from ..compare.difference import Difference
from ..hazards.effects import Effect
from ..hazards.measuring import Meter
from ..load.visibility import without_states
from ..plan.plan import Plan, Step, Verb
from .refusing import REPORT, not_applying
from .roles import change_roles, committed, drop_roles, left_of_roles, settle_roles

if TYPE_CHECKING:
    from ..load.lending import Lending
    from ..postgres.shadow import Session
    from .rows import Rows

MISSING: Final = frozenset({"42P01", "42703", "42883", "42704", "3F000"})
"""The SQLSTATEs of a table, column, function, other object or schema that is not there."""
_INVALID: Final = """
    select pg_catalog.format('DROP INDEX %s', indexrelid::pg_catalog.regclass)
      from pg_catalog.pg_index
      join pg_catalog.pg_class on oid = indexrelid
     where not indisvalid and relkind = 'i'
"""


class Early(Exception):
    """A step came before what its code reads of rows that somebody gave."""

    def __init__(self, name: ObjectId) -> None:
        super().__init__(name)
        self.name = name


class Arrival(Value):
    """Result of a plan that was applied to the old side."""

    catalog: Catalog
    early: frozenset[ObjectId] = frozenset()
    """Objects that came too early in it."""
    effects: Mapping[str, tuple[Effect, ...]]
    """Effects of each statement on tables that were there, by its text."""
    access: tuple[AccessChange, ...] = ()
    """Permissions that the roles asked about have afterwards and had not before, or the reverse."""


def arrive_with_rows(session: "Session", plan: Plan, roles: Sequence[str] = ()) -> Arrival:
    """Result of `plan` on the old side, which is loaded in `session`.

    Tables on whose rows code is evaluated hold one each. What such a row itself makes fail is run again without one: no
    plan is refused for a row that nobody has. Raises PgnormError for the statement that Postgres refuses.
    """
    from .rows import Rows

    settle_roles(session, plan.roles)
    before = _access(session, roles)
    rows = Rows(session.connection, plan.evaluated_on, session.power)
    failed: list[Step] = []
    meter = Meter(session.connection)
    lending = apply(session, plan, lambda lending, step: failed.extend(_tried(lending, step, rows, meter)), meter)
    # Code that fails all the same when everything is there is none of the plan's faults.
    early = {step.id for step in failed if any(rows.again(table) is None for table in step.evaluated_on)}
    unfinished = {step.id for step in failed if step.finishing}
    for step in failed:
        if step.finishing and not any(_tried(lending, step, rows, meter)):
            early.add(step.id)
    return Arrival(
        catalog=without_states(session.read(), unfinished),
        early=frozenset(early),
        effects=meter.found,
        access=access_changes(before, _access(session, roles)),
    )


def arrive_with_seed(session: "Session", plan: Plan, roles: Sequence[str] = ()) -> Arrival:
    """The same where tables hold rows that somebody gave, so that what they refuse is said of them.

    Raises Early besides.
    """
    settle_roles(session, plan.roles)
    before = _access(session, roles)
    meter = Meter(session.connection)
    apply(session, plan, lambda lending, step: _run(lending, step, meter, seeded=True), meter)
    return Arrival(catalog=session.read(), effects=meter.found, access=access_changes(before, _access(session, roles)))


def _access(session: "Session", roles: Sequence[str]) -> Access:
    return read_access(session.connection, roles) if roles else Access(permissions=(), absent=())


def _tried(lending: "Lending", step: Step, rows: "Rows", meter: Meter) -> Iterator[Step]:
    """Run a step. It comes back if it names what is missing where it is evaluated on rows, and if it can't put a state
    right: for want of rows, or before another."""
    from psycopg import Error

    if not rows.there and not step.finishing:
        _run(lending, step, meter)
        return
    try:
        with nullcontext() if step.alone else lending.connection.transaction():
            _perform(lending, step, meter)
    except Error as error:
        if step.alone:
            _remove_invalid(lending)
        missing = error.sqlstate in MISSING
        if step.finishing and not rows.there and not missing:
            yield step
            return
        if missing and not rows.there.isdisjoint(step.evaluated_on):
            yield step
        elif missing and not rows.there:
            _run(lending, step, meter)
            return
        rows.remove()
        yield from _tried(lending, step, rows, meter)


def _remove_invalid(lending: "Lending") -> None:
    """Remove what an index that could not be built outside of a transaction has left."""
    for (sql,) in lending.connection.execute(_INVALID.encode()).fetchall():
        lending.connection.execute(str(sql).encode())


def refuse_rest(left: Sequence[Difference | str]) -> None:
    """Raise PgnormError where the plan has left a difference."""
    if left:
        raise PgnormError(
            "the plan does not arrive: applied to the old side, it leaves these differences\n"
            + "\n".join(f"  {found if isinstance(found, str) else describe(found)}" for found in left),
            hint=REPORT,
        )


def refuse_early(early: Iterable[ObjectId]) -> None:
    """Raise PgnormError where rows would make the plan fail, in whatever order."""
    for name in sorted(early):
        label = ".".join(filter(None, (name.schema, name.detail, name.name)))
        raise PgnormError(
            f"{name.kind} {label}: on rows that are there it calls a function that reads what is made only after it",
            hint="Make what the function reads in a migration before this one. --no-proof prints the plan as it is.",
        )


@contextmanager
def excused(hint: str | None) -> Iterator[None]:
    """An error that would be called a defect with the reason for which it may be none, where there is one."""
    try:
        yield
    except PgnormError as error:
        if error.hint == REPORT:
            error.hint = hint or REPORT
        raise


def apply(
    session: "Session",
    plan: Plan,
    run: "Callable[[Lending, Step], None] | None" = None,
    meter: Meter | None = None,
) -> "Lending":
    """Run the plan where the old side is loaded, transaction by transaction in a database of its own.

    Answers what has run it. Raises PgnormError for the statement that Postgres refuses.
    """
    from ..load.lending import Lending

    connection = session.connection
    inside = bool(connection.info.transaction_status)
    session.power.withdraw(connection)
    lending = Lending.begun(connection, session.power)
    connection.execute("set check_function_bodies = off")
    with committed(connection):
        change_roles(lending, plan.roles)
    with stage("Trying the plan", len(plan.steps)) as trying:
        for steps in plan.transactions:
            with nullcontext() if any(step.alone for step in steps) else committed(connection):
                for step in trying.counting(steps):
                    (run or _run)(lending, step)
            if not inside and meter is not None:
                meter.committed()
    with committed(connection):
        drop_roles(lending, plan.roles)
    refuse_rest(left_of_roles(session, plan.roles))
    return lending


def _perform(lending: "Lending", step: Step, meter: Meter | None) -> None:
    """Run a step: one statement after the other where they may do something to tables that were there."""
    if step.alone:
        for statement in step.statements:
            lending.connection.execute(statement.text.encode())
        return
    # Power is lent to a text as a whole: what runs as somebody else needs it together with the way there and back.
    as_others = any(each.sql.startswith("SET SESSION AUTHORIZATION") for each in step.statements)
    if meter is None or as_others or (step.verb is Verb.CREATE and step.item.parent is None):
        lending.run(step.sql)
        return
    for statement in step.statements:
        lending.run(statement.text)
        meter.note(statement.sql)


def _run(lending: "Lending", step: Step, meter: Meter | None = None, *, seeded: bool = False) -> None:
    from psycopg import Error

    try:
        _perform(lending, step, meter)
    except Error as error:
        if seeded and step.evaluated_on and error.sqlstate in MISSING:
            raise Early(step.id) from error
        raise not_applying(step.label, step.sql, error) from error
