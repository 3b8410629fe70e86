"""Migrations that a database lacks, as they are going to be applied; what of its history speaks against that."""

import shlex
from collections.abc import Sequence

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.quoting import one_line

from .pieces import Applicable, check
from .standing import Standing, State, left, read
from .target import refuse_tools


def read_pending(standings: Sequence[Standing], at: str, *, include_all: bool) -> tuple[Applicable, ...]:
    """The migrations that are left to do, in their order; `at` is the option that names the database.

    Raises PgnormError where they don't follow those that are applied, and for what can't be applied.
    """
    refuse_unknown(standings, at)
    pending = left(standings)
    if not include_all:
        _refuse_late(pending)
    found = tuple(read(each.path, each.version, each.name) for each in pending if each.path is not None)
    for each in found:
        refuse_tools(each)
        check(each, at)
    return found


def refuse_unknown(standings: Sequence[Standing], at: str) -> None:
    """Raise PgnormError for what the database has applied and the folder lacks; `at` is the option that names it."""
    begun = [each.version for each in standings if each.state is State.UNFINISHED and each.path is None]
    if begun:
        raise PgnormError(
            f"the database has carried out a part of migrations that the folder lacks: {_named(begun)}",
            hint="Put their files back; or undo by hand what they did, and run "
            f"`pgnorm migration repair --status reverted {shlex.join(begun)} {at}`.",
        )
    unknown = [each.version for each in standings if each.state is State.MISSING]
    if unknown:
        raise PgnormError(
            f"the database has applied migrations that the folder lacks: {_named(unknown)}",
            hint=f"`pgnorm migration fetch {at}` writes their files. If they are not to be there: "
            f"`pgnorm migration repair --status reverted {shlex.join(unknown)} {at}`.",
        )


def refuse_pending(standings: Sequence[Standing], at: str) -> None:
    """Raise PgnormError for migrations that the database lacks; `at` is the option that names it."""
    if pending := [each.version for each in left(standings)]:
        raise PgnormError(
            f"the folder has migrations that are not applied there: {', '.join(pending)}",
            hint=f"Apply them first: `pgnorm push {at}`. Where they say what the database has by now: "
            f"`pgnorm migration repair --status applied {' '.join(pending)} {at}`.",
        )


def _named(versions: Sequence[str]) -> str:
    return ", ".join(map(one_line, versions))


def _refuse_late(pending: Sequence[Standing]) -> None:
    late = [each.path.name for each in pending if each.late and each.path is not None]
    if late:
        raise PgnormError(
            f"the database has applied later migrations than these: {', '.join(late)}",
            hint="`pgnorm migration rebase` puts those of this branch behind. Or give them later versions, or apply "
            "them all the same with --include-all.",
        )
