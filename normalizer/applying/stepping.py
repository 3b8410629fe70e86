"""A migration carried out statement by statement, from where the run before left it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Final

from attrs import define

from pgnorm.catalog.errors import PgnormError

from ..sql.sessions import controls_transaction, sets_session
from .carrying import Carrier
from .failing import NOT_IN_ONE, Failed, failure
from .indexes import index_made, makes_index
from .interfaces import Unfinished
from .pieces import Applicable, Piece, count, runs_alone

_COMMITS: Final = ("COMMIT", "END")
_IN_DOUBT: Final = (
    "The run before ended while this statement ran, and may have carried it out: look. If it has, put IF EXISTS or "
    "IF NOT EXISTS into it, and run it again."
)


@define(eq=False, kw_only=True)
class Stepping:
    """A migration of which each statement runs, where it can, in a transaction with the word of how far it is."""

    carrier: Carrier
    migration: Applicable
    done: int = 0
    """The pieces that are carried out, whatever happens."""

    def go(self, before: Unfinished | None) -> None:
        """Carry out what is left, and remember the migration. Raises PgnormError, which says how far it is."""
        if before is not None:
            self._take_up(before)
        self.carrier.connection.renew()
        first = self.done
        for number, piece in enumerate(self.migration.pieces):
            if piece.statement is None:
                continue
            if number >= first:
                self._step(number, piece, again=before is not None and before.underway and number == first)
            elif sets_session(piece.statement):
                self._run(piece)
        with self._transaction():
            self.carrier.connection.reset()
            self.carrier.history.add(self.migration.version, self.migration.name, self.migration.texts)

    def _take_up(self, before: Unfinished) -> None:
        self.done = len(before.statements)
        if list(before.statements) != self.migration.texts[: self.done]:
            raise PgnormError(
                f"the file was changed after its first {count(before.statements)} statements had been carried out",
                place=self.migration.label,
                hint="Undo that; or finish by hand, and then run "
                f"`pgnorm migration repair --status applied {self.migration.version} {self.carrier.at}`.",
            )
        self.carrier.tell("note", f"{self.migration.label}: {self._so_far}")

    def _step(self, number: int, piece: Piece, *, again: bool) -> None:
        assert piece.statement is not None
        inside = self.carrier.connection.in_transaction
        if inside or controls_transaction(piece.statement):
            ends = inside and piece.statement.words[0] in _COMMITS
            if ends:
                self._note(number + 1)
            self._run(piece)
            self.done = number + 1 if ends else self.done
        elif again or runs_alone(piece.statement):
            self._alone(number, piece, again=again)
        else:
            try:
                self.carrier.patiently(lambda: self._together(number, piece))
            except Failed as failed:
                if failed.code not in NOT_IN_ONE:
                    raise
                self._alone(number, piece, again=False)

    def _together(self, number: int, piece: Piece) -> None:
        words = piece.statement.words if piece.statement is not None else ()
        if words[:2] == ("SET", "LOCAL") or words[:1] == ("LOCK",):
            place = self.migration.place(piece)
            self.carrier.tell("warning", f"{place}: without effect, since each statement is a transaction of its own")
        with self._transaction():
            self._run(piece)
            self._note(number + 1)
        self.done = number + 1

    def _alone(self, number: int, piece: Piece, *, again: bool) -> None:
        """Run what no transaction can take back: that it begins is noted before, and that it has ended afterwards."""
        if not (again and self._made_before(piece)):
            self._note_apart(number, underway=True)
            try:
                self.carrier.patiently(lambda: self._without_remains(piece))
            except Failed as failed:
                if again:
                    failed.hint = _IN_DOUBT
                elif failed.code:
                    self._note_apart(number)
                raise
        self._note_apart(number + 1)
        self.done = number + 1

    def _without_remains(self, piece: Piece) -> None:
        """Run a statement; an index that it leaves half made is dropped."""
        known = self._index(piece)
        try:
            self._run(piece)
        except Failed as failed:
            if known is None and failed.code:
                self._drop_half_made(self._index(piece))
            raise

    def _made_before(self, piece: Piece) -> bool:
        """True if the run before made the index that a statement makes; one that it left half made is dropped."""
        found = self._index(piece)
        if piece.statement is not None and makes_index(piece.statement) and index_made(piece.statement) is None:
            raise PgnormError(
                "the run before ended while this statement ran, and nothing tells an index without a name from others",
                place=self.migration.place(piece),
                hint="Look what the table has; if an index of these columns is not valid, drop it. Then give the index "
                "of this statement its name, or any, with IF NOT EXISTS, and run it again.",
            )
        self._drop_half_made(found)
        return found is not None and found[1]

    def _index(self, piece: Piece) -> tuple[str, bool] | None:
        """The index that a statement makes, and if it is valid; None where it makes none, or is still to make it."""
        from psycopg import Error

        made = index_made(piece.statement)
        try:
            return self.carrier.connection.index(made) if made is not None else None
        except Error as error:
            raise failure(self.migration, piece, error, done=self._so_far) from error

    def _drop_half_made(self, index: tuple[str, bool] | None) -> None:
        if index is not None and not index[1]:
            self.carrier.connection.run(f"drop index concurrently if exists {index[0]}")
            self.carrier.tell("note", f"{self.migration.label}: dropped the index {index[0]}, which was left half made")

    def _run(self, piece: Piece) -> None:
        self.carrier.run(self.migration, piece, done=self._so_far)

    def _note(self, number: int, *, underway: bool = False) -> None:
        self.carrier.connection.act_as_oneself()
        if underway or number:
            self.carrier.history.begin(self.migration.version, self.migration.texts[:number], underway=underway)
        else:
            self.carrier.history.remove(self.migration.version)

    def _note_apart(self, number: int, *, underway: bool = False) -> None:
        with self._transaction():
            self._note(number, underway=underway)

    def _transaction(self) -> AbstractContextManager[None]:
        return self.carrier.transaction(self.migration, renewed=False, done=self._so_far)

    @property
    def _so_far(self) -> str:
        carried_out = count(self.migration.texts[: self.done])
        return f"{carried_out} of its {self.migration.statement_count} statements are carried out."
