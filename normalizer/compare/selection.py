"""Schemas that a command looks at: the patterns of pg_dump's `-n` and `-N`."""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Final

from attrs import evolve

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, Object, ObjectId, Value

# A quoted part that never ends holds the rest, as in psql.
_PARTS: Final = r'"((?:[^"]|"")*(?:"|$))|([^"]+)'
_WILD: Final = {"*": ".*", "?": ".", "$": r"\$"}
_CLASS: Final = r"\[:(\w+):\]"
_CLASSES: Final = {"alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "lower": "a-z", "upper": "A-Z"}


class Selection(Value):
    """Schemas by name. With none asked for, everything is selected but what is excluded."""

    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    besides: frozenset[ObjectId] = frozenset()
    """Objects selected wherever they are."""
    without: frozenset[ObjectId] = frozenset()
    """Objects left alone wherever they are."""
    unmatched: tuple[str, ...] = ()
    """The patterns asked for that name no schema, where others do."""

    def takes_schema(self, name: str) -> bool:
        """True if a schema is selected."""
        return name not in self.exclude and (name in self.include or not self.include)

    def takes(self, item: Object) -> bool:
        """True if an object is selected. What is in no schema belongs to a whole dump only, as in pg_dump."""
        if item.id in self.besides:
            return True
        if item.id in self.without or (self.include and item.whole_only):
            return False
        return self.takes_schema(item.namespace)


EVERYTHING = Selection()


def select(catalogs: Iterable[Catalog], include: Iterable[str], exclude: Iterable[str]) -> Selection:
    """The schemas of any of `catalogs` that the patterns name.

    As with pg_dump, one of several patterns may name none. Raises PgnormError where no pattern of `include` names any,
    and for what is no pattern.
    """
    include, exclude = tuple(include), tuple(exclude)
    if not include and not exclude:
        return EVERYTHING
    return select_of(
        {item.namespace for catalog in catalogs for item in catalog.objects.values() if item.namespace},
        include,
        exclude,
    )


def select_of(known: Collection[str], include: Sequence[str], exclude: Iterable[str]) -> Selection:
    """As `select`, of schemas by name."""
    chosen = {pattern: {name for name in known if matches(pattern, name)} for pattern in include}
    unmatched = tuple(pattern for pattern, found in chosen.items() if not found)
    if include and len(unmatched) == len(chosen):
        raise PgnormError(
            f"no matching schemas were found for {'pattern' if len(unmatched) == 1 else 'any pattern of'}: "
            + ", ".join(unmatched),
            hint=f"Schemas here: {', '.join(sorted(known)) or 'none'}.",
        )
    dropped = {name for pattern in exclude for name in known if matches(pattern, name)}
    return Selection(include=frozenset().union(*chosen.values()), exclude=frozenset(dropped), unmatched=unmatched)


def selected(catalog: Catalog, selection: Selection) -> Catalog:
    """The part of a catalog that is selected."""
    objects = {name: item for name, item in catalog.objects.items() if selection.takes(item)}
    edges = tuple(edge for edge in catalog.edges if edge.dependent in objects and edge.referenced in objects)
    return evolve(catalog, objects=objects, edges=edges)


def matches(pattern: str, schema: str) -> bool:
    """True if a pattern names a schema. Raises PgnormError for what is no pattern."""
    return _pattern(pattern).fullmatch(schema) is not None


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """A psql pattern (patternToSQLRegex): `*` and `?` are wild, letters fold to lower case, what else a regular
    expression has keeps its meaning, and quotes keep what they hold as it is."""
    parts: list[str] = []
    for quoted, unquoted in re.findall(_PARTS, text):
        if not unquoted:
            parts.append(re.escape(quoted.removesuffix('"').replace('""', '"')))
            continue
        if "." in unquoted:
            raise PgnormError(
                f"`{text}` names more than a schema: cross-database references are not implemented",
                hint="Put a name that holds a dot into double quotes.",
            )
        parts += [_WILD.get(char, char) for char in re.sub(_CLASS, _members, unquoted.lower())]
    try:
        return re.compile("".join(parts))
    except re.error as error:
        raise PgnormError(
            f"`{text}` is no pattern: {error}", hint="Put what is to be taken as it is into double quotes."
        ) from None


def _members(match: re.Match[str]) -> str:
    return _CLASSES.get(match[1], match[0])
