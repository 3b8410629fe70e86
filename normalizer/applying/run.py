"""Migrations carried out: each in one transaction with its row of the history, or else statement by statement."""

from typing import Final

from .carrying import Carrier
from .failing import NOT_IN_ONE, Failed
from .pieces import Applicable, reason_to_run_apart, within
from .stepping import Stepping

_NOTHING: Final = "Nothing of this file is applied."


def carry_out(carrier: Carrier, migration: Applicable) -> None:
    """Carry out a migration and remember it. Raises PgnormError, after which database and history agree."""
    before = carrier.history.unfinished().get(migration.version)
    reason = reason_to_run_apart(migration)
    if before is None and reason is None:
        try:
            carrier.patiently(lambda: _in_one(carrier, migration))
            return
        except Failed as failed:
            if failed.code not in NOT_IN_ONE:
                raise
            reason = failed.message.partition("\n")[0]
    carrier.tell("note", f"{migration.label} runs statement by statement: {reason or 'it was begun so'}")
    Stepping(carrier=carrier, migration=migration).go(before)


def _in_one(carrier: Carrier, migration: Applicable) -> None:
    with carrier.transaction(migration, renewed=True, done=_NOTHING):
        for piece in within(migration):
            carrier.run(migration, piece, done=_NOTHING)
        carrier.connection.reset()
        carrier.history.add(migration.version, migration.name, migration.texts)
