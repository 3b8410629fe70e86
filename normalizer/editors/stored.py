"""Objects as Postgres stores them, in the words of a dump."""

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, Object, Target, Value
from pgnorm.catalog.quoting import literal

from ..compare.called import wholes
from ..load.knowledge import contents
from ..project.project import Project
from ..project.sources import Files, declared, migrations
from ..syncing.texts import Texts
from ..workspace import Workspace
from .pointing import Pointed, meant
from .unsaved import Unsaved, texts


class Stored(Value):
    """An object, with all that it is a part of, and the text that creates it."""

    item: Object
    wholes: tuple[Object, ...]
    sql: str


def stored(workspace: Workspace, project: Project, name: Pointed, unsaved: Unsaved) -> tuple[Stored, ...]:
    """The objects that a name means in the project: in its schema files, or else in its migrations.

    Where what is on the screen does not load, what is on the disk counts. Raises PgnormError where none of it does.
    """
    sources = [*([declared(project)] if project.declares else []), migrations(project)]
    errors: list[PgnormError] = []
    for source in sources:
        try:
            catalog = _catalog(workspace, source, unsaved)
        except PgnormError as error:
            errors.append(error)
            continue
        if objects := meant(catalog, name):
            return tuple(
                Stored(item=item, wholes=wholes(item.id, catalog)[1:], sql=_text(catalog, item)) for item in objects
            )
    if len(errors) == len(sources):
        raise errors[0]
    return ()


def _catalog(workspace: Workspace, source: Files, unsaved: Unsaved) -> Catalog:
    try:
        return contents(workspace.settled(), texts(workspace, source, unsaved)).catalog
    except PgnormError:
        return workspace.contents(source).catalog


def _text(catalog: Catalog, item: Object) -> str:
    target = Target(major=catalog.major, role=catalog.role)
    printing = Texts(catalog=catalog, target=target, apart=frozenset(), inline=True)
    sql = printing.whole(item) if item.parent is None else printing.of(item)
    said = f"\n\nCOMMENT ON {item.signature()} IS {literal(item.comment)};" if item.comment is not None else ""
    return f"{sql.strip()}{said}"
