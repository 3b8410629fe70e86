"""Which schemas a command looks at: the patterns of pg_dump's `-n` and `-N`."""

import re
from collections.abc import Iterable

from attrs import evolve, frozen

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, Object, ObjectId


@frozen(kw_only=True)
class Selection:
    """Schemas by name. With none asked for, everything is selected but what is excluded."""

    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    besides: frozenset[ObjectId] = frozenset()
    """What is selected wherever it is."""

    def takes(self, item: Object) -> bool:
        """Whether an object is selected. What is in no schema belongs to a whole dump only, as in pg_dump."""
        schema = item.namespace
        if item.id in self.besides:
            return True
        if schema in self.exclude:
            return False
        return schema in self.include and not item.whole_only if self.include else True


EVERYTHING = Selection()


def select(catalogs: Iterable[Catalog], include: Iterable[str], exclude: Iterable[str]) -> Selection:
    """The schemas of any of `catalogs` that the patterns name.

    Raises PgnormError for a pattern of `include` that names none.
    """
    include, exclude = tuple(include), tuple(exclude)
    if not include and not exclude:
        return EVERYTHING
    known = {item.namespace for catalog in catalogs for item in catalog.objects.values() if item.namespace}
    chosen: set[str] = set()
    for pattern in include:
        found = {name for name in known if _pattern(pattern).fullmatch(name)}
        if not found:
            raise PgnormError(
                f"no matching schemas were found for pattern: {pattern}",
                hint=f"Schemas here: {', '.join(sorted(known)) or 'none'}.",
            )
        chosen |= found
    dropped = {name for pattern in exclude for name in known if _pattern(pattern).fullmatch(name)}
    return Selection(include=frozenset(chosen), exclude=frozenset(dropped))


def selected(catalog: Catalog, selection: Selection) -> Catalog:
    """The part of a catalog that is selected."""
    objects = {name: item for name, item in catalog.objects.items() if selection.takes(item)}
    edges = tuple(edge for edge in catalog.edges if edge.dependent in objects and edge.referenced in objects)
    return evolve(catalog, objects=objects, edges=edges)


def matches(pattern: str, schema: str) -> bool:
    """Whether a pattern names a schema."""
    return _pattern(pattern).fullmatch(schema) is not None


def _pattern(text: str) -> re.Pattern[str]:
    """A psql pattern: `*` and `?` are wild, letters fold to lower case, and quotes keep what they hold as it is."""
    parts = []
    for quoted, plain in re.findall(r'"((?:[^"]|"")*)"|([^"]+)', text):
        if plain:
            wild = {"*": ".*", "?": "."}
            parts.append("".join(wild.get(char, re.escape(char)) for char in plain.lower()))
        else:
            parts.append(re.escape(quoted.replace('""', '"')))
    return re.compile("".join(parts))
