"""The project's own part of a catalog: the baseline and the managed schemas filtered out."""

from collections.abc import Iterable

from attrs import evolve

from pgnorm.catalog.model import Catalog, Object, ObjectId, Value, untold
from pgnorm.catalog.model.facets import PlatformDecides

from ..files.reading import SourceFile
from ..platforms import Platform
from ..sql.defined import target
from ..sql.statements import split
from .difference import changes
from .selection import matches


class Ownership(Value):
    """Whose an object is: the platform's, which `baseline` shows empty, or the project's."""

    platform: Platform
    baseline: Catalog = untold()
    schemas: tuple[str, ...] = ()
    """Patterns of the project's schemas; empty for all but those that the platform manages."""
    extensions: frozenset[str] = frozenset()
    """Schemas of extensions: what is in them comes and goes by calls and jobs (pgmq's queues)."""
    stated: frozenset[tuple[str, str]] = frozenset()
    """Objects in these, (schema, name), that statements of files make: they are the project's."""

    def owns(self, item: Object) -> bool:
        """True if an object can be the project's.

        On a managed schema that are only triggers and policies, and what the baseline has is not. Elsewhere it is
        everything but what the baseline decides by itself, such as an extension's version, and what extensions make as
        they run.
        """
        if item.schema in self.extensions and not self._states(item):
            return False
        if item.namespace and not self.owns_schema(item.namespace):
            return item.project_owned_anywhere and item.id not in self.baseline.objects
        if (item.kind, item.name) in self.platform.managed_objects:
            return False
        return not (isinstance(item, PlatformDecides) and item.id in self.baseline.objects)

    def owns_schema(self, name: str) -> bool:
        """True if a schema is the project's."""
        if self.schemas:
            return any(matches(pattern, name) for pattern in self.schemas)
        return not self.platform.manages(name)

    def owns_all_in(self, name: str) -> bool:
        """True if all that is in a schema is the project's: no extension makes anything there as it runs."""
        return name not in self.extensions and self.owns_schema(name)

    def _states(self, item: Object) -> bool:
        """True if a statement of a file makes it, or what it is a part of."""
        return any((name.schema, name.name) in self.stated for name in (item.id, item.parent) if name is not None)

    def is_baseline(self, item: Object) -> bool:
        """True if an object is just as the baseline has it."""
        given = self.baseline.objects.get(item.id)
        return given is not None and not changes(given, item)


def with_extensions(ownership: Ownership, schemas: frozenset[str], files: Iterable[SourceFile]) -> Ownership:
    """The ownership where extensions have these schemas for themselves, and the project has these files."""
    made = (target(statement) for file in files for statement in split(file.text, label=file.label))
    stated = frozenset((each.schema, each.name) for each in made if each is not None and each.schema in schemas)
    return ownership.evolve(extensions=schemas, stated=stated)


def owned(catalog: Catalog, ownership: Ownership, *, beside: Catalog | None = None) -> Catalog:
    """The part of a catalog that the project owns.

    What is just as the baseline has it drops out. With `beside`, the catalog that it is compared with, it stays where
    that one does not have it so: then there is a change to write, and it starts from what is here.
    """

    def stays(item: Object) -> bool:
        if not ownership.owns(item):
            return False
        if not ownership.is_baseline(item):
            return True
        if beside is None:
            return False
        other = beside.objects.get(item.id)
        return other is None or not ownership.is_baseline(other)

    objects = {name: item for name, item in catalog.objects.items() if stays(item)}
    edges = tuple(edge for edge in catalog.edges if edge.dependent in objects and edge.referenced in objects)
    unmodelled = tuple(each for each in catalog.unmodelled if each not in ownership.baseline.unmodelled)
    return evolve(catalog, objects=objects, edges=edges, unmodelled=unmodelled)


def only_by_platform(here: Catalog, there: Catalog, platform: Platform) -> frozenset[ObjectId]:
    """Objects that only one catalog has and that the platform may have made by itself."""
    extra = here.objects.keys() - there.objects.keys()
    return frozenset(name for name in extra if (name.kind, name.name) in platform.spared_objects)


def spared(old: Catalog, new: Catalog, platform: Platform, *, declared: bool) -> tuple[Catalog, Catalog]:
    """Both sides without what the platform makes by itself on some servers: what only the old side has, which is not
    to be dropped, and, unless the new side is `declared` in files, what only that has and nothing of it needs."""
    extra = only_by_platform(old, new, platform)
    if declared:
        return _without(old, extra), new
    return _without(old, extra), _without(new, only_by_platform(new, old, platform) - new.needed_by.keys())


def _without(catalog: Catalog, names: frozenset[ObjectId]) -> Catalog:
    if not names:
        return catalog
    objects = {name: item for name, item in catalog.objects.items() if name not in names}
    edges = tuple(edge for edge in catalog.edges if names.isdisjoint((edge.dependent, edge.referenced)))
    return evolve(catalog, objects=objects, edges=edges)


def grounded(mine: Catalog, catalog: Catalog, ownership: Ownership) -> Catalog:
    """The project's own part of a catalog together with what it needs of managed schemas beyond the baseline, such as
    the table of a queue that a view reads. Only with that does its text load again."""
    objects = dict(mine.objects)
    waiting = list(mine.objects)
    while waiting:
        for name in catalog.needs.get(waiting.pop(), ()):
            root = root_of(catalog, name)
            if root is None or root in objects or root in ownership.baseline.objects:
                continue
            family = [root, *(part.id for part in catalog.parts.get(root, ()))]
            objects.update((each, catalog.objects[each]) for each in family)
            waiting += family
    if len(objects) == len(mine.objects):
        return mine
    edges = tuple(edge for edge in catalog.edges if edge.dependent in objects and edge.referenced in objects)
    return evolve(mine, objects={name: item for name, item in catalog.objects.items() if name in objects}, edges=edges)


def root_of(catalog: Catalog, name: ObjectId) -> ObjectId | None:
    """The outermost whole that an object belongs to, or itself; None for one that is not in the catalog."""
    item = catalog.objects.get(name)
    while item is not None and item.parent is not None:
        item = catalog.objects.get(item.parent)
    return None if item is None else item.id
