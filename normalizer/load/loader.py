"""Loads files into a server, so that its catalogs hold what the files say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value
from pgnorm.catalog.progress import stage

from ..files.reading import FileKind, SourceFile
from ..postgres.power import UNCAGED, Power
from ..sql.statements import Statement
from .causes import Failed, causes, together
from .pending import Note
from .runner import Execution
from .schedule import Run
from .validation import validate

if TYPE_CHECKING:
    from psycopg import Connection


class LoadReport(Value):
    """Report of a load: notes, the places of statements that had to wait for later ones, the roles and the empty
    extensions made for it."""

    notes: tuple[Note, ...]
    retried: tuple[str, ...]
    created_roles: tuple[str, ...]
    generated_extensions: tuple[str, ...]


def load(
    connection: Connection,
    files: Sequence[SourceFile],
    *,
    kind: FileKind,
    transaction: bool,
    provide_extension: Callable[[str, str | None], bool] | None = None,
    power: Power = UNCAGED,
    owner: str | None = None,
    bundled: bool = False,
    check_bodies: bool = True,
    on_statement: Callable[[SourceFile, Statement], None] | None = None,
    singly: bool = False,
    on_errors: Callable[[Failed], None] | None = None,
) -> LoadReport:
    """Runs the files' statements in their order, then has each language's validator check the functions' bodies, unless
    `check_bodies` is false (for the text of a dump: what its source holds is not to be judged again).

    `connection` commits by itself and, with `transaction`, is inside a transaction that the caller rolls back; without,
    every file becomes a transaction of its own. But for migrations, statements may come in any order: one that names
    what a later one makes waits for it. `provide_extension` is told the name and version of each extension before it is
    created, and answers whether an empty stand-in was made. `power` is lent to the role for the statements that need a
    superuser's; it is withheld at the end. `owner` is the role that runs the files (the connection's
    own by default), `bundled` whether the server is the bundled one. `on_statement` is called when a statement has run,
    at once for one that makes a routine or, with `singly`, for each; one that a later statement overwrites has its call
    before it is undone.

    Raises PgnormError for all that fails, in the order of the files, but for what only follows from another failure;
    the first failure of migrations ends their load. Raises NeedsScratch where the files hold what can't run inside one
    transaction. With `on_errors` what loads stays loaded, and that is told what failed, if only that nothing did. The
    session's settings are reset at the end.
    """
    run = Run(
        execution=Execution(
            connection=connection,
            transaction=transaction,
            owner=owner,
            provide_extension=provide_extension,
            power=power,
            patient=kind != "migrations",
            declares=kind != "migrations" or not check_bodies,
        ),
        bundled=bundled,
        on_statement=on_statement,
        singly=singly,
    )
    errors = _errors(run, files, kind if check_bodies else None)
    execution = run.execution
    if errors and (on_errors is None or execution.broken):
        raise together(errors)
    if on_errors is not None:
        places = run.passed_over.union(fault.place for fault in run.faults)
        on_errors(Failed(errors=tuple(errors), places=places))
    return LoadReport(
        notes=tuple(execution.notes),
        retried=tuple(run.retried),
        created_roles=tuple(execution.created_roles),
        generated_extensions=tuple(execution.generated_extensions),
    )


def _errors(run: Run, files: Sequence[SourceFile], kind: FileKind | None) -> list[PgnormError]:
    """The errors of the files' statements, and of the bodies in files of this kind; None has those unread."""
    from psycopg import OperationalError

    execution = run.execution
    try:
        execution.power.withdraw(execution.connection)
        execution.start()
        run.take(files)
        found = causes(run.faults)
        if kind is not None and not execution.broken:
            with stage("Checking bodies of functions"):
                found += validate(execution, run.done, kind=kind, faults=run.faults)
        if not execution.broken:
            execution.leave()
    except OperationalError as error:
        if not execution.connection.closed:
            raise
        raise PgnormError(f"the server ended the connection while loading: {error}") from error
    finally:
        execution.time_limit.close()
    return [error for _, error in sorted(found, key=itemgetter(0))]
