"""The two sides of a comparison in the shadow: files as they load, databases and snapshots by way of a dump."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog

from .asking import asking
from .compare.ownership import Ownership, with_extensions
from .load.contents import Contents
from .load.context import Context, Texts
from .load.knowledge import contents, known, opened
from .load.session import Loaded, loaded, run_behind
from .load.visibility import as_bound, as_little_known, as_renamed
from .project.databases import Database
from .project.sources import Files, Source
from .reads import Read, read
from .side import Opened, Side, of_files, printed
from .unsure import refuse_lacking, tell_unsure
from .workspace import Workspace

if TYPE_CHECKING:
    from pgnorm.catalog.cluster import Cluster

    from .postgres.shadow import Session


class Sides:
    """Opens the sides of one comparison, in one context. With `live`, a database or a snapshot takes part."""

    def __init__(
        self,
        workspace: Workspace,
        context: Context,
        read: Mapping[Source, Read],
        renamed: Mapping[Source, Side] = MappingProxyType({}),
    ) -> None:
        self.workspace = workspace
        self.context = context
        self.live = bool(read)
        self.ownership: Ownership = workspace.ownership(context.shadow)
        """Ownership, which tells the project's objects from the platform's."""
        self._read = read
        self._renamed = renamed
        self._texts: dict[Files, Texts] = {}
        self._files: dict[Files, Side] = {}
        self._known: dict[Files, Contents | None] = {}
        self._clusters: dict[Database, Cluster] = {}
        self._reloaded: dict[Texts, Catalog] = {}

    @classmethod
    def between(
        cls,
        workspace: Workspace,
        old: Source,
        new: Source,
        *,
        of_platform: bool = False,
        called: tuple[str, str] = ("from", "to"),
    ) -> Self:
        """The sides of two sources, which messages call so. Databases and snapshots are read first: they say as which
        role, and for which major version, files are loaded. With `of_platform` raises PgnormError for one that is not
        of the project's platform."""
        with asking(workspace, old, new, called=called) as asked:
            found = read(asked, pare=False)
        for source, each in found.items() if of_platform else ():
            refuse_lacking(workspace.telling, workspace.platform, source, each)
        return cls.of(workspace, old, new, found)

    @classmethod
    def of(cls, workspace: Workspace, old: Source, new: Source, found: Mapping[Source, Read]) -> Self:
        """The same of databases and snapshots that somebody has read."""
        for source, each in found.items():
            tell_unsure(workspace.telling, workspace.project, source, each)
        catalogs = [each.catalog for each in found.values()]
        sides = cls(workspace, workspace.settled(*catalogs), found)
        # A schema that is a member of its extension is in no dump, so what is in it could not be loaded.
        dumped = {item.namespace for each in catalogs for item in each.objects.values() if not item.schema}
        sides.ownership = sides.owning((old, new), *catalogs, but=dumped)
        return sides

    def owning(self, sources: Iterable[Source], *catalogs: Catalog, but: Collection[str] = ()) -> Ownership:
        """The ownership of what these catalogs of the sources hold: extensions in them may have schemas of their own,
        in which the project's is what a statement of its files makes, `but` these."""
        known = {name for catalog in catalogs for name in catalog.run_time.schemas}.difference(but)
        schemas = frozenset(name for name in known if not self.workspace.platform.manages(name))
        if not schemas:
            return self.ownership
        files = (file for source in sources if isinstance(source, Files) for file in self.texts(source).files)
        return with_extensions(self.ownership, schemas, files)

    def anew(self) -> Self:
        """The same, where nothing counts that is known of files."""
        return self._alike(self.context.evolve(cached=False), self._renamed)

    def renamed(self, source: Source, statements: Sequence[str]) -> Self:
        """The same, with a source as statements leave it (`ALTER TABLE notes RENAME body TO text`): a plan that begins
        with them leads on from there.

        Raises PgnormError where the shadow can't have the source and where Postgres refuses a statement.
        """
        with self.opened(source) as (side, session):
            if session is None:
                raise PgnormError(f"what is renamed has to be in the shadow first: {side.untried}")
            run_behind(session, statements)
            catalog = as_renamed(session.read(), side.catalog)
        there = side.evolve(catalog=catalog, after=(*side.after, *statements), read=None)
        return self._alike(self.context, {**self._renamed, source: there})

    def _alike(self, context: Context, renamed: Mapping[Source, Side]) -> Self:
        sides = type(self)(self.workspace, context, self._read, renamed)
        sides.ownership = self.ownership
        return sides

    @property
    def major(self) -> int:
        """The oldest version that statements have to be understood by."""
        return min((self.context.major, *(each.catalog.major for each in self._read.values())))

    @property
    def alike(self) -> bool:
        """True if servers of one major say what both sides are, so that they can be compared as they were read."""
        return all(each.catalog.major == self.context.shadow.major for each in self._read.values())

    def pared(self, source: Source) -> Side:
        """A source as it is, pared where it has been read so."""
        if self._renamed or isinstance(source, Files):
            return self.as_it_is(source)
        found = self._read[source]
        return Side(catalog=found.catalog, role=found.catalog.role, answers=found.answers)

    def as_it_is(self, source: Source) -> Side:
        """A source as it was read, or renamed after that, of which nothing stays loaded."""
        if source in self._renamed:
            return self._renamed[source]
        if not isinstance(source, Files):
            catalog = self._read[source].whole
            return Side(catalog=catalog, role=catalog.role)
        if source not in self._files:
            texts = self.texts(source)
            self._files[source] = of_files(self.known(source) or contents(self.context, texts), texts)
        return self._files[source]

    def texts(self, source: Files) -> Texts:
        """The texts of files. Raises PgnormError for those that can't be read."""
        if source not in self._texts:
            self.workspace.introduce(source)
            self._texts[source] = self.workspace.texts(source)
        return self._texts[source]

    def known(self, source: Source) -> Contents | None:
        """Contents, from an earlier run, of a source that `opened` would load as it is."""
        if self.live or source in self._renamed or not isinstance(source, Files):
            return None
        if source not in self._known:
            self._known[source] = known(self.context, self.texts(source))
        return self._known[source]

    def closed(self, source: Source) -> Side:
        """A source as `opened` has it, of which nothing stays loaded."""
        if isinstance(source, Files) and not self.live:
            return self.as_it_is(source)
        with self.opened(source) as opened:
            return opened.side

    @contextmanager
    def opened(
        self, source: Source, *, beside: frozenset[str] = frozenset(), expected: Contents | None = None
    ) -> Iterator[Opened]:
        """A source in the shadow, where the roles `beside` are too. Where a database or a snapshot takes part, both
        sides come through a dump; else a source that is as `expected` is that very object."""
        if source in self._renamed:
            side = self._renamed[source]
            with self.again(side, beside=beside) as session:
                yield Opened(side, session)
            return
        if isinstance(source, Files) and not self.live:
            texts = self.texts(source)
            with opened(self.context, texts, beside=beside, expected=expected) as (held, holding):
                yield Opened(of_files(held, texts), holding)
            return
        with self._round_trip(source, beside) as found:
            yield found

    @contextmanager
    def _round_trip(self, source: Source, beside: frozenset[str]) -> Iterator[Opened]:
        """A source whose dump is in the shadow, or why that can't be."""
        side = self.as_it_is(source)
        as_read = side.catalog
        self.context.shadow.start()
        with ExitStack() as stack:
            session: Session | None = None
            try:
                texts = self._printed(as_read)
                found = stack.enter_context(loaded(self.context, texts, beside=beside | side.made))
                side = side.evolve(
                    catalog=as_bound(as_little_known(found.session.read(), as_read), as_read),
                    texts=texts,
                    read=as_read,
                    made=side.made | found.roles.names,
                )
                session = found.session
            except PgnormError as error:
                side = side.evolve(untried=f"{self.workspace.telling.side(source)}: {error.message.splitlines()[0]}")
            yield Opened(side, session)

    @contextmanager
    def again(self, side: Side, *, scratch: bool = False, beside: frozenset[str] = frozenset()) -> "Iterator[Session]":
        """A side that has been in the shadow there once more, with `scratch` in a database of its own."""
        assert side.texts is not None
        with loaded(self.context, side.texts, scratch=scratch, beside=beside | side.made) as found:
            run_behind(found.session, side.after)
            yield found.session

    def cluster(self, source: Database) -> "Cluster":
        """The roles of the server that a database is on."""
        if source not in self._clusters:
            self._clusters[source] = self.workspace.roles(source)
        return self._clusters[source]

    @contextmanager
    def reopened(
        self, catalog: Catalog, *, scratch: bool = False, beside: frozenset[str] = frozenset()
    ) -> Iterator[Loaded]:
        """The project's part of a catalog, printed and loaded, with `scratch` into a database of its own.

        Raises PgnormError where the text does not load.
        """
        with loaded(self.context, self._printed(catalog), scratch=scratch, beside=beside, quiet=True) as found:
            yield found

    def reload(self, part: Catalog) -> Catalog | None:
        """A part of a catalog printed, loaded and read again; None where its text does not load."""
        self.context.shadow.start()
        try:
            texts = self._printed(part)
            if texts not in self._reloaded:
                with loaded(self.context, texts) as found:
                    self._reloaded[texts] = found.session.read()
            return self._reloaded[texts]
        except PgnormError:
            return None

    def _printed(self, catalog: Catalog) -> Texts:
        return printed(catalog, self.ownership, reloaded_by=self.context.shadow.major)
