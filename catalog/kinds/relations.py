"""Relations in the queries of tables and of their parts: conditions, kinds, names."""

from typing import Final, LiteralString

from ..quoting import qualified

OF_USERS: Final[LiteralString] = """
               c.oid >= 16384 and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
           and not exists ( select from pg_depend
                             where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e' )
"""
"""The relations `c` in schemas `n` that neither Postgres nor an extension made."""

TABLES: Final[LiteralString] = " c.relkind in ('r', 'p') and" + OF_USERS
"""The tables among them, partitioned ones and partitions included."""

TABLE_LIKE: Final[LiteralString] = " c.relkind in ('r', 'p', 'f') and" + OF_USERS
"""The relations among them whose columns, defaults and NOT NULL constraints are objects of their own."""


def kind_of(relation: LiteralString) -> LiteralString:
    """The expression for the kind of a pg_class row: what is a part of a relation has it as its parent."""
    return (
        "case "
        + relation
        + ".relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table'"
        + " else 'table' end"
    )


RELATION_KIND: Final[LiteralString] = kind_of("c") + " as relation_kind"
"""The kind of the relation `c`."""

FOREIGN_TABLE: Final = "foreign table"
OWN_WORDS: Final = {FOREIGN_TABLE: "FOREIGN TABLE"}


def altered(kind: str, schema: str, name: str, *, only: bool = False) -> str:
    """The name that ALTER has for a relation on whose parts it works: `TABLE ONLY "public"."t"`, also for a view."""
    return f"{OWN_WORDS.get(kind, 'TABLE')} {'ONLY ' if only else ''}{qualified(schema, name)}"
