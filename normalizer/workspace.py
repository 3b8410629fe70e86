"""Sources opened: databases as they are, files by loading them into the one shadow of the run."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from attrs import frozen

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog
from pgnorm.catalog.quoting import ident

from .adaptation import Level
from .databases import Database, address, connected
from .files import SourceFile, read_file
from .ownership import Ownership
from .platforms import PLAIN, Platform
from .postgres.shadow import Session, Shadow, open_shadow
from .project import Project, shown
from .sources import Files, Source
from .statements import Statement

if TYPE_CHECKING:
    from psycopg import Connection

    from pgnorm.catalog.cluster import Cluster

    from .loading import Kind

Tell = Callable[[Level, str], None]
"""What takes a line for a person."""

Watch = Callable[[Session], Callable[[SourceFile, Statement], None]]

_OWNER: Final = "postgres"


@frozen(kw_only=True)
class Loaded:
    """A source loaded into the shadow: what its catalog says, and the session, which is undone afterwards."""

    catalog: Catalog
    session: Session
    unmodelled: tuple[tuple[str, str], ...]
    """What of `catalog.unmodelled` the source made: the platform's own is left out."""


class Workspace:
    """The sources of one run. A context: at its end the shadow, opened at first need, is gone."""

    def __init__(self, project: Project | None, *, tell: Tell, shadow_url: str | None = None) -> None:
        self.project = project
        self.platform: Platform = project.platform if project else PLAIN
        self.role: str | None = None
        """The role that the compared database was read as: what files create is its own."""
        self._major = project.major if project else None
        self._once: set[str] = set()
        self._teller = tell
        self._shadow_url = shadow_url
        self._stack = ExitStack()
        self._given: frozenset[tuple[str, str]] | None = None
        """What nothing models of the platform beneath the sources; known once the first one is loaded."""
        self._roles: set[str] = set()
        """The roles that one source made: what leads from another to it may name them."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, traceback)

    @cached_property
    def shadow(self) -> Shadow:
        """The shadow server. Raises PgnormError where none can be had."""
        opening = open_shadow(major=self._major, platform=self.platform, shadow_url=self._shadow_url)
        shadow = self._stack.enter_context(opening)
        whose = "private" if shadow.binaries else "of --shadow-url"
        version = _version(shadow.version_num)
        self._tell("note", f"shadow: Postgres {version} ({whose}), baseline: {self.platform.name}")
        if self._major is not None and shadow.major != self._major:
            self._tell("note", f"Postgres {self._major} is not installed: {shadow.major} stands in for it")
        return shadow

    @property
    def pg_dump(self) -> Path:
        """The shadow server's own pg_dump. Raises PgnormError where the server is not ours."""
        if self.shadow.binaries is None:
            raise PgnormError(
                "a proof by pg_dump needs a private server",
                hint="Leave --shadow-url out, or prove with --proof catalog.",
            )
        return self.shadow.binaries.bindir / "pg_dump"

    @cached_property
    def baseline(self) -> Catalog:
        """What the platform provides, read from the empty shadow."""
        from pgnorm.catalog.reader import read

        with self.shadow.session() as session:
            return read(session.connection)

    def read(self, source: Source) -> Catalog:
        """The source's catalog.

        Raises PgnormError for what can't be connected to, read or loaded.
        """
        if isinstance(source, Database):
            return self._read_database(source)
        with self.loaded(source) as loaded:
            return loaded.catalog

    def roles(self, source: Source) -> "Cluster":
        """The roles of the server that the source is a database of, or that its files are loaded into.

        Raises PgnormError for what can't be connected to, read or loaded.
        """
        from pgnorm.catalog.cluster import read_cluster

        if isinstance(source, Database):
            with self._connected(source) as connection:
                return read_cluster(connection)
        with self.loaded(source) as loaded:
            return read_cluster(loaded.session.connection)

    @cached_property
    def ownership(self) -> Ownership:
        """What tells the project's objects from the platform's."""
        schemas = self.project.schemas if self.project else ()
        return Ownership(platform=self.platform, baseline=self.baseline, schemas=schemas)

    @contextmanager
    def loaded(self, source: Files, *, scratch: bool = False) -> Iterator[Loaded]:
        """The files in the shadow for as long as the context lasts; with `scratch` in a database of their own, where
        statements can be committed.

        Raises PgnormError for a file that can't be read or loaded, with its place.
        """
        self._tell("note", f"source: {source.title}")
        for note in source.notes:
            self._tell("warning", note)
        shadow = self.shadow
        files = [read_file(path, label=shown(path)) for path in source.paths]
        with self._load(shadow, files, source.kind, scratch=scratch) as loaded:
            yield loaded

    @contextmanager
    def reloaded(self, dump: str, *, title: str, scratch: bool = False) -> Iterator[Loaded]:
        """The text of a dump in the shadow: the round trip that the catalog of a live database makes before it is
        compared, since Postgres does not deparse what it has reloaded exactly as before.

        Raises PgnormError where the dump does not load (an extension that the shadow lacks).
        """
        file = SourceFile(path=None, label=title, text=dump)
        with self._load(self.shadow, [file], "script", scratch=scratch, bare=True) as loaded:
            yield loaded

    @contextmanager
    def texts(self, files: Sequence[SourceFile], kind: "Kind", *, watch: Watch) -> Iterator[Session]:
        """The texts in the shadow for as long as the context lasts, whatever their files hold by now.

        `watch` is asked at the beginning of each attempt to load them for what is called after each statement.
        Raises PgnormError for a text that does not load, with its place.
        """
        with self._filled(self.shadow, files, kind, watch=watch) as session:
            yield session

    def _tell(self, level: Level, message: str) -> None:
        """Pass on a message the first time: a source may be loaded more than once."""
        if message not in self._once:
            self._once.add(message)
            self._teller(level, message)

    def _read_database(self, database: Database) -> Catalog:
        from pgnorm.catalog.reader import read

        with self._connected(database) as connection:
            catalog = read(connection)
        if "shadow" not in self.__dict__ and self.project is None:
            self._major = catalog.major
        self.role = catalog.role
        return catalog

    @contextmanager
    def _connected(self, database: Database) -> "Iterator[Connection]":
        with connected(database) as connection:
            version = _version(connection.info.server_version)
            self._tell("note", f"source: {address(connection)}, Postgres {version}")
            yield connection

    @contextmanager
    def _load(
        self, shadow: Shadow, files: Sequence[SourceFile], kind: "Kind", *, scratch: bool, bare: bool = False
    ) -> Iterator[Loaded]:
        """The files loaded into one transaction or, where they don't take that, into a database of their own.

        `bare` takes away the platform's default privileges: a dump says what an object has beyond Postgres' own.
        """
        from pgnorm.catalog.reader import read

        with self._filled(shadow, files, kind, scratch=scratch, bare=bare) as session:
            catalog = read(session.connection)
            made = tuple(each for each in catalog.unmodelled if each not in (self._given or ()))
            yield Loaded(catalog=catalog, session=session, unmodelled=made)

    @contextmanager
    def _filled(
        self,
        shadow: Shadow,
        files: Sequence[SourceFile],
        kind: "Kind",
        *,
        scratch: bool = False,
        bare: bool = False,
        watch: Watch | None = None,
    ) -> Iterator[Session]:
        """The files in a session."""
        from .execution import NeedsScratch

        with ExitStack() as stack:
            while True:
                session = stack.enter_context(shadow.session(scratch=scratch))
                if watch is None and self._given is None:
                    self._given = _unmodelled(session)
                if bare:
                    session.connection.execute("delete from pg_catalog.pg_default_acl")
                before = _roles(session)
                try:
                    self._run(shadow, session, files, kind, transaction=not scratch, watch=watch)
                    break
                except NeedsScratch as reason:
                    self._tell("verbose", f"loaded into a database of its own: {reason}")
                    stack.close()
                    scratch = True
            after = _roles(session)
            for name in sorted(self._roles - after):
                session.connection.execute(f"create role {ident(name)}".encode())
            self._roles |= after - before
            yield session

    def _run(
        self,
        shadow: Shadow,
        session: Session,
        files: Sequence[SourceFile],
        kind: "Kind",
        *,
        transaction: bool,
        watch: Watch | None,
    ) -> None:
        from .loading import load

        provide = shadow.provide_extension
        roles = self.project.roles_file if self.project else None
        if roles is not None:
            first = read_file(roles, label=shown(roles))
            load(session.connection, [first], kind="script", transaction=transaction, provide_extension=provide)
        report = load(
            session.connection,
            files,
            kind=kind,
            transaction=transaction,
            provide_extension=provide,
            owner=self.role if self.role != _OWNER else None,
            on_statement=watch(session) if watch else None,
        )
        for note in report.notes:
            self._tell(note.level, f"{note.place}: {note.message}")


def _unmodelled(session: Session) -> frozenset[tuple[str, str]]:
    from pgnorm.catalog.unmodelled import UNMODELLED

    return frozenset((str(what), str(name)) for what, name in session.connection.execute(UNMODELLED))


def _roles(session: Session) -> set[str]:
    return {str(name) for (name,) in session.connection.execute("select rolname from pg_catalog.pg_roles")}


def _version(number: int) -> str:
    return f"{number // 10000}.{number % 10000}"
