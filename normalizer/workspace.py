"""Workspace of one run: databases and snapshots, read as they are, and the shadow that files are loaded into."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog

from .files.reading import read_file, shown
from .load.context import Context, Tell, Texts
from .platforms import PLAIN, Platform
from .project.databases import Database, address, connected, reading_of
from .project.live import Live
from .project.lookout import Lookout
from .project.project import Project
from .project.sources import Files, SnapshotFile, Source
from .project.ways_back import not_run
from .reads import Asked, Read
from .servers import Servers
from .telling import Telling, version_words

if TYPE_CHECKING:
    from psycopg import Connection

    from pgnorm.catalog.cluster import Cluster
    from pgnorm.catalog.conversation import Patience

    from .compare.ownership import Ownership
    from .load.contents import Contents
    from .load.session import Loaded
    from .postgres.shadow import Shadow


class Workspace:
    """Opens the sources of one run. A context: at its end the shadow, opened at first need, is gone, unless it is one
    of `servers` that several runs share."""

    def __init__(
        self,
        project: Project | None,
        *,
        tell: Tell,
        shadow_url: str | None = None,
        trust_files: bool = False,
        servers: Servers | None = None,
        cached: bool = True,
        lock_timeout: int | None = None,
        told: set[str] | None = None,
    ) -> None:
        self.project = project
        self.telling = Telling(tell, told)
        self.live = Live()
        """Connections to the databases that are being read."""
        self._lock_timeout = lock_timeout
        self._cached = cached
        self._shadows: dict[int | None, Shadow] = {}
        self._stack = ExitStack()
        self._servers = servers or self._stack.enter_context(Servers(shadow_url=shadow_url, trust_files=trust_files))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, traceback)

    @property
    def platform(self) -> Platform:
        """The platform that the project is on."""
        return self.project.platform if self.project else PLAIN

    @property
    def roles_asked(self) -> tuple[str, ...]:
        """The roles whose access counts: those that the project names, else those of the platform's API."""
        return (self.project.roles if self.project else ()) or self.platform.api_roles

    def settled(self, *read: Catalog) -> Context:
        """Context that files are loaded in, where these catalogs of databases and snapshots are what they are compared
        with: the last says as which role, and the project or else the last for which major version.

        Raises PgnormError where no shadow server can be had.
        """
        last = read[-1] if read else None
        shadow = self.shadow(last.major if last is not None else None)
        roles = self.project.roles_file if self.project is not None else None
        return Context(
            shadow=shadow,
            major=(self.project.major if self.project is not None else None) or shadow.major,
            tell=self.telling,
            role=last.role if last is not None else None,
            roles=read_file(roles, label=shown(roles)) if roles is not None else None,
            cached=self._cached,
        )

    def shadow(self, read: int | None = None) -> "Shadow":
        """The shadow server of the project's major version or, where none is said, of that which was `read`.

        Raises PgnormError where none can be had.
        """
        major = read
        if self.project is not None:
            self.project.require_settings()
            major = self.project.major or read
        if major not in self._shadows:
            self._shadows[major] = self._opened(major)
        return self._shadows[major]

    def _opened(self, major: int | None) -> "Shadow":
        shadow = self._servers.shadow(major, self.platform)
        whose = "private" if shadow.binaries else "of --shadow-url"
        version = version_words(shadow.version_num)
        self.telling("note", f"shadow: Postgres {version} ({whose}), baseline: {self.platform.name}")
        if major is not None and shadow.major != major:
            from .postgres.extras import command_for

            command = command_for(major) if shadow.binaries else None
            way_out = f" ({command})" if command else ""
            self.telling("note", f"Postgres {major} is not installed: {shadow.major} stands in for it{way_out}")
        return shadow

    def ownership(self, shadow: "Shadow") -> "Ownership":
        """Ownership, which tells the project's objects from the platform's, whose baseline the shadow holds."""
        from .compare.ownership import Ownership

        schemas = self.project.schemas if self.project else ()
        return Ownership(platform=self.platform, baseline=shadow.baseline, schemas=schemas)

    def read(self, source: Database | SnapshotFile) -> Catalog:
        """The catalog of a source that is not loaded. Raises PgnormError for what can't be connected to or read."""
        with self.reading(source) as asked:
            return asked.read().catalog

    @contextmanager
    def reading(
        self, source: Database | SnapshotFile, connect: "Callable[[], Connection] | None" = None
    ) -> Iterator[Asked]:
        """As `read`. A database is asked what it has by now, by the connection that `connect` has for it."""
        if isinstance(source, SnapshotFile):
            from .snapshot import read_snapshot

            snapshot = read_snapshot(source, self.telling)
            read = Read(catalog=snapshot.catalog, partial=snapshot.schemas is not None)
            yield Asked(snapshot.catalog.major, lambda: read)
        else:
            from pgnorm.catalog.reader import reading

            with ExitStack() as stack:
                connection = stack.enter_context(self._connected(source, connect))
                found = stack.enter_context(reading(connection, self._patience(source, connection)))
                # Of two that are read at once, the context of the other one would take the error for its own.
                placed = reading_of(source, connection)
                yield Asked(
                    found.version // 10000,
                    placed(lambda: Read(catalog=found.catalog())),
                    placed(found.answers),
                    placed(found.go_on),
                )

    def contents(self, source: Files) -> "Contents":
        """Contents of the files, compared with no database.

        Raises PgnormError for a file that can't be read or loaded, with its place.
        """
        from .load.knowledge import contents

        self.introduce(source)
        return contents(self.settled(), self.texts(source))

    @contextmanager
    def loaded(self, source: Files) -> "Iterator[Loaded]":
        """The files in the shadow, likewise."""
        from .load.session import loaded

        self.introduce(source)
        with loaded(self.settled(), self.texts(source)) as found:
            yield found

    def introduce(self, source: Files) -> None:
        """Tell a person what files a source is of."""
        self.telling("note", f"{self.telling.side(source)}: {source.title}")
        for note in source.notes:
            self.telling("warning", note, source)

    def texts(self, source: Files) -> Texts:
        """The texts of the source's files. Raises PgnormError for those that can't be read."""
        from .load.dumps import as_dumps
        from .load.reading import read_files

        files = source.held or tuple(read_files(source.paths))
        if said := not_run((file.text for file in files), beside=len(source.back)):
            self.telling("note", said, source)
        grants_all, left_out, said = as_dumps(files if source.named else (), self.platform)
        if said:
            self.telling("note" if grants_all else "warning", said, source)
        return Texts(files=files, kind=source.kind, grants_all=grants_all, left_out=left_out)

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
                "a snapshot can't be asked who may do what",
                place=shown(source.path),
                hint="Name the database that it was taken of.",
            )

    @contextmanager
    def _connected(
        self, database: Database, connect: "Callable[[], Connection] | None" = None
    ) -> "Iterator[Connection]":
        with connected(database, self.telling.opener(database, connect)) as connection, self.live.having(connection):
            version = version_words(connection.info.server_version)
            self.telling("note", f"{self.telling.side(database)}: {address(connection, database)}, Postgres {version}")
            yield connection

    def _patience(self, database: Database, connection: "Connection") -> "Patience":
        from pgnorm.catalog.conversation import Patience

        pid = connection.info.backend_pid
        lookout = Lookout(database, pid, lambda message: self.telling("warning", message, database))
        return Patience(lock_timeout=self._lock_timeout, on_silence=lookout)
