"""Files loaded into a session of the shadow: one transaction or, where they don't take that, a scratch database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import define, field

from pgnorm.catalog.model import Value

from ..files.reading import FileKind, SourceFile, read_file, shown
from ..project.ways_back import without_ways_back
from .contents import Contents, depends_on
from .data_statements import data_statements
from .new_roles import NO_FILE_ROLES, FileRoles, file_roles, known_roles
from .visibility import as_dumps_say

if TYPE_CHECKING:
    from pgnorm.catalog.model import Catalog

    from ..postgres.kept import Kept
    from ..postgres.shadow import Session, Shadow
    from ..sql.statements import Statement
    from .adaptation import Level
    from .causes import Failed
    from .loader import LoadReport

Tell: TypeAlias = "Callable[[Level, str], None]"
"""What takes a line for a person."""

Watch: TypeAlias = "Callable[[Session], Callable[[SourceFile, Statement], None]]"

OnErrors: TypeAlias = "Callable[[Failed], None]"
"""What is told what of a load failed."""

_OWNER: Final = "postgres"


class Loaded(Value):
    """A source loaded into the shadow: what it holds, and the session, which is undone afterwards."""

    contents: Contents
    session: Session

    @property
    def catalog(self) -> Catalog:
        """What its catalog says."""
        return self.contents.catalog


@define(kw_only=True)
class Filling:
    """What the loads of one run have in common."""

    roles: Path | None
    """The file that makes the project's roles, which is loaded first."""
    tell: Tell
    cached: bool = True
    """True if what earlier runs have read of files counts."""
    role: str | None = None
    """The role that the compared database was read as: what files create is its own."""
    _made: set[str] = field(factory=set, init=False)
    """The roles that one source made: what leads from another to it may name them."""
    _known: dict[tuple[str, ...], Contents] = field(factory=dict, init=False)
    """What earlier runs have read, by all that it depends on."""
    _read: dict[tuple[str, ...], Contents] = field(factory=dict, init=False)
    """What this run has read."""
    _last_dump: tuple[str, Catalog] | None = field(default=None, init=False)

    @contextmanager
    def catalog(
        self, shadow: Shadow, files: Sequence[SourceFile], kind: FileKind, *, scratch: bool
    ) -> Iterator[Loaded]:
        """The files loaded into one transaction or, where they don't take that, into a database of their own. What was
        loaded before in this run is not read again."""
        given = shadow.unmodelled
        filled = self._filled(shadow, files, kind, scratch=scratch, bare=False, watch=None)
        with filled as (session, roles, notes):
            names = tuple(self.named(files, kind))
            if names not in self._read:
                catalog = session.read()
                contents = Contents(
                    catalog=as_dumps_say(catalog, files),
                    unmodelled=tuple(each for each in catalog.unmodelled if each not in given),
                    data=data_statements(_forth(files), session.connection),
                    roles=roles,
                    notes=tuple(notes),
                )
                self._read[names] = self._held(shadow, contents, names)
            yield Loaded(contents=self._read[names], session=session)

    @contextmanager
    def dump(self, shadow: Shadow, file: SourceFile, *, scratch: bool) -> Iterator[Loaded]:
        """The text of a dump, likewise. Its bodies are not checked, and the platform's default privileges are away: a
        dump says what an object has beyond Postgres' own. Loaded again it makes the same, which is not read again."""
        filled = self._filled(shadow, [file], "migrations", scratch=scratch, bare=True, watch=None)
        with filled as (session, roles, _):
            if self._last_dump is None or self._last_dump[0] != file.text:
                self._last_dump = file.text, session.read()
            contents = Contents(catalog=self._last_dump[1], unmodelled=(), roles=roles)
            yield Loaded(contents=contents, session=session)

    def known(self, shadow: Shadow, files: Sequence[SourceFile], kind: FileKind) -> Contents | None:
        """What files hold that an earlier run has loaded, as if they were loaded now: what there is to say of them is
        told, and another source may name their roles. None where something has changed since."""
        kept, names = self.kept(shadow), tuple(self.named(files, kind))
        text = kept.find(*names) if kept is not None else None
        known = Contents.loads(text) if text is not None else None
        if known is not None:
            self._known[names] = known
            for level, message in known.notes:
                self.tell(level, message)
            self._made |= known.roles.names
        return known

    def _held(self, shadow: Shadow, contents: Contents, names: tuple[str, ...]) -> Contents:
        """The contents, kept for later runs; those that were known if they are the same."""
        known = self._known.get(names)
        if known == contents:
            return known
        kept = self.kept(shadow)
        if kept is not None:
            kept.keep(contents.dumps, *names)
        return contents

    def kept(self, shadow: Shadow) -> Kept | None:
        """What earlier runs have read, as far as that counts."""
        return shadow.kept if self.cached else None

    def named(self, files: Sequence[SourceFile], kind: FileKind) -> Iterator[str]:
        """All that a load of files depends on, the server apart."""
        return depends_on(files, kind, self.role, self.roles)

    @contextmanager
    def session(
        self,
        shadow: Shadow,
        files: Sequence[SourceFile],
        kind: FileKind,
        *,
        watch: Watch,
        on_errors: OnErrors | None = None,
        quiet: bool = False,
    ) -> Iterator[Session]:
        """The files in a session; with `on_errors`, what of them loads. With `quiet` the load's notes are not told."""
        filled = self._filled(
            shadow, files, kind, scratch=False, bare=False, watch=watch, on_errors=on_errors, quiet=quiet
        )
        with filled as (session, *_):
            yield session

    @contextmanager
    def _filled(
        self,
        shadow: Shadow,
        files: Sequence[SourceFile],
        kind: FileKind,
        *,
        scratch: bool,
        bare: bool,
        watch: Watch | None,
        on_errors: OnErrors | None = None,
        quiet: bool = False,
    ) -> Iterator[tuple[Session, FileRoles, list[tuple[Level, str]]]]:
        """A session that holds the files, their roles, and what was told. What is watched is no side of a comparison,
        and its roles are not asked for."""
        from .pending import NeedsScratch

        notes: list[tuple[Level, str]] = []
        with ExitStack() as stack:
            while True:
                session = stack.enter_context(shadow.session(scratch=scratch))
                if bare:
                    with session.power.lent(session.connection):
                        session.connection.execute("delete from pg_catalog.pg_default_acl")
                before = known_roles(session) if watch is None else None
                try:
                    report = self._run(
                        shadow,
                        session,
                        files,
                        kind,
                        transaction=not scratch,
                        bare=bare,
                        watch=watch,
                        on_errors=on_errors,
                        quiet=quiet,
                    )
                    break
                except NeedsScratch as reason:
                    notes = [("verbose", f"loaded into a database of its own: {reason}")]
                    self.tell(*notes[0])
                    stack.close()
                    scratch = True
            notes += [(note.level, f"{note.place}: {note.message}") for note in report.notes]
            if before is None:
                yield session, NO_FILE_ROLES, notes
                return
            roles = file_roles(session, before, frozenset(report.created_roles))
            if absent := sorted(self._made - roles.names - before[0]):
                session.power.make_roles(session.connection, absent)
            self._made |= roles.names
            yield session, roles, notes

    def _run(
        self,
        shadow: Shadow,
        session: Session,
        files: Sequence[SourceFile],
        kind: FileKind,
        *,
        transaction: bool,
        bare: bool,
        watch: Watch | None,
        on_errors: OnErrors | None,
        quiet: bool,
    ) -> LoadReport:
        """Load the files, and say what came up."""
        from .loader import load

        provide = shadow.provide_extension
        if self.roles is not None:
            first = read_file(self.roles, label=shown(self.roles))
            load(
                session.connection,
                [first],
                kind="script",
                transaction=transaction,
                provide_extension=provide,
                power=session.power,
            )
        report = load(
            session.connection,
            files if bare else _forth(files),
            kind=kind,
            transaction=transaction,
            provide_extension=provide,
            power=session.power,
            owner=self.role if self.role != _OWNER else None,
            bundled=shadow.binaries is not None and shadow.binaries.bundled,
            check_bodies=not bare,
            on_statement=watch(session) if watch else None,
            on_errors=on_errors,
        )
        for note in () if quiet else report.notes:
            self.tell(note.level, f"{note.place}: {note.message}")
        return report


def _forth(files: Sequence[SourceFile]) -> list[SourceFile]:
    """The files without their ways back."""
    return [file.evolve(text=without_ways_back(file.text)) for file in files]
