"""Places where extensions make objects as they run: their own schemas, and what pg_partman's settings name."""

from collections.abc import Sequence
from typing import Final, LiteralString

from .model.run_time import RunTime
from .pipeline import Row
from .quoting import qualified

# A schema is an extension's own where it is a member, or where the control file names it: CREATE EXTENSION made it. No
# relocatable extension's does; CASE keeps the server from reading all control files where no other one is there.
SCHEMAS: Final[LiteralString] = """
array( select n.nspname::text
         from pg_namespace n
        where n.oid >= 16384
          and (exists ( select from pg_depend d
                         where d.classid = 'pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e' )
               or exists ( select from pg_extension e
                            where e.extnamespace = n.oid
                              and case when not e.extrelocatable
                                       then (e.extname, e.extversion, n.nspname) in
                                            ( select name, version, schema from pg_available_extension_versions ) end ))
        order by 1 )
"""

# Only a plain table is looked into: a view, a foreign table or a policy could run code that somebody else wrote.
PARTMAN: Final[LiteralString] = """
( select array[ n.nspname::text, c.relname::text
              , (has_schema_privilege(n.oid, 'USAGE') and has_table_privilege(c.oid, 'SELECT'))::text
              , exists ( select from pg_attribute
                          where attrelid = c.oid and attname = 'template_table' and atttypid = 'text'::regtype )::text ]
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
   where c.relname = 'part_config' and c.relkind = 'r' and not c.relrowsecurity
     and exists ( select from pg_attribute
                   where attrelid = c.oid and attname = 'parent_table' and atttypid = 'text'::regtype )
     and (n.nspname = 'partman'
          or exists ( select from pg_depend d join pg_extension e on e.oid = d.refobjid
                       where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
                         and d.refclassid = 'pg_extension'::regclass and e.extname = 'pg_partman' ))
   order by n.nspname = 'partman'
   limit 1 )
"""


def partman_query(found: Sequence[str] | None) -> tuple[str, ...]:
    """The query for what pg_partman's settings name, by what `PARTMAN` found; none where it can't be asked."""
    if found is None or found[2] != "true":
        return ()
    template = "template_table" if found[3] == "true" else "null::text"
    return (f"select parent_table, {template} from only {qualified(found[0], found[1])} order by 1",)


def run_time(schemas: Sequence[str], found: Sequence[str] | None, rows: Sequence[Row]) -> RunTime:
    """The places, by the answers to `SCHEMAS`, `PARTMAN` and `partman_query`."""
    return RunTime(
        schemas=tuple(schemas),
        partitioned=tuple(_table(name) for name, _ in rows if name),
        templates=tuple(_table(name) for _, name in rows if name),
        unread="" if found is None or found[2] == "true" else f"{found[0]}.{found[1]}",
    )


def _table(name: str) -> tuple[str, str]:
    """The table that pg_partman knows by `public.Events`, without quotes."""
    schema, _, table = name.partition(".")
    return schema, table
