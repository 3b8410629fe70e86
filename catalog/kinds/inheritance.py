"""What a table inherits from."""

from collections.abc import Sequence
from typing import ClassVar, Final, LiteralString

from ..model import Lead, Object, ObjectId, Target, declared, replace
from ..priority import Priority
from ..quoting import qualified
from .relations import OF_USERS, RELATION_KIND, altered, kind_of

PARTITION: Final = "partition"
"""The kind of what makes a table a partition."""

PARENT_FIELDS: Final[LiteralString] = (
    """
                 , pn.nspname::text  as parent_schema
                 , p.relname::text   as parent_name
                 , """
    + kind_of("p")
    + " as parent_kind, "
    + RELATION_KIND
)
TABLES_OF_BOTH: Final[LiteralString] = """
              from pg_inherits i
              join pg_class c      on c.oid = i.inhrelid and c.relkind in ('r', 'p', 'f')
              join pg_namespace n  on n.oid = c.relnamespace
              join pg_class p      on p.oid = i.inhparent
              join pg_namespace pn on pn.oid = p.relnamespace
             where """


@declared
class Tie(Object):
    """What ties a table to another, so that it has the columns of the other one: pg_inherits.

    `schema` and `name` are those of the table that has them from the other.
    """

    # Its rows have no OIDs: pg_depend says it of the tables themselves.
    catalog: ClassVar[str] = "pg_inherits"

    relation_kind: str = replace()
    """The kind of the table; another one can have the same name later."""
    parent_schema: str = replace()
    parent_name: str = replace()
    parent_kind: str = replace()

    @property
    def parent(self) -> ObjectId:
        return ObjectId(self.relation_kind, self.schema, self.name)

    @property
    def ties(self) -> tuple[ObjectId, ObjectId]:
        return (self.parent, ObjectId(self.parent_kind, self.parent_schema, self.parent_name))

    @property
    def also_needs(self) -> tuple[ObjectId, ...]:
        return self.ties

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.name} of {self.parent_schema}.{self.parent_name}"

    @property
    def ancestor(self) -> str:
        """The other table, as SQL names it."""
        return qualified(self.parent_schema, self.parent_name)


@declared
class Inheritance(Tie):
    """A table from which another inherits. `detail` is the one inherited from."""

    kind: ClassVar[str] = "inheritance"
    keyword: ClassVar[str] = "INHERITS"
    priority: ClassVar[int] = Priority.TABLE
    embedded: ClassVar[bool] = True

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            """
            select c.oid
                 , i.inhseqno::int   as subid
                 , n.nspname::text   as schema
                 , c.relname::text   as name
                 , quote_ident(pn.nspname) || '.' || quote_ident(p.relname) as detail
"""
            + PARENT_FIELDS
            + TABLES_OF_BOTH
            + "not c.relispartition and"
            + OF_USERS
            + "order by n.nspname, c.relname, i.inhseqno"
        )

    def clause(self, target: Target) -> str:
        del target
        return self.ancestor

    def create(self, parts: Sequence[Object], target: Target, *, shell: bool = False) -> str:
        del parts, target, shell
        return f"ALTER {altered(self.relation_kind, self.schema, self.name)} INHERIT {self.ancestor};\n"

    def drop(self) -> str:
        return f"ALTER {altered(self.relation_kind, self.schema, self.name)} NO INHERIT {self.ancestor};"


def led_by(
    kind: str, name: str, schema: str, table: str, ancestors: Sequence[tuple[str, ...]], *, of_partition: bool
) -> tuple[Lead, ...]:
    """The leads of what a table has from its `ancestors`, (schema, table, …) each, where it has the same name."""
    return tuple(
        Lead(
            ObjectId(kind, ancestor[0], name, ancestor[1]),
            ObjectId(PARTITION, schema, table)
            if of_partition
            else ObjectId(Inheritance.kind, schema, table, qualified(*ancestor[:2])),
        )
        for ancestor in ancestors
    )
