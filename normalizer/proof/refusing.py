"""Errors of a plan that Postgres refuses as it is tried."""

from typing import TYPE_CHECKING, Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.secrets import masked_sql

if TYPE_CHECKING:
    from psycopg import Error

DATA: Final = ("22", "23", "P0")
"""The classes of SQLSTATEs that rows bring about: values, constraints, and what code raises."""
UNFIT: Final = "It is a row of --seed or of the files that does not allow it: change the row, or what is wanted of it."
NOT_SO: Final = "55"
"""The class of SQLSTATEs of what another setting would allow: `UPDATE` of a published table without an identity."""
REPORT: Final = "This is a defect of pgnorm: please report it. --no-proof prints the plan all the same."


def not_applying(label: str, sql: str, error: "Error") -> PgnormError:
    """The error of a plan whose step of this name Postgres refuses, at that text."""
    said = error.diag
    parts = [f"the plan does not apply, at {label}: {said.message_primary or error}"]
    parts += [f"DETAIL: {said.message_detail}"] if said.message_detail else []
    return PgnormError("\n".join([*parts, *(f"  {line}" for line in masked_sql(sql).splitlines())]), hint=_hint(error))


def _hint(error: "Error") -> str:
    sort = (error.sqlstate or "")[:2]
    if sort in DATA:
        return UNFIT
    return error.diag.message_hint if sort == NOT_SO and error.diag.message_hint else REPORT
