"""What the queries of tables and of their parts have in common."""

from typing import Final, LiteralString

OF_USERS: Final[LiteralString] = """
               n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
           and not exists ( select from pg_depend
                             where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e' )
"""
"""The relations `c` in schemas `n` that neither Postgres nor an extension made."""

ORDINARY_TABLE: Final[LiteralString] = (
    """
               c.relkind = 'r' and not c.relispartition and c.reloftype = 0
           and not exists ( select from pg_inherits where inhrelid = c.oid )
           and """
    + OF_USERS
)
"""Those of them that are tables which inherit from none."""
