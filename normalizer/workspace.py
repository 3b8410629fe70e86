"""Sources opened: databases and snapshots as they are, files by loading them into the one shadow of the run."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog

from .files.reading import FileKind, SourceFile, shown
from .load.contents import Contents
from .load.reading import read_files
from .load.session import Filling, Loaded, OnErrors, Tell, Watch
from .platforms import PLAIN, Platform
from .project.databases import Database, address, connected, reading_of
from .project.lookout import Lookout
from .project.project import Project
from .project.sources import Files, SnapshotFile, Source
from .project.ways_back import holds_way_back
from .telling import Telling, version_words

if TYPE_CHECKING:
    from psycopg import Connection

    from pgnorm.catalog.cluster import Cluster
    from pgnorm.catalog.conversation import Patience

    from .compare.ownership import Ownership
    from .postgres.shadow import Session, Shadow


class Workspace:
    """The sources of one run. A context: at its end the shadow, opened at first need, is gone."""

    def __init__(
        self,
        project: Project | None,
        *,
        tell: Tell,
        shadow_url: str | None = None,
        trust_files: bool = False,
        cached: bool = True,
        lock_timeout: int | None = None,
    ) -> None:
        self.project = project
        self._read_major: int | None = None
        self.telling = Telling(tell)
        self.partial: set[Source] = set()
        """Snapshots of some schemas only."""
        self._shadow_url = shadow_url
        self._lock_timeout = lock_timeout
        self._trust_files = trust_files
        self._stack = ExitStack()
        self.filling = Filling(roles=project.roles_file if project else None, tell=self.telling, cached=cached)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, traceback)

    @cached_property
    def platform(self) -> Platform:
        """What the project is on."""
        return self.project.platform if self.project else PLAIN

    @cached_property
    def shadow(self) -> "Shadow":
        """The shadow server. Raises PgnormError where none can be had."""
        from .postgres.shadow import open_shadow

        major = self._read_major
        if self.project is not None:
            self.project.require_settings()
            major = self.project.major
        opening = open_shadow(
            major=major, platform=self.platform, shadow_url=self._shadow_url, trust_files=self._trust_files
        )
        shadow = self._stack.enter_context(opening)
        whose = "private" if shadow.binaries else "of --shadow-url"
        version = version_words(shadow.version_num)
        self.telling("note", f"shadow: Postgres {version} ({whose}), baseline: {self.platform.name}")
        if major is not None and shadow.major != major:
            self.telling("note", f"Postgres {major} is not installed: {shadow.major} stands in for it")
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

    def read(self, source: Source) -> Catalog:
        """The source's catalog.

        Raises PgnormError for what can't be connected to, read or loaded.
        """
        with self.reading(source) as finish:
            return finish()

    @contextmanager
    def reading(self, source: Source) -> "Iterator[Callable[[], Catalog]]":
        """As `read`: what is called for the catalog. A database is asked by now, and works while others are."""
        if isinstance(source, Files):
            yield lambda: self.contents(source).catalog
        elif isinstance(source, SnapshotFile):
            from .snapshot import read_snapshot

            snapshot = read_snapshot(source, self.telling)
            if snapshot.schemas is not None:
                self.partial.add(source)
            yield lambda: self._known_to_be(snapshot.catalog)
        else:
            from pgnorm.catalog.reader import reading

            with (
                self._connected(source) as connection,
                reading(connection, self._patience(source, connection)) as finish,
            ):
                # Of two that are read at once, the context of the other one would take the error for its own.
                finished = reading_of(source, connection)(finish)
                yield lambda: self._known_to_be(finished())

    def _known_to_be(self, catalog: Catalog) -> Catalog:
        """The catalog, by which role and major version of what is loaded go from now on."""
        if "shadow" not in self.__dict__ and self.project is None:
            self._read_major = catalog.major
        self.filling.role = catalog.role
        return catalog

    def roles(self, source: Source) -> "Cluster":
        """The roles of the server that the source is a database of, or that its files are loaded into.

        Raises PgnormError for what can't be connected to, read or loaded.
        """
        from pgnorm.catalog.cluster import read_cluster

        if isinstance(source, Database):
            with self._connected(source) as connection:
                return read_cluster(connection, self._patience(source, connection))
        if isinstance(source, SnapshotFile):
            raise PgnormError(
                "a snapshot holds no roles", place=shown(source.path), hint="Name the database that it was taken of."
            )
        with self.loaded(source) as loaded:
            return loaded.session.cluster()

    @contextmanager
    def asked(self, source: Source) -> "Iterator[tuple[Connection, Patience | None]]":
        """A connection to the database that the source is, or that its files are loaded into, and how long to wait.

        Raises PgnormError for what can't be connected to or loaded, and for a snapshot.
        """
        if isinstance(source, Database):
            with self._connected(source) as connection:
                yield connection, self._patience(source, connection)
        elif isinstance(source, Files):
            with self.loaded(source) as loaded:
                yield loaded.session.connection, None
        else:
            raise PgnormError(
                "a snapshot is nothing that can be asked who may do what",
                place=shown(source.path),
                hint="Name the database that it was taken of.",
            )

    @cached_property
    def ownership(self) -> "Ownership":
        """What tells the project's objects from the platform's."""
        from .compare.ownership import Ownership

        schemas = self.project.schemas if self.project else ()
        return Ownership(platform=self.platform, baseline=self.shadow.baseline, schemas=schemas)

    def contents(self, source: Files) -> Contents:
        """What the files hold, read by an earlier run if nothing has changed since.

        Raises PgnormError for a file that can't be read or loaded, with its place.
        """
        shadow, files = self._introduced(source)
        if (known := self.filling.known(shadow, files, source.kind)) is not None:
            return known
        with self.filling.catalog(shadow, files, source.kind, scratch=False) as loaded:
            return loaded.contents

    def known(self, source: Files) -> Contents | None:
        """What `Filling.known` says of the files. Raises PgnormError for a file that can't be read."""
        shadow, files = self._introduced(source)
        return self.filling.known(shadow, files, source.kind)

    @contextmanager
    def loaded(self, source: Files, *, scratch: bool = False) -> Iterator[Loaded]:
        """The files in the shadow for as long as the context lasts; with `scratch` in a database of their own, where
        statements can be committed.

        Raises PgnormError for a file that can't be read or loaded, with its place.
        """
        shadow, files = self._introduced(source)
        with self.filling.catalog(shadow, files, source.kind, scratch=scratch) as loaded:
            yield loaded

    def _introduced(self, source: Files) -> "tuple[Shadow, Sequence[SourceFile]]":
        """The shadow and the source's files, once a person has been told what they are."""
        self.telling("note", f"{self.telling.side(source)}: {source.title}")
        for note in source.notes:
            self.telling("warning", note, source)
        shadow = self.shadow
        files = read_files(source.paths)
        self._tell_ways_back(files, source)
        return shadow, files

    @contextmanager
    def reloaded(self, dump: str, *, title: str, scratch: bool = False) -> Iterator[Loaded]:
        """The text of a dump in the shadow: the round trip that the catalog of a live database makes before it is
        compared, since Postgres does not deparse what it has reloaded exactly as before.

        Raises PgnormError where the dump does not load (an extension that the shadow lacks).
        """
        file = SourceFile(path=None, label=title, text=dump)
        with self.filling.dump(self.shadow, file, scratch=scratch) as loaded:
            yield loaded

    @contextmanager
    def texts(
        self,
        files: Sequence[SourceFile],
        kind: FileKind,
        *,
        watch: Watch,
        on_errors: "OnErrors | None" = None,
        quiet: bool = False,
    ) -> "Iterator[Session]":
        """The texts in the shadow for as long as the context lasts, whatever their files hold by now.

        `watch` is asked at the beginning of each attempt to load them for what is called after each statement;
        with `on_errors` what loads is there, and that is told what failed. `quiet` is for texts whose notes are known.
        Raises PgnormError for what does not load, with its place.
        """
        self._tell_ways_back(files)
        with self.filling.session(self.shadow, files, kind, watch=watch, on_errors=on_errors, quiet=quiet) as session:
            yield session

    def _tell_ways_back(self, files: Sequence[SourceFile], source: Files | None = None) -> None:
        count = len(source.back if source else ()) + sum(holds_way_back(file.text) for file in files)
        if count:
            what = "the way back in 1 file is" if count == 1 else f"the ways back in {count} files are"
            self.telling("note", f"{what} not run", source)

    @contextmanager
    def _connected(self, database: Database) -> "Iterator[Connection]":
        with connected(database) as connection:
            version = version_words(connection.info.server_version)
            self.telling("note", f"{self.telling.side(database)}: {address(connection)}, Postgres {version}")
            yield connection

    def _patience(self, database: Database, connection: "Connection") -> "Patience":
        from pgnorm.catalog.conversation import Patience

        def tell(message: str) -> None:
            self.telling("warning", message, database)

        lookout = Lookout(database, connection.info.backend_pid, tell)
        return Patience(lock_timeout=self._lock_timeout, on_silence=lookout)
