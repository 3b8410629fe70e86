"""A lint: a question to a server that holds the schema."""

from enum import IntEnum
from typing import Final, LiteralString

from pgnorm.catalog.model import Value, untold

_GUIDE: Final = "supabase.com/docs/guides/database/database-advisors?lint="


class Level(IntEnum):
    """Degree of badness."""

    INFO = 1
    WARN = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """The word for it in options."""
        return self.name.lower()


class Lint(Value):
    """One lint. `sql` gives (keyword, schema, owner, name) of what it finds; `message` is said of that.

    It may use the parameters `owned` and `exposed`, the names of the project's schemas and of those among them that an
    API shows, and `roles`, the roles of that API that row security holds.
    """

    number: int
    name: str
    level: Level
    message: str
    cure: str
    sql: LiteralString = untold()

    @property
    def link(self) -> str:
        """The page that explains it."""
        return f"{_GUIDE}{self.number:04}_{self.name}"


MINE: Final[LiteralString] = """
              and not exists (select from pg_depend e
                               where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
"""
REACHED: Final[LiteralString] = """
              and exists (select from unnest(%(roles)s::text[]) r(name)
                           where has_any_column_privilege(r.name, c.oid, 'select, insert, update')
                              or has_table_privilege(r.name, c.oid, 'delete'))
"""
POLICIES: Final[LiteralString] = """
    from (select p.polname, p.polrelid, p.polroles, p.polcmd, p.polpermissive
               , pg_get_expr(p.polqual, p.polrelid) as qual
               , pg_get_expr(p.polwithcheck, p.polrelid) as checked
            from pg_policy p) p
    join pg_class c     on c.oid = p.polrelid
    join pg_namespace n on n.oid = c.relnamespace
"""
