"""The types that typed tables have their columns from."""

from collections.abc import Sequence
from typing import ClassVar, LiteralString

from ..errors import PgnormError
from ..model import Object, Placement, Printing, Target, equal
from ..model.tie_facets import Refusing
from ..priority import Priority
from .columns import Column
from .inheritance import Tie
from .relations import RELATION_KIND, TABLES, altered


class Typing(Refusing, Tie):
    """A table's having its columns from a composite type (OF): pg_class.reloftype.

    No statement changes a column or an attribute as long as that holds, but for those that change both without a
    default or a conversion (ALTER TYPE … CASCADE).
    """

    kind: ClassVar[str] = "typing"
    presence: ClassVar[LiteralString] = "pg_class where reloftype <> 0"
    keyword: ClassVar[str] = "OF"
    priority: ClassVar[int] = Priority.TABLE
    placement: ClassVar[Placement] = Placement.EMBEDDED

    columns: tuple[str, ...] = equal()
    """The names of the table's columns in order, as these say."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        # A typed table neither inherits nor is a partition: no row of pg_inherits has its OID.
        return (
            """
            select c.oid
                 , n.nspname::text  as schema
                 , c.relname::text  as name
                 , ''               as detail
                 , """
            + RELATION_KIND
            + """
                 , tn.nspname::text as parent_schema
                 , t.typname::text  as parent_name
                 , 'composite type' as parent_kind
                 , array( select attname::text
                            from pg_attribute
                           where attrelid = c.oid and attnum > 0 and not attisdropped
                           order by attnum ) as columns
              from pg_class c
              join pg_namespace n  on n.oid = c.relnamespace
              join pg_type t       on t.oid = c.reloftype
              join pg_namespace tn on tn.oid = t.typnamespace
             where """
            + TABLES
            + "order by n.nspname, c.relname"
        )

    def clause(self, target: Target) -> str:
        del target
        return f" OF {self.ancestor}"

    def refuse(self, led: Sequence[Object]) -> None:
        there = tuple(part.name for part in led if isinstance(part, Column))
        if there == self.columns:
            return
        raise PgnormError(
            f"table {self.label}: its columns would stand as ({', '.join(there)}), "
            f"the attributes of the type as ({', '.join(self.columns)})",
            hint="Postgres moves no column. Name the attributes in the order of the table's columns, new ones last; "
            "or drop the table in one migration and create it in the next.",
        )

    def create(self, printing: Printing) -> str:
        return f"ALTER {altered(self.relation_kind, self.schema, self.name)}{self.clause(printing.target)};\n"

    def drop(self) -> str:
        return f"ALTER {altered(self.relation_kind, self.schema, self.name)} NOT OF;"
