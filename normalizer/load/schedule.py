"""The statements of a load on their way into the server: at their place, or later where they wait for others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final

from attrs import define, field

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.progress import stage

from ..files.reading import SourceFile
from ..sql.defined import makes_routine, names_in, roles_made, target, version_in
from ..sql.sessions import sets_session
from ..sql.statements import Statement, split
from .adaptation import Adapted, adapt, stands_alone
from .causes import Fault, fault_of, words
from .errors import failure, is_final, is_missing, missing_names, way_out
from .pending import Item
from .privileged import for_role
from .redefinition import Overwriting
from .runner import Execution

if TYPE_CHECKING:
    from psycopg import Error

_BATCH: Final = 50


class _Stopped(Exception):
    """A fault after which nothing more can be run."""


@define(kw_only=True, eq=False)
class Run:
    """The state of one load; with `singly` each statement runs by itself."""

    execution: Execution
    bundled: bool
    on_statement: Callable[[SourceFile, Statement], None] | None
    singly: bool = False
    done: list[Item] = field(factory=list)
    waiting: list[Item] = field(factory=list)
    retried: list[str] = field(factory=list)
    faults: list[Fault] = field(factory=list)
    passed_over: frozenset[str] = frozenset()
    """The places of what did not run since a fault ended the load."""
    overwriting: Overwriting = field(factory=Overwriting)
    _count: int = 0

    def take(self, files: Sequence[SourceFile]) -> None:
        """Runs the statements of the files; what fails is among the faults."""
        texts = [(source, self._split(source)) for source in files]
        if self.execution.patient:
            self.execution.roles_to_come = frozenset(
                name for _, found in texts if not isinstance(found, PgnormError) for name in roles_made(found)
            )
        what = "Loading files" if self.execution.patient else "Replaying migrations"
        try:
            with stage(what, len(files)) as loading:
                for source, found in texts:
                    loading.step(source.label)
                    if isinstance(found, PgnormError):
                        self._add(self._fault(found, source.label, makes=words(source.text)))
                    else:
                        self._take_file(source, found)
                self._finish()
        except _Stopped:
            self.execution.stop()
            ran = {item.place for item in self.done}
            self.passed_over = frozenset(
                source.place(statement.start)
                for source, found in texts
                if not isinstance(found, PgnormError)
                for statement in found
            ).difference(ran)

    @staticmethod
    def _split(source: SourceFile) -> tuple[Statement, ...] | PgnormError:
        try:
            return split(source.text, label=source.label)
        except PgnormError as error:
            return error

    def _take_file(self, source: SourceFile, statements: Sequence[Statement]) -> None:
        self.execution.begin_file()
        context: tuple[str, ...] = ()
        batch: list[Item] = []
        for statement, following in zip(statements, [*statements[1:], None], strict=False):
            adapted = self._adapt(source, statement, following)
            if adapted.text is None:
                continue
            item = Item(order=self._count, source=source, statement=statement, text=adapted.text, context=context)
            self._count += 1
            apart = self.singly or stands_alone(statement) or (self.on_statement and makes_routine(statement))
            if not apart:
                batch.append(item)
                if len(batch) < _BATCH:
                    continue
                self._take_batch(batch)
            else:
                self._take_batch(batch)
                self._take(item)
                if item.ran and sets_session(statement):
                    context = (*context, item.text)
                elif item.text and sets_session(statement) and item not in self.waiting:
                    # What follows was written for other settings.
                    batch = []
                    break
            batch = []
        self._take_batch(batch)
        try:
            self.execution.end_file(source)
        except PgnormError as error:
            self._add(self._fault(error, source.label, makes=words(source.text)))

    def _adapt(self, source: SourceFile, statement: Statement, following: Statement | None) -> Adapted:
        has_data = following is not None and following.copy_data
        try:
            adapted = adapt(statement, self.execution.connection.info.server_version, source.place, has_data=has_data)
        except PgnormError as error:
            # It stands for statements that nobody knows.
            self._add(self._fault(error, source.place(statement.start), makes=None))
            return Adapted(text=None)
        if self.execution.power.withholds:
            adapted = for_role(statement, adapted, self.execution.owner)
        if adapted.note:
            self.execution.note(adapted.level, source.place(statement.start), adapted.note)
        return adapted

    def _take_batch(self, batch: Sequence[Item]) -> None:
        """Runs statements at once where none waits and none fails, and else one by one."""
        for item in batch:
            made = target(item.statement) if item.statement.begins("CREATE", "EXTENSION") else None
            if made is not None:
                self.execution.ask_for_extension(item, made.name, version_in(item.text))
        for _, alike in groupby(batch, self.execution.is_lent):
            self._take_alike(list(alike))

    def _take_alike(self, batch: Sequence[Item]) -> None:
        if len(batch) > 1 and not self.waiting and self.execution.run_batch(batch):
            for item in batch:
                self._record(item)
            return
        for item in batch:
            self._take(item)

    def _finish(self) -> None:
        """Runs what still waits, again and again while that makes progress."""
        if self.waiting:
            source = self.waiting[0].source
            self.execution.begin_file()
            progress = True
            while self.waiting and progress:
                progress = False
                for item in tuple(self.waiting):
                    if item in self.waiting and self._retry(item):
                        self._succeeded(item)
                        progress = True
            for item in self.waiting:
                self._add(fault_of(item, self._failure(item)))
            self.execution.end_file(source)

    def _take(self, item: Item) -> None:
        error = self.execution.run(item)
        if error is None:
            self._succeeded(item)
            return
        item.missing = missing_names(error.diag.message_primary)
        if self.execution.broken or not self.execution.patient or not self._may_wait(item, error):
            self._fail(item)
        else:
            self.waiting.append(item)

    def _may_wait(self, item: Item, error: Error) -> bool:
        if is_final(error):
            return False
        if item.statement.begins("DROP"):
            # Later, it would drop what the files make after it.
            names = names_in(item.statement)
            return any(made and made.name in names for made in (target(other.statement) for other in self.waiting))
        # An error of another sort may still come from what waits already.
        return is_missing(error) or bool(self.waiting)

    def _succeeded(self, item: Item) -> None:
        """Takes note of a statement that ran, and runs at once the waiting ones that it may have helped."""
        self._record(item)
        fresh = [item]
        while fresh and self.waiting:
            statement = fresh.pop(0).statement
            self._cancel_dropped(statement)
            names = names_in(statement)
            for other in tuple(self.waiting):
                if other.missing & names and other in self.waiting and self._retry(other):
                    self._record(other)
                    fresh.append(other)

    def _record(self, item: Item) -> None:
        self.done.append(item)
        if item.ran and self.on_statement:
            self.on_statement(item.source, item.statement)

    def _retry(self, item: Item) -> bool:
        """Runs a statement that waits. Whether it ran now."""
        outcome, error = self.overwriting.run(self.execution, item, self.done, self.on_statement)
        if outcome == "failed":
            assert error is not None
            item.missing = missing_names(error.diag.message_primary)
            if self.execution.broken or is_final(error):
                self.waiting.remove(item)
                self._fail(item)
            return False
        self.waiting.remove(item)
        if outcome == "overwritten":
            self.execution.note("verbose", item.place, "left out: a later statement defines it anew")
            return False
        self.retried.append(item.place)
        self.execution.note("verbose", item.place, "ran later than its place, since it names what comes after it")
        return True

    def _cancel_dropped(self, statement: Statement) -> None:
        dropped = target(statement, verb="DROP")
        if dropped is None or dropped.routine:
            return
        for other in tuple(self.waiting):
            if target(other.statement) == dropped:
                self.waiting.remove(other)
                self.execution.note("verbose", other.place, "left out: a later statement drops it")

    def _fail(self, item: Item) -> None:
        unread = item.source.text[item.statement.stop :] if sets_session(item.statement) else ""
        self._add(fault_of(item, self._failure(item), unread=unread))

    def _fault(self, error: PgnormError, place: str, makes: frozenset[str] | None) -> Fault:
        self._count += 1
        return Fault(order=self._count - 1, place=error.place or place, error=error, makes=makes)

    def _add(self, fault: Fault) -> None:
        self.faults.append(fault)
        if self.execution.broken or not self.execution.patient:
            raise _Stopped

    def _failure(self, item: Item) -> PgnormError:
        assert item.error is not None
        hint = way_out(item.error, self.execution.generated_extensions, bundled=self.bundled)
        place, caged = item.statement.start, self.execution.power.withholds
        return failure(item.source, place, item.error, position=item.position, hint=hint, caged=caged)
