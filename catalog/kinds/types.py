"""The common base of the types that users make."""

from typing import ClassVar, Final, LiteralString

from ..model import Entry, Object
from ..priority import Priority
from ..quoting import qualified

IDENTITY: Final[LiteralString] = """
            select t.oid
                 , n.nspname::text                       as schema
                 , t.typname::text                       as name
                 , ''                                    as detail
                 , r.rolname::text                       as owner
                 , t.typacl::text[]                      as acl
                 , acldefault('T', t.typowner)::text[]   as acl_default"""
"""The first columns of each query: identity and satellites of pg_type t."""

SOURCE: Final[LiteralString] = """
              from pg_type t
              join pg_namespace n on n.oid = t.typnamespace
              join pg_roles r     on r.oid = t.typowner"""

OF_USERS: Final[LiteralString] = """
               and t.oid >= 16384 and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and not exists ( select from pg_depend
                                 where classid = 'pg_type'::regclass and objid = t.oid and deptype = 'e' )
             order by n.nspname, t.typname"""


class Type(Object):
    """A type: pg_type."""

    keyword: ClassVar[str] = "TYPE"
    catalog: ClassVar[str] = "pg_type"
    priority: ClassVar[int] = Priority.TYPE
    renamable: ClassVar[bool] = True
    stands_aside: ClassVar[bool] = True
    default_acl_type: ClassVar[str] = "T"

    @property
    def disposable(self) -> bool:
        # DROP TYPE takes the columns of the type with it.
        return False

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        return (("type", self.schema, self.name),)

    def grant_signature(self, *, qualify: bool = True) -> str:
        return f"TYPE {qualified(self.schema if qualify else '', self.name)}"


def shell_entry(item: Type) -> Entry:
    """The entry that makes no more than the type's name known."""
    return Entry(desc="SHELL TYPE", tag=item.name, sql=f"CREATE TYPE {qualified(item.schema, item.name)};\n")


def collate(collation: str) -> str:
    """The COLLATE clause, empty for the collation that the type has anyway."""
    return f" COLLATE {collation}" if collation else ""
