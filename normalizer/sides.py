"""The two sides of a comparison in the shadow: files as they load, databases and snapshots by way of a dump."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from attrs import evolve

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, Target, Value
from pgnorm.catalog.model.facets import GrantsDefaults

from .compare.difference import Difference
from .compare.ownership import Ownership, grounded, owned
from .compare.selection import EVERYTHING
from .dump.writer import render
from .load.contents import Contents
from .load.data_statements import DataStatement, uncarried
from .load.new_roles import NO_FILE_ROLES, NO_ROLES, FileRoles, NewRoles, to_make
from .load.session import Loaded
from .load.visibility import as_little_known
from .project.databases import Database
from .project.sources import Files, Source
from .workspace import Workspace

if TYPE_CHECKING:
    from .compare.mentions import Mention


class Side(Value):
    """One source as it is compared: `loaded` where it is in the shadow, else `untried` says why it is not."""

    catalog: Catalog
    loaded: Loaded | None
    untried: str | None = None
    role: str | None = None
    """Who read it, where it is a database or a snapshot."""
    read: Catalog | None = None
    """What was read of the source where `catalog` is of a reload."""
    data: tuple[DataStatement, ...] = ()
    """What of the files writes rows or calls functions."""
    roles: FileRoles | None = None
    """The roles that the files make or name, None where it is no source of files."""

    @property
    def states(self) -> tuple[Catalog, ...]:
        """The catalog as read and as reloaded."""
        return (self.catalog,) if self.read is None else (self.read, self.catalog)


def to_tell(source: Source, goal: Side, start: Side) -> tuple[DataStatement, ...]:
    """What the files of `goal` do to rows or call and those of `start` do not, where its source says what is to be."""
    declares = isinstance(source, Files) and source.kind != "migrations"
    return uncarried(goal.data, start.data) if declares else ()


class Sides:
    """Opens the sides of one comparison. With `live`, a database or a snapshot takes part."""

    def __init__(self, workspace: Workspace, old: Source, new: Source) -> None:
        sources = old, new
        self.workspace = workspace
        workspace.telling.sides = {old: "from", new: "to"}
        self.live = any(not isinstance(source, Files) for source in sources)
        self._read: dict[Source, Catalog] = {}
        self._files: dict[Source, Contents] = {}
        # Databases and snapshots first: they say as which role, and for which major version, files are loaded.
        with ExitStack() as stack:
            read = [each for each in sources if not isinstance(each, Files)]
            for source, finish in [(each, stack.enter_context(workspace.reading(each))) for each in read]:
                self._read[source] = finish()
                self._tell_lacking(source)

    def _tell_lacking(self, source: Source) -> None:
        """Say where a database is not one of the platform that the project is on."""
        platform = self.workspace.platform
        there = {name.name for name in self._read[source].objects if name.kind == "schema"}
        lacking = [name for name in platform.marks if name not in there]
        if lacking and source not in self.workspace.partial:
            self.workspace.telling(
                "warning",
                f"it lacks schemas that {platform.title} provides ({', '.join(lacking)}) and the project builds on:"
                " a plan does not make them, and what refers to them fails there",
                source,
            )

    @property
    def ownership(self) -> Ownership:
        """What tells the project's objects from the platform's."""
        return self.workspace.ownership

    @property
    def alike(self) -> bool:
        """True if servers of one major say what both sides are, so that they can be compared as they were read."""
        return self.live and all(catalog.major == self.workspace.shadow.major for catalog in self._read.values())

    def as_it_is(self, source: Source) -> Side:
        """A source as it was read, of which nothing stays loaded."""
        if isinstance(source, Files):
            if source not in self._files:
                self._files[source] = self.workspace.contents(source)
            return _of_files(self._files[source])
        catalog = self._read[source]
        return Side(catalog=catalog, loaded=None, role=catalog.role)

    def closed(self, source: Source) -> Side:
        """A source as `opened` has it, of which nothing stays loaded."""
        if isinstance(source, Files) and not self.live:
            return self.as_it_is(source)
        with self.opened(source) as side:
            return side

    def forget(self) -> None:
        """Load files anew from now on, whatever is known of them."""
        self._files.clear()
        self.workspace.filling.cached = False

    def known(self, source: Source) -> Side | None:
        """A source as `opened` has it, where that is known from an earlier run."""
        if self.live or not isinstance(source, Files):
            return None
        known = self.workspace.known(source)
        return None if known is None else _of_files(known)

    @contextmanager
    def opened(self, source: Source, *, scratch: bool = False) -> Iterator[Side]:
        """A source in the shadow. Where a database or a snapshot takes part, both sides come through a dump."""
        if isinstance(source, Files) and not self.live:
            with self.workspace.loaded(source, scratch=scratch) as loaded:
                yield _of_files(loaded.contents).evolve(loaded=loaded)
            return
        side = self.as_it_is(source)
        read = side.catalog
        self.workspace.shadow.start()
        with ExitStack() as stack:
            try:
                loaded = stack.enter_context(self._reloaded(self._project(read), scratch=scratch))
                side = side.evolve(catalog=as_little_known(loaded.catalog, read), loaded=loaded, read=read)
            except PgnormError as error:
                side = side.evolve(untried=f"{self.workspace.telling.side(source)}: {error.message.splitlines()[0]}")
            yield side

    def new_roles(self, old: Source, start: Side, goal: Side) -> NewRoles:
        """The roles that the new side's files make or name and the old side lacks."""
        if goal.roles is None or goal.roles == NO_FILE_ROLES:
            return NO_ROLES
        if start.roles is not None:
            return to_make(goal.roles, start.roles)
        # A snapshot holds no roles.
        return to_make(goal.roles, self.workspace.roles(old)) if isinstance(old, Database) else NO_ROLES

    @contextmanager
    def reopened(self, catalog: Catalog, *, scratch: bool = True) -> Iterator[Loaded]:
        """What the project owns of a catalog, printed and loaded, with `scratch` into a database of its own.

        Raises PgnormError where the text does not load.
        """
        with self._reloaded(self._project(catalog), scratch=scratch) as loaded:
            yield loaded

    def reload(self, part: Catalog) -> Catalog | None:
        """A part of a catalog printed, loaded and read again; None where its text does not load."""
        self.workspace.shadow.start()
        try:
            with self._reloaded(self._project(part)) as loaded:
                return loaded.catalog
        except PgnormError:
            return None

    def _project(self, catalog: Catalog) -> Catalog:
        """What the project owns of a catalog, and all default privileges."""
        mine = grounded(owned(catalog, self.ownership), catalog, self.ownership)
        grants = {name: item for name, item in catalog.objects.items() if isinstance(item, GrantsDefaults)}
        return evolve(mine, objects={**mine.objects, **grants})

    @contextmanager
    def _reloaded(self, part: Catalog, *, scratch: bool = False) -> Iterator[Loaded]:
        there = {item.namespace for each in (part, self.ownership.baseline) for item in each.objects.values()}
        target = Target(
            major=part.major,
            role=part.role,
            reloaded_by=self.workspace.shadow.major,
            only_read=True,
            schemas=frozenset(there),
        )
        text = render(part, EVERYTHING, target=target)
        with self.workspace.reloaded(text, title="dump of the source", scratch=scratch) as loaded:
            yield loaded


def _of_files(contents: Contents) -> Side:
    return Side(catalog=contents.catalog, loaded=None, data=contents.data, roles=contents.roles)


def broken_bodies(start: Side, goal: Side, found: tuple[Difference, ...]) -> "tuple[Mention, ...]":
    """The bodies that stay and name what goes."""
    if all(each.new is not None for each in found):
        return ()
    from .compare.mentions import mentions

    asked = start.loaded.session.connection if start.loaded is not None else None
    return mentions(start.catalog, goal.catalog, found, asked)
