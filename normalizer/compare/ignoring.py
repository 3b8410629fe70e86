"""Objects that a comparison leaves alone, as settings, options (--ignore, --only) and hints say."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from fnmatch import fnmatchcase
from functools import reduce
from types import MappingProxyType
from typing import Final

from pgnorm.catalog.model import Catalog, Object, ObjectId, RunTime, Value

from ..sql.subjects import Subject
from .called import is_about, wholes

PARTITION_OF: Final = "partition-of"
"""The word for what is tied to a table that the patterns name: its partitions, and what inherits from it."""
ROLE: Final = "role"
"""The word for roles, which are no objects of a database."""
_EXCEPT: Final = "!"


class Reason(Enum):
    """Reason for leaving an object alone, by the word that a program knows it by."""

    ASKED = "asked"
    """Settings or options say so."""
    HINT = "hint"
    """A hint in a schema file says so."""
    PG_PARTMAN = "pg_partman"
    """pg_partman makes it."""
    EXTENSION = "extension"
    """It lies in a schema of an extension, which made it as it ran."""
    PLATFORM = "platform"
    """It is said by files of a schema that the platform manages."""


class NamePatterns(Value):
    """Patterns of names, `*_p20*`, of which later ones go before earlier ones: `!kept_p2020` takes an exception out."""

    kind: str = ""
    """The kind of object that it is for, empty for all, or `PARTITION_OF`."""
    patterns: tuple[str, ...]

    def takes(self, item: Object) -> bool:
        """True if it names an object."""
        return self._verdict(lambda pattern: _matches(pattern, item, with_owner=not self.kind))

    def takes_role(self, name: str) -> bool:
        """True if it names a role."""
        return self.kind in ("", ROLE) and self._verdict(lambda pattern: fnmatchcase(name, pattern))

    def _verdict(self, matches: Callable[[str], bool]) -> bool:
        verdict = False
        for pattern in self.patterns:
            if matches(pattern.removeprefix(_EXCEPT)):
                verdict = not pattern.startswith(_EXCEPT)
        return verdict


class Ignoring(Value):
    """Objects left alone: what a rule or a hint names, with `only` what none of these patterns names, with `kinds` what
    is of no such kind and belongs to none that is."""

    rules: tuple[NamePatterns, ...] = ()
    only: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    hinted: tuple[Subject, ...] = ()
    """Subjects of hints."""
    names: Mapping[ObjectId, Reason] = MappingProxyType({})
    """Objects left alone besides, whatever they are called: those that a pattern named before they were renamed."""

    def __bool__(self) -> bool:
        return bool(self.rules or self.only or self.kinds or self.hinted)

    @property
    def selects(self) -> bool:
        """True if nothing but what is named is compared."""
        return bool(self.only or self.kinds)

    def leaves_role(self, name: str) -> bool:
        """True if a role is left alone."""
        return any(rule.takes_role(name) for rule in self.rules)

    def left_out(self, *catalogs: Catalog) -> Mapping[ObjectId, Reason]:
        """Objects of these catalogs that are left alone, with all their parts and partitions."""
        known = reduce(RunTime.joined, (catalog.run_time for catalog in catalogs), RunTime())
        if not (self or self.names or known.partitioned or known.templates):
            return {}
        found = dict(self.names)
        for catalog in catalogs:
            found |= self._of(catalog, known)
        return found

    def _of(self, catalog: Catalog, known: RunTime) -> dict[ObjectId, Reason]:
        found = dict.fromkeys(self._asked(catalog), Reason.ASKED) if self else {}
        for name in _of_partman(catalog, known):
            found.setdefault(name, Reason.PG_PARTMAN)
        for item in catalog.objects.values() if self.hinted else ():
            if any(is_about(subject, item) for subject in self.hinted):
                found.setdefault(item.id, Reason.HINT)
        found = _with_all_below(catalog, found)
        # A policy can be compared where its table is not.
        others = (name for name, item in catalog.objects.items() if self.kinds and not self._is_of_kinds(catalog, item))
        return dict.fromkeys(others, Reason.ASKED) | found

    def _is_of_kinds(self, catalog: Catalog, item: Object) -> bool:
        return any(each.kind in self.kinds for each in wholes(item.id, catalog))

    def unmatched(self, *catalogs: Catalog, roles: Iterable[str] = ()) -> tuple[str, ...]:
        """The patterns of options that name no object of these catalogs, with `only` no whole, and no role."""
        items = [item for catalog in catalogs for item in catalog.objects.values()]
        asked = [(pattern, items) for rule in self.rules if not rule.kind for pattern in rule.patterns]
        asked += [(pattern, [item for item in items if item.parent is None]) for pattern in self.only]
        left = [pattern for pattern, some in asked if not any(_names(pattern, item) for item in some)]
        return tuple(pattern for pattern in left if not any(fnmatchcase(name, pattern) for name in roles))

    def _asked(self, catalog: Catalog) -> set[ObjectId]:
        wholes = [item for item in catalog.objects.values() if item.parent is None]
        wanted = NamePatterns(patterns=self.only)
        selected = {item.id for item in wholes if self.only and wanted.takes(item)}
        # What is selected needs its schema.
        homes = {name.schema for name in selected}
        found = {
            item.id
            for item in catalog.objects.values()
            if any(rule.kind in ("", item.kind) and rule.takes(item) for rule in self.rules)
        }
        if self.only:
            others = (item for item in wholes if item.id not in selected)
            found.update(item.id for item in others if item.schema or item.namespace not in homes)
        above = [rule for rule in self.rules if rule.kind == PARTITION_OF]
        for item in catalog.objects.values() if above else ():
            whole = catalog.objects.get(item.ties[1]) if item.ties is not None else None
            if item.ties is not None and whole is not None and any(rule.takes(whole) for rule in above):
                found.add(item.ties[0])
        return found


def _of_partman(catalog: Catalog, known: RunTime) -> Iterator[ObjectId]:
    """Objects that pg_partman makes: partitions, and the templates of partitions."""
    partitioned, templates = frozenset(known.partitioned), frozenset(known.templates)
    for item in catalog.objects.values() if partitioned or templates else ():
        if item.ties is not None and item.ties[1][1:3] in partitioned:
            yield item.ties[0]
        if item.parent is None and item.id[1:3] in templates:
            yield item.id


def _with_all_below(catalog: Catalog, found: dict[ObjectId, Reason]) -> dict[ObjectId, Reason]:
    """Objects with their parts, their partitions and what inherits from them."""
    below: dict[ObjectId, list[ObjectId]] = {}
    for item in catalog.objects.values() if found else ():
        if item.ties is not None:
            below.setdefault(item.ties[1], []).append(item.ties[0])
    waiting = list(found)
    while waiting:
        name = waiting.pop()
        for each in (*(part.id for part in catalog.parts.get(name, ())), *below.get(name, ())):
            if each not in found:
                found[each] = found[name]
                waiting.append(each)
    return found


def _names(pattern: str, item: Object) -> bool:
    return _matches(pattern.removeprefix(_EXCEPT), item, with_owner=True)


def _matches(pattern: str, item: Object, *, with_owner: bool) -> bool:
    """True if a pattern is of the object's name, with its schema or without, word by word between the dots.
    `with_owner` says that a column and its like count only by what they belong to as well: `contacts.email`."""
    owner = item.detail if item.parent is not None else ""
    words = [word for word in (item.schema, owner, item.name) if word]
    globs = pattern.split(".")
    if not len(words) >= len(globs) > (1 if owner and with_owner else 0):
        return False
    return all(map(fnmatchcase, words[-len(globs) :], globs))
