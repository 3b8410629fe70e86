"""Texts loaded into a session of the shadow: one transaction or, where they don't take that, a scratch database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final, TypeAlias

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from ..project.ways_back import without_ways_back
from .file_roles import NO_FILE_ROLES, FileRoles, file_roles, known_roles

if TYPE_CHECKING:
    from ..files.reading import SourceFile
    from ..postgres.shadow import Session
    from ..sql.statements import Statement
    from .adaptation import Level
    from .causes import Failed
    from .context import Context, Texts
    from .loader import LoadReport

Watch: TypeAlias = "Callable[[Session], Callable[[SourceFile, Statement], None]]"
"""A function called at the beginning of each attempt to load; it answers the one to call after each statement."""

OnErrors: TypeAlias = "Callable[[Failed], None]"
"""A function that takes the failures of a load."""

_OWNER: Final = "postgres"
_GRANTS_NOTHING: Final = """
    delete from pg_catalog.pg_default_acl
     where defaclrole operator(pg_catalog.=) pg_catalog.to_regrole(pg_catalog.quote_ident(%s))
"""
"""The statement after which a role's new objects have no privileges but those that they are granted."""


class Loaded(Value):
    """Texts in the shadow: the session, which is undone afterwards, and what came up in their load."""

    session: Session
    roles: FileRoles = NO_FILE_ROLES
    notes: tuple[tuple[Level, str], ...] = ()


@contextmanager
def loaded(
    context: Context,
    texts: Texts,
    *,
    scratch: bool = False,
    beside: Iterable[str] = (),
    watch: Watch | None = None,
    singly: bool = False,
    on_errors: OnErrors | None = None,
    quiet: bool = False,
) -> Iterator[Loaded]:
    """The texts in the shadow for as long as the context lasts; with `scratch` in a database of their own, where
    statements can be committed. The roles `beside` are there too: those that a plan for what was loaded may name.

    What is watched, with `singly` after each statement, is no side of a comparison, and its roles are not asked for.
    With `on_errors` what loads is there, and that is told what failed. With `quiet` the load's notes are not told.
    Raises PgnormError for what does not load, with its place.
    """
    from .pending import NeedsScratch

    notes: list[tuple[Level, str]] = []
    with ExitStack() as stack:
        while True:
            session = stack.enter_context(context.shadow.session(scratch=scratch))
            if texts.is_dump:
                with session.power.lent(session.connection):
                    session.connection.execute("delete from pg_catalog.pg_default_acl")
            elif texts.grants_all:
                with session.power.lent(session.connection):
                    session.connection.execute(_GRANTS_NOTHING, [context.role or _OWNER])
            before = known_roles(session) if watch is None else None
            try:
                report = _load(context, session, texts, not scratch, watch, singly, on_errors)
                break
            except NeedsScratch as reason:
                notes = [("verbose", f"loaded into a database of its own: {reason}")]
                context.tell(*notes[0])
                stack.close()
                scratch = True
        said = [(note.level, note.message if texts.is_dump else note.said) for note in report.notes]
        for each in () if quiet else said:
            context.tell(*each)
        if before is None:
            yield Loaded(session=session, notes=(*notes, *said))
            return
        roles = file_roles(session, before, frozenset(report.created_roles), context.major)
        if absent := sorted(frozenset(beside) - roles.names - before[0]):
            session.power.make_roles(session.connection, absent)
        yield Loaded(session=session, roles=roles, notes=(*notes, *said))


def _load(
    context: Context,
    session: Session,
    texts: Texts,
    transaction: bool,
    watch: Watch | None,
    singly: bool,
    on_errors: OnErrors | None,
) -> LoadReport:
    """Load the roles' file and the texts."""
    from .loader import load

    shadow = context.shadow
    if context.roles is not None:
        load(
            session.connection,
            [context.roles],
            kind="script",
            transaction=transaction,
            provide_extension=shadow.provide_extension,
            power=session.power,
        )
    return load(
        session.connection,
        texts.files if texts.is_dump else forth(texts.files),
        kind=texts.kind,
        transaction=transaction,
        provide_extension=shadow.provide_extension,
        power=session.power,
        owner=context.role if context.role != _OWNER else None,
        bundled=shadow.binaries is not None and shadow.binaries.bundled,
        check_bodies=not texts.is_dump,
        on_statement=watch(session) if watch else None,
        singly=singly,
        on_errors=on_errors,
    )


def forth(files: Sequence[SourceFile]) -> list[SourceFile]:
    """The files without their ways back."""
    return [file.evolve(text=without_ways_back(file.text)) for file in files]


def run_behind(session: Session, statements: Iterable[str]) -> None:
    """Run statements (`ALTER TABLE notes RENAME body TO text`) behind what is loaded.

    Raises PgnormError for the first that Postgres refuses.
    """
    from psycopg import Error

    from .lending import Lending

    for statement in statements:
        try:
            with session.connection.transaction():
                session.power.withdraw(session.connection)
                Lending.begun(session.connection, session.power).run(statement)
        except Error as error:
            raise PgnormError(f"it can't be renamed: {error.diag.message_primary or error}\n  {statement}") from error
