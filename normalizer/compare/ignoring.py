"""Objects that a comparison leaves alone, as settings and options say: `[ignore]` in pgnorm.toml, --ignore, --only."""

from fnmatch import fnmatchcase
from typing import Final

from pgnorm.catalog.model import Catalog, Object, ObjectId, Value

PARTITION_OF: Final = "partition-of"
"""The word for what is tied to a table that the patterns name: its partitions, and what inherits from it."""
_EXCEPT: Final = "!"


class NamePatterns(Value):
    """Patterns of names, `*_p20*`, of which later ones go before earlier ones: `!kept_p2020` takes an exception out."""

    kind: str = ""
    """The kind of object that it is for, empty for all, or `PARTITION_OF`."""
    patterns: tuple[str, ...]

    def takes(self, item: Object) -> bool:
        """True if it names an object."""
        verdict = False
        for pattern in self.patterns:
            if _matches(pattern.removeprefix(_EXCEPT), item, with_owner=not self.kind):
                verdict = not pattern.startswith(_EXCEPT)
        return verdict


class Ignoring(Value):
    """Objects left alone: those that a rule names, and with `only` those that none of these patterns names."""

    rules: tuple[NamePatterns, ...] = ()
    only: tuple[str, ...] = ()
    names: frozenset[ObjectId] = frozenset()
    """Objects left alone besides, whatever they are called: those that a pattern named before they were renamed."""

    def __bool__(self) -> bool:
        return bool(self.rules or self.only)

    def left_out(self, *catalogs: Catalog) -> frozenset[ObjectId]:
        """Objects of these catalogs that are left alone, with all their parts and partitions."""
        if not self:
            return frozenset()
        return self.names.union(*(self._of(catalog) for catalog in catalogs))

    def _of(self, catalog: Catalog) -> set[ObjectId]:
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
        tied = [item.ties for item in catalog.objects.values() if item.ties is not None]
        above = [rule for rule in self.rules if rule.kind == PARTITION_OF]
        for child, whole in tied:
            if whole in catalog.objects and any(rule.takes(catalog.objects[whole]) for rule in above):
                found.add(child)
        below: dict[ObjectId, list[ObjectId]] = {}
        for child, whole in tied:
            below.setdefault(whole, []).append(child)
        waiting = list(found)
        while waiting:
            name = waiting.pop()
            more = [*(part.id for part in catalog.parts.get(name, ())), *below.get(name, ())]
            waiting += (each for each in more if each not in found)
            found.update(more)
        return found


def _matches(pattern: str, item: Object, *, with_owner: bool) -> bool:
    """True if a pattern is of the object's name, with its schema or without, word by word between the dots.
    `with_owner` says that a column and its like count only by what they belong to as well: `contacts.email`."""
    owner = item.detail if item.parent is not None else ""
    words = [word for word in (item.schema, owner, item.name) if word]
    globs = pattern.split(".")
    if not len(words) >= len(globs) > (1 if owner and with_owner else 0):
        return False
    return all(map(fnmatchcase, words[-len(globs) :], globs))
