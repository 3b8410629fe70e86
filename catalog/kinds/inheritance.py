"""Inheritance between tables, and the bases that it shares with partitions."""

from typing import ClassVar, Final, LiteralString, Self

from ..model import Lead, Object, ObjectId, Placement, Printing, Target, replace
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


class Tie(Object):
    """A table's tie to another one, by which it has the columns of that: pg_inherits.

    `schema` and `name` are those of the table that has them from the other.
    """

    # Its rows have no OIDs: pg_depend says it of the tables themselves.
    catalog: ClassVar[str] = "pg_inherits"
    presence: ClassVar[LiteralString] = "pg_inherits"

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


class Inheritance(Tie):
    """A table from which another inherits. `detail` is the one inherited from."""

    kind: ClassVar[str] = "inheritance"
    keyword: ClassVar[str] = "INHERITS"
    priority: ClassVar[int] = Priority.TABLE
    placement: ClassVar[Placement] = Placement.EMBEDDED

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

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        # Its place among those of its table: nothing else of it is altered.
        return True

    def create(self, printing: Printing) -> str:
        del printing
        return f"ALTER {altered(self.relation_kind, self.schema, self.name)} INHERIT {self.ancestor};\n"

    def drop(self) -> str:
        return f"ALTER {altered(self.relation_kind, self.schema, self.name)} NO INHERIT {self.ancestor};"


class Inherited(Object):
    """A part that a table may have from those it inherits from, or is a partition of: by the same name. `detail` is the
    table.

    A kind declares `ancestors` and `of_partition`, and `local` where it can be other than true.
    """

    __slots__ = ()

    @property
    def ancestors(self) -> tuple[tuple[str, ...], ...]:
        """(schema, table, …) of each that has it too, and passes it on."""
        raise NotImplementedError

    @property
    def of_partition(self) -> bool:
        """True if its table is a partition."""
        raise NotImplementedError

    @property
    def local(self) -> bool:
        """True if the table has it of its own, and not only from another."""
        return True

    @property
    def leads(self) -> tuple[Lead, ...]:
        if not self.ancestors:
            return ()  # most columns have none, and each is asked several times
        return tuple(
            Lead(ObjectId(self.kind, schema, self.name, table), self._tie(schema, table))
            for schema, table, *_ in self.ancestors
        )

    def _tie(self, schema: str, table: str) -> ObjectId:
        if self.of_partition:
            return ObjectId(PARTITION, self.schema, self.detail)
        return ObjectId(Inheritance.kind, self.schema, self.detail, qualified(schema, table))

    @property
    def comes_along(self) -> bool:
        return not self.local

    @property
    def goes_along(self) -> bool:
        return not self.local
