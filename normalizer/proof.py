"""The plan applied in the shadow to the old side, and what is then still different."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog
from pgnorm.catalog.secrets import masked_sql

from .describing import describe
from .difference import Difference
from .plan import Plan, Step

if TYPE_CHECKING:
    from .postgres.shadow import Session

REPORT: Final = "This is a defect of pgnorm: please report it. --no-proof prints the plan all the same."


def arrive(session: "Session", plan: Plan) -> Catalog:
    """The catalog that `plan` makes of the old side, which is loaded in `session`.

    Raises PgnormError for the statement that Postgres refuses.
    """
    from pgnorm.catalog.reader import read

    apply(session, plan)
    return read(session.connection)


def refuse_rest(left: Sequence[Difference]) -> None:
    """Raise PgnormError where the plan has left a difference."""
    if left:
        raise PgnormError(
            "the plan does not arrive: applied to the old side, it leaves these differences\n"
            + "\n".join(f"  {describe(found)}" for found in left),
            hint=REPORT,
        )


def apply(session: "Session", plan: Plan) -> None:
    """Run the plan where the old side is loaded, transaction by transaction in a database of its own.

    Raises PgnormError for the statement that Postgres refuses.
    """
    connection = session.connection
    inside = bool(connection.info.transaction_status)
    connection.execute("set check_function_bodies = off")
    for steps in plan.transactions:
        if not inside:
            connection.execute("begin")
        for step in steps:
            _run(session, step)
        if not inside:
            connection.execute("commit")


def _run(session: "Session", step: Step) -> None:
    from psycopg import Error

    try:
        session.connection.execute(step.sql.encode())
    except Error as error:
        said = error.diag
        at = f"at {step.verb.value} {step.item.kind} {step.item.label}"
        parts = [f"the plan does not apply, {at}: {said.message_primary or error}"]
        parts += [f"{word}: {text}" for word, text in (("DETAIL", said.message_detail),) if text]
        raise PgnormError(
            "\n".join([*parts, *(f"  {line}" for line in masked_sql(step.sql).splitlines())]),
            hint=REPORT,
        ) from error
