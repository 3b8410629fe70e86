"""One side of a comparison as a value, and what is asked of two of them."""

from typing import TYPE_CHECKING, NamedTuple

from attrs import evolve

from pgnorm.catalog.model import Catalog, Target, Value
from pgnorm.catalog.model.facets import GrantsDefaults

from .compare.ownership import Ownership, grounded, owned
from .compare.selection import EVERYTHING
from .dump.writer import render
from .files.reading import SourceFile
from .load.contents import Contents
from .load.context import Texts
from .load.data_statements import DataStatement, uncarried
from .load.file_roles import FileRoles
from .project.sources import Files, Source

if TYPE_CHECKING:
    from pgnorm.catalog.answers import Answers

    from .postgres.shadow import Session


class Side(Value):
    """One source as it is compared: as it was read, or as the shadow says once `texts` are loaded."""

    catalog: Catalog
    texts: Texts | None = None
    """Texts that make it in the shadow, where it has been there."""
    after: tuple[str, ...] = ()
    """Statements that run behind the texts."""
    untried: str | None = None
    """Why the shadow can't have it, None where that is not known to be so."""
    role: str | None = None
    """Who read it, where it is a database or a snapshot."""
    answers: "Answers | None" = None
    """Answers that all of the catalog is made of, where it is pared."""
    read: Catalog | None = None
    """The catalog read of the source where `catalog` is of a reload."""
    data: tuple[DataStatement, ...] = ()
    """Statements of the files that write rows or call functions."""
    roles: FileRoles | None = None
    """The roles that the files make or name, None where it is no source of files."""
    made: frozenset[str] = frozenset()
    """The roles that its loads made: a plan that leads to it may name them."""

    @property
    def whole(self) -> Catalog:
        """The catalog with all that there is."""
        return self.answers.whole if self.answers is not None else self.catalog

    @property
    def states(self) -> tuple[Catalog, ...]:
        """The catalog as read and as reloaded."""
        return (self.catalog,) if self.read is None else (self.read, self.catalog)


class Opened(NamedTuple):
    """A side, and the session that holds it where the shadow can have it."""

    side: Side
    session: "Session | None"


def to_tell(source: Source, goal: Side, start: Side) -> tuple[DataStatement, ...]:
    """Data statements of the files of `goal` and not of those of `start`, where its source says what is to be."""
    declares = isinstance(source, Files) and source.kind != "migrations"
    return uncarried(goal.data, start.data) if declares else ()


def of_files(read: Contents, texts: Texts | None = None) -> Side:
    """The side that files are."""
    return Side(catalog=read.catalog, texts=texts, data=read.data, roles=read.roles, made=read.roles.names)


def printed(catalog: Catalog, ownership: Ownership, *, reloaded_by: int) -> Texts:
    """The text of what the project owns of a catalog, all default privileges with it, for a server of this major."""
    mine = grounded(owned(catalog, ownership), catalog, ownership)
    grants = {name: item for name, item in catalog.objects.items() if isinstance(item, GrantsDefaults)}
    part = evolve(mine, objects={**mine.objects, **grants})
    there = {item.namespace for each in (part, ownership.baseline) for item in each.objects.values()}
    target = Target(major=part.major, role=part.role, reloaded_by=reloaded_by, only_read=True, schemas=frozenset(there))
    file = SourceFile(path=None, label="dump of the source", text=render(part, EVERYTHING, target=target))
    return Texts(files=(file,), kind="migrations", is_dump=True)
