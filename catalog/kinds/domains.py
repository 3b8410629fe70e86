"""Domains and their constraints."""

from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString, Self

from ..model import (
    Changed,
    Entry,
    Expression,
    Object,
    ObjectId,
    OnRows,
    Placement,
    Printing,
    Statement,
    Target,
    TypeText,
    Written,
    alter,
    by_state,
    replace,
)
from ..model.facets import Emptied, SinceMajor
from ..model.type_facets import MadeOfTypes, Tested
from ..priority import Priority
from ..quoting import ident, qualified, spell_types
from . import types

NOT_NULL_NAMED_SINCE: Final = 17
"""From this major on a domain's NOT NULL is a row of pg_constraint."""

_CONSTRAINTS: Final[LiteralString] = """
              from pg_constraint k
              join pg_type t      on t.oid = k.contypid
              join pg_namespace n on n.oid = t.typnamespace
             where t.oid >= 16384 and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and not exists ( select from pg_depend
                                 where classid = 'pg_type'::regclass and objid = t.oid and deptype = 'e' )"""


class Domain(Emptied, MadeOfTypes, Tested, types.Type):
    """A domain: pg_type with typtype d."""

    kind: ClassVar[str] = "domain"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateDomainStmt",)
    presence: ClassVar[LiteralString] = "pg_type where typtype = 'd' and oid >= 16384"
    keyword: ClassVar[str] = "DOMAIN"

    base: TypeText = replace()
    """The type under it, with its modifier."""
    collation: str = replace()
    """Empty where it is that of `base`."""
    default: Expression | None = alter(deparsed=True)
    not_null: bool = alter()
    not_null_name: str = alter()
    """The name of the (first) NOT NULL constraint, empty where there is none or the server gives none."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        name: LiteralString = "''"
        if version // 10000 >= NOT_NULL_NAMED_SINCE:
            name = """coalesce( ( select conname::text from pg_constraint
                              where contypid = t.oid and contype = 'n'
                              order by oid limit 1 ), '' )"""
        return (
            types.IDENTITY
            + """
                 , format_type(t.typbasetype, t.typtypmod)                       as base
                 , coalesce( ( select quote_ident(cn.nspname) || '.' || quote_ident(co.collname)
                                 from pg_collation co
                                 join pg_namespace cn on cn.oid = co.collnamespace
                                where co.oid = t.typcollation
                                  and co.oid <> b.typcollation ), '' )           as collation
                 , pg_get_expr(t.typdefaultbin, 'pg_type'::regclass)             as default
                 , t.typnotnull                                                  as not_null
                 , """
            + name
            + """ as not_null_name"""
            + types.SOURCE
            + """
              join pg_type b      on b.oid = t.typbasetype
             where t.typtype = 'd'"""
            + types.OF_USERS
        )

    def known_to(self, major: int) -> Self:
        known = super().known_to(major)
        return known if major >= NOT_NULL_NAMED_SINCE else known.evolve(not_null_name="")

    def is_just(self, used: ObjectId) -> bool:
        return self.base == qualified(used.schema, used.name)

    def tests(self, old: Self | None) -> bool:
        return self.not_null and old is not None and not old.not_null

    def create(self, printing: Printing) -> str:
        checks = "".join(f"\n\t{x.clause(printing.target)}" for x in printing.parts if isinstance(x, DomainConstraint))
        default = "" if self.default is None or printing.shell else f" DEFAULT {self.default}"
        not_null = self._not_null(named=printing.target.usual_names_taken)
        typed = f"{self.base}{types.collate(self.collation)}{not_null}{default}"
        return f"CREATE {self.signature()} AS {spell_types(typed, printing.target.major)}{checks};\n"

    def _not_null(self, *, named: bool = False) -> str:
        if not self.not_null:
            return ""
        usual = not self.not_null_name or (self.not_null_name == f"{self.name}_not_null" and not named)
        return " NOT NULL" if usual else f" CONSTRAINT {ident(self.not_null_name)} NOT NULL"

    def emptied(self, target: Target) -> str:
        return "" if self.default is None else f"ALTER {self.signature()} DROP DEFAULT;"

    def body(self, target: Target) -> str:
        return spell_types(f"ALTER {self.signature()} SET DEFAULT {self.default};", target.major)

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[Written]:
        if changed.take("default"):
            yield self.emptied(target) if new.default is None else new.body(target)
        if changed.take("not_null"):
            changed.take("not_null_name")
            if not new.not_null:
                yield f"ALTER {self.signature()} DROP NOT NULL;"
                return
            clause = new._not_null()
            action = f"ADD{clause}" if clause.startswith(" CONSTRAINT") else "SET NOT NULL"
            yield Statement(sql=f"ALTER {self.signature()} {action};", on_rows=OnRows.MAY_FAIL)
        elif changed.take("not_null_name"):
            names = f"{ident(self.not_null_name)} TO {ident(new.not_null_name)}"
            yield f"ALTER {self.signature()} RENAME CONSTRAINT {names};"


class DomainConstraint(Tested, Object):
    """A CHECK constraint of a domain: pg_constraint. `detail` is the domain."""

    kind: ClassVar[str] = "domain constraint"
    keyword: ClassVar[str] = "CONSTRAINT"
    defined_by: ClassVar[tuple[str, ...]] = ("AlterDomainStmt",)
    catalog: ClassVar[str] = "pg_constraint"
    presence: ClassVar[LiteralString] = "pg_constraint where contypid >= 16384"
    priority: ClassVar[int] = Priority.CONSTRAINT

    definition: str = replace(deparsed=True)
    """CHECK (…), without NOT VALID."""
    validated: bool = alter()

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            """
            select k.oid
                 , n.nspname::text                                                  as schema
                 , k.conname::text                                                  as name
                 , t.typname::text                                                  as detail
                 , regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '')   as definition
                 , k.convalidated                                                   as validated"""
            + _CONSTRAINTS
            + """
               and k.contype = 'c'
             order by n.nspname, t.typname, k.conname"""
        )

    @property
    def parent(self) -> ObjectId:
        return ObjectId(Domain.kind, self.schema, self.detail)

    def _placed(self) -> Placement:
        return Placement.INLINE if self.validated else Placement.ALONE

    placement: ClassVar[Placement] = by_state(_placed)

    @property
    def sort_key(self) -> tuple[object, ...]:
        # Before constraints of tables, whose key starts with the table's name.
        return ("", self.detail)

    @property
    def tag(self) -> str:
        return f"{self.detail} {self.name}"

    def signature(self, *, qualify: bool = True) -> str:
        return f"CONSTRAINT {ident(self.name)} ON DOMAIN {qualified(self.schema if qualify else '', self.detail)}"

    def tests(self, old: Self | None) -> bool:
        return self.validated and (old is None or not old.validated or self.definition != old.definition)

    def clause(self, target: Target) -> str:
        return spell_types(f"CONSTRAINT {ident(self.name)} {self.definition}", target.major)

    def create(self, printing: Printing) -> Statement:
        valid = "" if self.validated else " NOT VALID"
        sql = f"{self._domain()}\n    ADD {self.clause(printing.target)}{valid};"
        return Statement(sql=sql, on_rows=OnRows.MAY_FAIL if self.validated else OnRows.NOTHING)

    def entries(self, printing: Printing) -> tuple[Entry, ...]:
        return (Entry(desc="CHECK CONSTRAINT", tag=self.tag, sql=self.create(printing)),)

    def rename(self, name: str) -> tuple[str, ...]:
        return (f"{self._domain()} RENAME CONSTRAINT {ident(self.name)} TO {ident(name)};",)

    def drop(self) -> str:
        return f"{self._domain()} DROP CONSTRAINT {ident(self.name)};"

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        return self.validated and not new.validated

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[Written]:
        if changed.take("validated"):
            yield Statement(sql=f"{self._domain()} VALIDATE CONSTRAINT {ident(self.name)};", on_rows=OnRows.MAY_FAIL)

    def _domain(self) -> str:
        return f"ALTER DOMAIN {qualified(self.schema, self.detail)}"


class DomainNotNull(SinceMajor, Object):
    """The NOT NULL constraint of a domain, for its comment; `Domain` says the rest. `detail` is the domain.

    A second one, which 17 takes and 18 refuses, is named as not modelled.
    """

    kind: ClassVar[str] = "domain not null"
    keyword: ClassVar[str] = "CONSTRAINT"
    catalog: ClassVar[str] = "pg_constraint"
    presence: ClassVar[LiteralString] = "pg_constraint where contypid >= 16384 and contype = 'n'"
    priority: ClassVar[int] = Priority.CONSTRAINT
    placement: ClassVar[Placement] = Placement.DERIVED_INSIDE
    since: ClassVar[int] = NOT_NULL_NAMED_SINCE

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            """
            select k.oid
                 , n.nspname::text   as schema
                 , k.conname::text   as name
                 , t.typname::text   as detail"""
            + _CONSTRAINTS
            + """
               and k.contype = 'n'
               and not exists ( select from pg_constraint f
                                 where f.contypid = t.oid and f.contype = 'n' and f.oid < k.oid )
             order by n.nspname, t.typname, k.conname"""
        )

    @property
    def parent(self) -> ObjectId:
        return ObjectId(Domain.kind, self.schema, self.detail)

    def signature(self, *, qualify: bool = True) -> str:
        return f"CONSTRAINT {ident(self.name)} ON DOMAIN {qualified(self.schema if qualify else '', self.detail)}"
