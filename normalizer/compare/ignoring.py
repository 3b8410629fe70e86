"""Objects that a comparison leaves alone, as settings and options say: `[ignore]` in pgnorm.toml, --ignore, --only."""

from collections.abc import Iterator
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

    def __bool__(self) -> bool:
        return bool(self.rules or self.only)

    def left_out(self, *catalogs: Catalog) -> frozenset[ObjectId]:
        """Objects of these catalogs that are left alone, with all their parts and partitions."""
        return frozenset(name for catalog in catalogs for name in self._of(catalog)) if self else frozenset()

    def _of(self, catalog: Catalog) -> Iterator[ObjectId]:
        wanted = NamePatterns(patterns=self.only)
        found = {
            item.id
            for item in catalog.objects.values()
            if any(rule.kind in ("", item.kind) and rule.takes(item) for rule in self.rules)
            or (self.only and item.parent is None and item.schema and not wanted.takes(item))
        }
        tied = [item.ties for item in catalog.objects.values() if item.ties is not None]
        wholes = [rule for rule in self.rules if rule.kind == PARTITION_OF]
        for child, whole in tied:
            if whole in catalog.objects and any(rule.takes(catalog.objects[whole]) for rule in wholes):
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
        return iter(found)


def _matches(pattern: str, item: Object, *, with_owner: bool) -> bool:
    """True if a pattern is of the object's name, with its schema or without; `with_owner` says that a column and its
    like count only by what they belong to as well: `contacts.email`."""
    owner = item.detail if item.parent is not None else ""
    words = [word for word in (item.schema, owner, item.name) if word]
    last = len(words) - 1 if owner and with_owner else len(words)
    return any(fnmatchcase(".".join(words[start:]), pattern) for start in range(last))
