"""Tables whose rows can't be updated: they are published, and have nothing by which a subscriber would find a row."""

from pgnorm.catalog.kinds.columns import Column
from pgnorm.catalog.kinds.index_backed import IndexBacked
from pgnorm.catalog.kinds.keys import Key
from pgnorm.catalog.kinds.publications import Publication, PublicationSchema, PublicationTable
from pgnorm.catalog.kinds.tables import OF_AN_INDEX, Table
from pgnorm.catalog.model import Catalog

from ..plan.firing import below


def unidentified(column: Column, old: Catalog) -> bool:
    """True if an UPDATE of a column would be refused for want of a REPLICA IDENTITY, as far as the old side tells."""
    if column.parent is None:
        return False
    names = {column.parent, *below(old, column.parent)}
    tables = [item for item in old.objects.values() if item.id in names and isinstance(item, Table)]
    return any(_published(table, old) for table in tables) and any(
        table.partition_key is None and not _identified(table, old) for table in tables
    )


def _published(table: Table, old: Catalog) -> bool:
    telling = {
        item.name: item for item in old.objects.values() if isinstance(item, Publication) and "update" in item.actions
    }
    return any(each.all_tables for each in telling.values()) or any(
        item.detail in telling
        for item in old.objects.values()
        if (isinstance(item, PublicationTable) and (item.schema, item.name) == (table.schema, table.name))
        or (isinstance(item, PublicationSchema) and item.name == table.schema)
    )


def _identified(table: Table, old: Catalog) -> bool:
    if table.replica_identity in ("f", "n"):
        return table.replica_identity == "f"
    by_index = table.replica_identity == OF_AN_INDEX
    return any(
        part.replica_identity if by_index else isinstance(part, Key) and part.definition.startswith("PRIMARY KEY")
        for part in old.parts.get(table.id, ())
        if isinstance(part, IndexBacked)
    )
