"""Sequences, but for those of identity columns."""

from collections.abc import Iterator
from typing import ClassVar, LiteralString, Self

from ..model import Changed, Entry, ObjectId, Placement, Printing, Target, Written, alter, by_state, equal
from ..quoting import ident, qualified
from .counters import COUNTER_FIELDS, COUNTER_TABLES, Counter
from .relations import OF_USERS


class PlainSequence(Counter):
    """A sequence, be it a column's (serial) or its own: pg_class with relkind S."""

    kind: ClassVar[str] = "sequence"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateSeqStmt", "AlterSeqStmt")
    presence: ClassVar[LiteralString] = """
        pg_sequence s
         where not exists ( select from pg_depend
                             where classid = 'pg_class'::regclass and objid = s.seqrelid and deptype = 'i' )
    """
    keyword: ClassVar[str] = "SEQUENCE"
    owned_as_table: ClassVar[bool] = True
    renamable: ClassVar[bool] = True
    ahead_of_whole: ClassVar[bool] = True
    guarded: ClassVar[str] = "CREATE SEQUENCE IF NOT EXISTS"

    type: str = alter()
    owned_by: tuple[str, str] | None = alter()
    """The table and the column with which it is dropped; None also where an extension made that table, which a dump
    can't name."""
    serial: bool = equal()
    """True if that column's default draws its numbers from it, as the default says."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            """
            select c.oid
                 , n.nspname::text                          as schema
                 , c.relname::text                          as name
                 , ''                                       as detail
                 , case when d.objid is not null then array[t.relname::text, a.attname::text] end as owned_by
                 , exists ( select from pg_attrdef f
                              join pg_depend fd on fd.classid = 'pg_attrdef'::regclass and fd.objid = f.oid
                             where fd.refclassid = 'pg_class'::regclass and fd.refobjid = c.oid
                               and f.adrelid = d.refobjid and f.adnum = d.refobjsubid
                               and a.atttypid in ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
                          )                                 as serial
"""
            + COUNTER_FIELDS
            + COUNTER_TABLES
            + """
              left join pg_depend d    on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.objsubid = 0
                                      and d.refclassid = 'pg_class'::regclass and d.deptype = 'a'
                                      and not exists ( select from pg_depend
                                                        where classid = 'pg_class'::regclass
                                                          and objid = d.refobjid and deptype = 'e' )
              left join pg_class t     on t.oid = d.refobjid
              left join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
             where not exists ( select from pg_depend
                                 where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'i' )
               and """
            + OF_USERS
            + "order by n.nspname, c.relname"
        )

    @property
    def parent(self) -> ObjectId | None:
        return ObjectId("column", self.schema, self.owned_by[1], self.owned_by[0]) if self.owned_by else None

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        return (("relation", self.schema, self.name),)

    @property
    def data_type(self) -> str:
        return self.type

    def create(self, printing: Printing) -> str:
        del printing
        type_ = () if self.type == "bigint" else (f"AS {self.type}",)
        options = "".join(f"\n    {option}" for option in (*type_, *self.counting()))
        return f"CREATE {'UNLOGGED ' if self.unlogged else ''}{self.signature()}{options};\n"

    def entries(self, printing: Printing) -> tuple[Entry, ...]:
        own = Entry(desc=self.keyword, tag=self.tag, sql=self.create(printing), owned=True)
        if self.owned_by is None:
            return (own,)
        return (own, Entry(desc="SEQUENCE OWNED BY", tag=self.tag, sql=f"{self.ownership()}\n"))

    def _placed(self) -> Placement:
        return Placement.ALONE if self.owned_by is None else Placement.JOINED

    placement: ClassVar[Placement] = by_state(_placed)

    @property
    def catch_up(self) -> tuple[str, ...]:
        if self.owned_by is None or not self.serial:
            return ()
        table, column = self.owned_by
        return self.catching_up(qualified(self.schema, table), column)

    def clause(self, target: Target) -> str:
        del target
        return ""

    def before_parent(self, target: Target) -> Iterator[Written]:
        """The statements ahead of the one that adds its column: `CREATE SEQUENCE …`."""
        # A column that rows get must have its numbers at once: they may not be null.
        yield self.create(Printing(target=target)).removesuffix("\n")
        if self.owner is not None and self.owner != target.role:
            yield f"ALTER {self.owner_signature(target)} OWNER TO {ident(self.owner)};"

    def after_parent(self) -> Iterator[Written]:
        """The statements behind that one: `ALTER SEQUENCE … OWNED BY …`."""
        yield self.ownership()

    def ownership(self) -> str:
        """The statement that makes it a column's, or its own again."""
        if self.owned_by is None:
            return f"ALTER {self.signature()} OWNED BY NONE;"
        table, column = self.owned_by
        return f"ALTER {self.signature()} OWNED BY {qualified(self.schema, table)}.{ident(column)};"

    def _change_hands(self, new: Self, target: Target) -> Iterator[str]:
        if new.owner is None or self.owner == new.owner:
            yield new.ownership()
            return
        # A column takes no sequence of another owner, and one that it has keeps its owner.
        if self.owned_by is not None:
            yield self.evolve(owned_by=None).ownership()
        yield f"ALTER {new.owner_signature(target)} OWNER TO {ident(new.owner)};"
        if new.owned_by is not None:
            yield new.ownership()

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[Written]:
        if changed.take("owned_by"):
            yield from self._change_hands(new, target)
        yield from self.alter_counting(new, changed, retype=changed.take("type"))
        if self.turns(new):
            yield from new.catch_up
