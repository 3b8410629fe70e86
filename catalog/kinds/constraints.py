"""Constraints of tables: their common base, and CHECK."""

from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString, Self

from ..model import (
    Changed,
    Entry,
    Object,
    ObjectId,
    OnRows,
    Placement,
    Printing,
    Statement,
    Target,
    Written,
    by_state,
    equal,
    noted,
    on_relation,
    replace,
    said,
)
from ..model.dump_facets import Unremarked
from ..model.row_facets import Demanding
from ..model.tie_facets import Matched
from ..priority import Priority
from ..quoting import ident, qualified, spell_types
from .constraint_states import state
from .inheritance import Inherited
from .relations import RELATION_KIND, altered

ENFORCED_SINCE: Final = 18

COMMON_FIELDS: Final[LiteralString] = (
    """
    select k.oid
         , n.nspname::text as schema
         , k.conname::text as name
         , c.relname::text as detail
         , """
    + RELATION_KIND
)
COMMON_TABLES: Final[LiteralString] = """
      from pg_constraint k
      join pg_class c     on c.oid = k.conrelid
      join pg_namespace n on n.oid = c.relnamespace
"""
COMMON_FILTER: Final[LiteralString] = """
     where k.oid >= 16384 and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
       and not exists ( select from pg_depend
                         where classid = 'pg_constraint'::regclass and objid = k.oid and deptype = 'e' )
"""
PASSED_ON: Final[LiteralString] = """
         , array( select array[pn.nspname::text, p.relname::text]
                    from pg_inherits i
                    join pg_constraint pk on pk.conrelid = i.inhparent and pk.conname = k.conname
                                         and pk.contype = k.contype and not pk.connoinherit
                    join pg_class p       on p.oid = i.inhparent
                    join pg_namespace pn  on pn.oid = p.relnamespace
                   where i.inhrelid = c.oid
                   order by i.inhseqno )                                as ancestors
"""
COMMON_ORDER: Final[LiteralString] = "\n     order by n.nspname, c.relname, k.conname\n"


def enforced(version: int) -> LiteralString:
    """The expression for pg_constraint.conenforced, which came with 18."""
    return "k.conenforced" if version // 10000 >= ENFORCED_SINCE else "true"


class Constraint(Object):
    """A constraint of a table: the base of all types of them. `detail` is the table."""

    keyword: ClassVar[str] = "CONSTRAINT"
    catalog: ClassVar[str] = "pg_constraint"

    @property
    def relation_kind(self) -> str:
        """The kind of that table."""
        raise NotImplementedError

    @property
    def parent(self) -> ObjectId:
        return ObjectId(self.relation_kind, self.schema, self.detail)

    def survives_retyping(self, new: Self) -> bool:
        return True

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        return (("constraint", self.schema, self.detail, self.name),)

    @property
    def tag(self) -> str:
        return f"{self.detail} {self.name}"

    @property
    def table(self) -> str:
        """The table as ALTER TABLE names it."""
        return altered(self.relation_kind, self.schema, self.detail, only=True)

    def signature(self, *, qualify: bool = True) -> str:
        return on_relation(self.keyword, self.name, self.schema if qualify else "", self.detail)

    def addition(self, definition: str) -> str:
        """The statement that adds it, as pg_dump breaks its lines."""
        return f"ALTER {self.table}\n    ADD CONSTRAINT {ident(self.name)} {definition};"

    def rename(self, name: str) -> tuple[str, ...]:
        # ALTER FOREIGN TABLE has no word for this.
        table = qualified(self.schema, self.detail)
        return (f"ALTER TABLE {table} RENAME CONSTRAINT {ident(self.name)} TO {ident(name)};",)

    def drop(self) -> str:
        return f"ALTER {self.table} DROP CONSTRAINT {ident(self.name)};"

    def validation(self) -> Statement:
        """The statement that checks the rows that are there."""
        sql = f"ALTER {self.table} VALIDATE CONSTRAINT {ident(self.name)};"
        return Statement(sql=sql, on_rows=OnRows.MAY_FAIL)


class Unindexed(Constraint):
    """A constraint that no index stands for."""

    relation_kind: str = replace()
    """The kind of its table: another one can have the same name later."""

    @property
    def holds(self) -> bool:
        """True if all rows have been checked for it."""
        raise NotImplementedError

    def create(self, printing: Printing) -> Statement:
        sql = self.addition(self.stated_definition(printing.target))
        return Statement(sql=sql, on_rows=OnRows.MAY_FAIL if self.holds else OnRows.NOTHING)

    def stated_definition(self, target: Target) -> str:
        """Its definition with all that is said of it."""
        raise NotImplementedError


class Check(Unremarked, Matched, Demanding, Inherited, Unindexed):
    """A CHECK constraint of a table: pg_constraint with contype c."""

    kind: ClassVar[str] = "check constraint"
    defined_by: ClassVar[tuple[str, ...]] = ("AlterTableStmt",)
    presence: ClassVar[LiteralString] = "pg_constraint where contype = 'c' and conrelid >= 16384"
    priority: ClassVar[int] = Priority.CONSTRAINT
    merged: ClassVar[bool] = True

    definition: str = replace(deparsed=True)
    """`CHECK (…)`, with NO INHERIT; whether it is valid and enforced is said apart."""
    validated: bool | None = said("checked")
    """True if rows were checked for it; None where the table only inherits it: its rows are with those above."""
    checked: bool = equal()
    """The same even there."""
    enforced: bool = replace()
    local: bool = noted()
    """True if the table has it of its own, and not only from another. No statement takes that back."""
    of_partition: bool = equal()
    ancestors: tuple[tuple[str, ...], ...] = equal()
    """(schema, table) of each that its table inherits from, or is a partition of, and that passes it on."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        return (
            COMMON_FIELDS
            + ", regexp_replace(pg_get_constraintdef(k.oid), ' NOT (VALID|ENFORCED)$', '') as definition"
            + ", case when k.conislocal or c.relispartition then k.convalidated end as validated"
            + ", k.convalidated as checked"
            + ", k.conislocal as local, c.relispartition as of_partition, "
            + enforced(version)
            + " as enforced"
            + PASSED_ON
            + COMMON_TABLES
            + COMMON_FILTER
            + "and k.contype = 'c'"
            + COMMON_ORDER
        )

    def _placed(self) -> Placement:
        return Placement.ALONE if self.validated is False else Placement.INLINE

    placement: ClassVar[Placement] = by_state(_placed)

    def dumped(self, target: Target) -> bool:
        # One that rows were not checked for is not said inside CREATE TABLE: a partition gets it from the whole.
        return self.local or (self.of_partition and self.checked)

    def remarked(self, target: Target) -> bool:
        return self.local

    def brought(self, new: Self) -> Self:
        validated = None if new.validated is None else self.checked
        return new.evolve(
            definition=self.definition,
            validated=validated,
            checked=self.checked,
            enforced=self.enforced,
            comment=None,
        )

    def led(self, old: Self, new: Self) -> Self:
        if self.validated is None or old.checked == new.checked:
            return self
        return self.evolve(validated=new.checked, checked=new.checked)

    def cut_for(self, new: Self, leader: Self, leader_after: Self, *, shared: bool) -> bool:
        del shared
        # Only a new one is not valid, and one that is inherited can't be dropped.
        return leader == leader_after and bool(self.validated) and new.validated is False

    @property
    def holds(self) -> bool:
        return self.checked and self.enforced

    @property
    def demand(self) -> str:
        return self.definition.removesuffix(" NO INHERIT") if self.holds else ""

    @property
    def table(self) -> str:
        # Without ONLY: a CHECK constraint holds for the table's children too.
        return altered(self.relation_kind, self.schema, self.detail)

    def stated_definition(self, target: Target) -> str:
        return spell_types(self.definition, target.major) + state(self.checked, self.enforced)

    def clause(self, target: Target) -> str:
        if not self.local and not self.of_partition:
            return ""
        return f"CONSTRAINT {ident(self.name)} {self.stated_definition(target)}"

    def entries(self, printing: Printing) -> tuple[Entry, ...]:
        return (Entry(desc="CHECK CONSTRAINT", tag=self.tag, sql=self.create(printing)),)

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        return "validated" in changed and not new.validated

    def drop_alone(self) -> str:
        table = altered(self.relation_kind, self.schema, self.detail, only=True)
        return f"ALTER {table} DROP CONSTRAINT {ident(self.name)};"

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[Written]:
        if changed.take("validated"):
            yield self.validation()
