"""Tables that a plan touches, and those that they refer to or are referred to by, before and after: an ER diagram."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.kinds.columns import Column
from pgnorm.catalog.kinds.foreign_keys import ForeignKey
from pgnorm.catalog.kinds.keys import Key
from pgnorm.catalog.kinds.tables import Table
from pgnorm.catalog.model import Catalog, Object, ObjectId, Value
from pgnorm.catalog.quoting import plain

from ..compare.difference import parts_below
from .earlier import earlier_names
from .limits import COLUMNS, TABLES
from .objects import ADDED, AS_IT_IS, CHANGED, DROPPED, Touched

if TYPE_CHECKING:
    from ..comparison import Comparison

_NAME: Final = r'"(?:[^"]|"")*"'
_REFERENCE: Final = re.compile(rf"FOREIGN KEY \((?P<columns>.*?)\) REFERENCES (?P<schema>{_NAME})\.(?P<table>{_NAME})")
_PRIMARY: Final = re.compile(rf"PRIMARY KEY \((?P<columns>{_NAME}(?:, {_NAME})*)")
_BRIEF: Final = {
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
    "time with time zone": "timetz",
    "time without time zone": "time",
    "character varying": "varchar",
    "double precision": "float8",
}
"""Names of types that Postgres knows as well, and that leave room."""
PRIMARY: Final = "PK"
FOREIGN: Final = "FK"


class Line(Value):
    """A column of a table in the diagram."""

    sign: str
    """Empty for one that stays as it is."""
    name: str
    type: str
    key: str
    """`PK`, `FK`, both, or empty."""


class Entity(Value):
    """A table in the diagram."""

    id: ObjectId
    label: str
    sign: str
    touched: bool
    lines: tuple[Line, ...] = ()
    more: int = 0
    """Number of columns that are not shown."""


class Reference(Value):
    """A foreign key in the diagram."""

    name: str
    source: ObjectId
    target: ObjectId
    sign: str
    columns: tuple[str, ...]


class Diagram(Value):
    """The tables and references of one side."""

    entities: tuple[Entity, ...]
    references: tuple[Reference, ...]

    def renamed(self, names: Mapping[ObjectId, ObjectId]) -> "Diagram":
        """The same, with its tables known by other names, so that each has its place among those of another side."""
        return Diagram(
            entities=tuple(each.evolve(id=names[each.id]) for each in self.entities),
            references=tuple(
                each.evolve(source=names[each.source], target=names[each.target]) for each in self.references
            ),
        )


class Diagrams(Value):
    """The same tables before and after."""

    before: Diagram
    after: Diagram
    touched: int
    """Number of all tables touched."""

    @property
    def drawn(self) -> int:
        """Number of those that are shown."""
        sides = (*self.before.entities, *self.after.entities)
        return len({entity.id for entity in sides if entity.touched})


def diagrams(comparison: "Comparison", objects: tuple[Touched, ...]) -> Diagrams:
    """The diagrams of a comparison that touches these objects."""
    tables = [each.id for each in objects if each.id.kind == Table.kind]
    sides = comparison.moved or comparison.views[0], comparison.views[1]
    references = [[*_references(side)] for side in sides]
    shown = dict.fromkeys(tables[:TABLES])
    for source, target, _ in (each for some in references for each in some):
        if len(shown) < TABLES and not {source, target}.isdisjoint(tables[:TABLES]):
            shown |= {source: None, target: None}
    signs = {**_signs(comparison), **{each.id: each.sign for each in objects}}
    after = _diagram(sides[1], references[1], frozenset(shown), frozenset(tables), signs)
    earlier = earlier_names(comparison)
    there = comparison.views[0]
    before = _diagram(
        there,
        references[0] if comparison.moved is None else [*_references(there)],
        frozenset(earlier[name] for name in shown if name in earlier),
        frozenset(earlier[name] for name in tables if name in earlier),
        {earlier[name]: sign for name, sign in signs.items() if name in earlier},
    )
    later = {name: now for now, name in earlier.items()}
    return Diagrams(before=before.renamed(later), after=after, touched=len(tables))


def linked(catalog: Catalog) -> Mapping[ObjectId, list[ObjectId]]:
    """The tables of a catalog, each with those that it refers to, or is referred to by."""
    found: dict[ObjectId, list[ObjectId]] = {
        name: [] for name, item in sorted(catalog.objects.items()) if isinstance(item, Table)
    }
    for source, target, _ in _references(catalog):
        for one, other in ((source, target), (target, source)):
            if one in found and other in found and one != other and other not in found[one]:
                found[one].append(other)
    return found


def diagram_of(catalog: Catalog, tables: frozenset[ObjectId]) -> Diagram:
    """The diagram of tables as they are, which compares nothing."""
    parts = (part.id for name in tables for part in parts_below(catalog, name))
    signs = dict.fromkeys((*tables, *parts), AS_IT_IS)
    return _diagram(catalog, [*_references(catalog)], tables, tables, signs)


def _signs(comparison: "Comparison") -> Mapping[ObjectId, str]:
    return {
        each.item.id: ADDED if each.old is None else DROPPED if each.new is None else CHANGED
        for each in comparison.plan.differences
    }


def _references(catalog: Catalog) -> Iterator[tuple[ObjectId, ObjectId, ForeignKey]]:
    for item in catalog.objects.values():
        if isinstance(item, ForeignKey) and item.copied_from is None and item.parent is not None:
            found = _REFERENCE.match(item.definition)
            if found:
                schema, table = (_bare(found[part]) for part in ("schema", "table"))
                yield item.parent, ObjectId(Table.kind, schema, table), item


def _diagram(
    catalog: Catalog,
    references: list[tuple[ObjectId, ObjectId, ForeignKey]],
    shown: frozenset[ObjectId],
    touched: frozenset[ObjectId],
    signs: Mapping[ObjectId, str],
) -> Diagram:
    drawn = [
        Reference(
            name=key.name, source=source, target=target, sign=signs.get(key.id, ""), columns=_names(key.definition)
        )
        for source, target, key in references
        if {source, target} <= shown and {source, target} <= catalog.objects.keys()
    ]
    tables = (item for name, item in catalog.objects.items() if name in shown)
    return Diagram(
        entities=tuple(_entity(catalog, item, touched=item.id in touched, signs=signs) for item in tables),
        references=tuple(drawn),
    )


def _entity(catalog: Catalog, table: Object, *, touched: bool, signs: Mapping[ObjectId, str]) -> Entity:
    parts = catalog.parts.get(table.id, ())
    sign = signs.get(table.id, "")
    if not touched:
        return Entity(id=table.id, label=table.label, sign=sign, touched=False)
    found = (_PRIMARY.match(part.definition) for part in parts if isinstance(part, Key))
    primary = next((_quoted(match["columns"]) for match in found if match), ())
    foreign = {name for part in parts if isinstance(part, ForeignKey) for name in _names(part.definition)}
    lines = [
        Line(
            sign=_sign(catalog, column, signs),
            name=column.name,
            type=_brief(plain(column.type)),
            key=" ".join(word for word, some in ((PRIMARY, primary), (FOREIGN, foreign)) if column.name in some),
        )
        for column in sorted((part for part in parts if isinstance(part, Column)), key=lambda column: column.number)
    ]
    told = lines if len(lines) <= COLUMNS else [each for each in lines if each.sign or each.key][:COLUMNS]
    return Entity(
        id=table.id, label=table.label, sign=sign, touched=True, lines=tuple(told), more=len(lines) - len(told)
    )


def _brief(type_: str) -> str:
    return next((type_.replace(long, brief) for long, brief in _BRIEF.items() if type_.startswith(long)), type_)


def _sign(catalog: Catalog, column: Column, signs: Mapping[ObjectId, str]) -> str:
    """The sign of a column, that of a change where what belongs to it (a default) comes, goes or changes."""
    below = any(part.id in signs for part in catalog.parts.get(column.id, ()))
    return signs.get(column.id, CHANGED if below else "")


def _names(definition: str) -> tuple[str, ...]:
    found = _REFERENCE.match(definition)
    return _quoted(found["columns"]) if found else ()


def _quoted(text: str) -> tuple[str, ...]:
    return tuple(map(_bare, re.findall(_NAME, text)))


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"')
