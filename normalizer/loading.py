"""Loads files into a server, so that its catalogs hold what the files say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal

from attrs import define, field, frozen

from pgnorm.catalog.errors import PgnormError

from .adaptation import adapt, sets_session, stands_alone
from .execution import Execution
from .failures import failure, first_cause, is_final, is_missing, lacks_label_provider, missing_names, stand_in_hint
from .files import SourceFile
from .items import Item, Note
from .lexer import tokens
from .overwriting import Overwriting
from .statements import Statement, split
from .targets import makes_routine, names_in, roles_made, target
from .validation import validate

if TYPE_CHECKING:
    from psycopg import Connection, Error

Kind = Literal["declared", "migrations", "script"]

_BATCH: Final = 50


@frozen(kw_only=True)
class LoadReport:
    """What came up in a load: notes, the places of statements that had to wait for later ones, the roles and the
    empty extensions made for it."""

    notes: tuple[Note, ...]
    retried: tuple[str, ...]
    created_roles: tuple[str, ...]
    generated_extensions: tuple[str, ...]


def load(
    connection: Connection,
    files: Sequence[SourceFile],
    *,
    kind: Kind,
    transaction: bool,
    provide_extension: Callable[[str, str | None], bool] | None = None,
    owner: str | None = None,
    bundled: bool = False,
    check_bodies: bool = True,
    on_statement: Callable[[SourceFile, Statement], None] | None = None,
) -> LoadReport:
    """Runs the files' statements in their order, then has each language's validator check the functions' bodies, unless
    `check_bodies` is false (for the text of a dump: what its source holds is not to be judged again).

    `connection` commits by itself and, with `transaction`, is inside a transaction that the caller rolls back; without,
    every file becomes a transaction of its own. The statements of `declared` files may come in any order: one that
    names what a later one makes waits for it. `provide_extension` is told the name and version of each extension before
    it is created, and answers whether an empty stand-in was made. `owner` is the role that runs the files (the
    connection's own by default), `bundled` whether the server is the bundled one. `on_statement` is called when a
    statement has run, at once for one that makes a routine; one that a later statement overwrites has its call before
    it is undone.

    Raises PgnormError for the first statement that fails, with its place, and NeedsScratch where the files hold what
    can't run inside one transaction. The session's settings are reset at the end.
    """
    from psycopg import OperationalError

    split_files = [(source, split(source.text, label=source.label)) for source in files]
    roles = frozenset(name for _, statements in split_files for name in roles_made(statements))
    execution = Execution(
        connection=connection,
        transaction=transaction,
        owner=owner,
        provide_extension=provide_extension,
        roles_to_come=roles if kind == "declared" else frozenset(),
    )
    run = _Load(execution=execution, patient=kind == "declared", bundled=bundled, on_statement=on_statement)
    try:
        start = execution.start()
        for source, statements in split_files:
            run.take_file(source, statements)
        run.finish()
        if check_bodies:
            validate(execution, run.done, start=start, kind=kind)
        execution.leave()
    except OperationalError as error:
        if not connection.closed:
            raise
        raise PgnormError(f"the server ended the connection while loading: {error}") from error
    return LoadReport(
        notes=tuple(execution.notes),
        retried=tuple(run.retried),
        created_roles=tuple(execution.created_roles),
        generated_extensions=tuple(execution.generated_extensions),
    )


@define(kw_only=True, eq=False)
class _Load:
    """The state of one load; with `patient`, statements that come too early wait."""

    execution: Execution
    patient: bool
    bundled: bool
    on_statement: Callable[[SourceFile, Statement], None] | None
    done: list[Item] = field(factory=list)
    waiting: list[Item] = field(factory=list)
    retried: list[str] = field(factory=list)
    overwriting: Overwriting = field(factory=Overwriting)
    _count: int = 0

    def take_file(self, source: SourceFile, statements: Sequence[Statement]) -> None:
        """Runs the statements of one file."""
        self.execution.begin_file()
        context: tuple[str, ...] = ()
        batch: list[Item] = []
        for statement, following in zip(statements, [*statements[1:], None], strict=False):
            has_data = following is not None and following.copy_data
            adapted = adapt(statement, self.execution.version_num, source.place, has_data=has_data)
            if adapted.note:
                self.execution.note(adapted.level, source.place(statement.start), adapted.note)
            if adapted.text is None:
                continue
            item = Item(order=self._count, source=source, statement=statement, text=adapted.text, context=context)
            self._count += 1
            if not stands_alone(statement) and not (self.on_statement and makes_routine(statement)):
                batch.append(item)
                if len(batch) < _BATCH:
                    continue
                self._take_batch(batch)
            else:
                self._take_batch(batch)
                self._take(item)
                if item.ran and sets_session(statement):
                    context = (*context, item.text)
            batch = []
        self._take_batch(batch)
        self.execution.end_file(source)

    def _take_batch(self, batch: Sequence[Item]) -> None:
        """Runs statements at once where none waits and none fails, and else one by one."""
        if len(batch) > 1 and not self.waiting and self.execution.run_batch(batch):
            for item in batch:
                self._record(item)
            return
        for item in batch:
            self._take(item)

    def finish(self) -> None:
        """Runs what still waits, again and again while that makes progress."""
        if self.waiting:
            self.execution.begin_file()
            progress = True
            while self.waiting and progress:
                progress = False
                for item in tuple(self.waiting):
                    if item in self.waiting and self._retry(item):
                        self._succeeded(item)
                        progress = True
            if self.waiting:
                first, *others = first_cause(self.waiting)
                raise self._failure(first, others)
            self.execution.end_file(self.done[-1].source)

    def _take(self, item: Item) -> None:
        statement = item.statement
        if statement.begins("CREATE", "EXTENSION"):
            self._announce_extension(item)
        error = self.execution.run(item)
        if error is None:
            self._succeeded(item)
            return
        if self.execution.broken or not self.patient or not self._may_wait(item, error):
            raise self._failure(item)
        item.missing = missing_names(error)
        self.waiting.append(item)

    def _announce_extension(self, item: Item) -> None:
        made = target(item.statement)
        if made is not None:
            found = list(tokens(item.text))
            versions = [after for token, after in pairwise(found) if token.keyword == "VERSION"]
            version = versions[0].text.strip("'\"") if versions else None
            self.execution.ask_for_extension(item, made.name, version)

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
            item.missing = missing_names(error)
            if self.execution.broken or is_final(error):
                raise self._failure(item)
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

    def _failure(self, item: Item, circle: Sequence[Item] = ()) -> PgnormError:
        assert item.error is not None
        hint = None
        if circle:
            places = " and ".join(other.place for other in circle)
            hint = f"It and {places} wait for one another: make one without what it lacks, and alter it afterwards."
        elif is_missing(item.error) and (stand_ins := self.execution.generated_extensions):
            hint = stand_in_hint(stand_ins, bundled=self.bundled)
        elif lacks_label_provider(item.error):
            hint = "A private server has no label providers: name one that has loaded it with --shadow-url."
        return failure(item.source, item.statement.start, item.error, position=item.position, hint=hint)
