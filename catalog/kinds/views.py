"""Views and what is said of their columns."""

from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString, Self

from ..model import Changed, Object, ObjectId, Placement, Printing, Query, Target, TypeText, alter, equal
from ..model.facets import Bodied
from ..model.type_facets import Relation
from ..options import alter_options, with_options
from ..priority import Priority
from ..quoting import ident, qualified, spell_types

OWNER_BY_ALTER_VIEW_SINCE: Final = 16
"""Until 15 pg_dump gives a view its owner by ALTER TABLE."""

COLUMN_FIELDS: Final[LiteralString] = """
    select c.oid
         , a.attnum::int                         as subid
         , n.nspname::text                       as schema
         , a.attname::text                       as name
         , c.relname::text                       as detail
         , r.rolname::text                       as owner
         , format_type(a.atttypid, a.atttypmod)  as type
         , a.attacl::text[]                      as acl
         , acldefault('c', c.relowner)::text[]   as acl_default
      from pg_attribute a
      join pg_class c     on c.oid = a.attrelid
      join pg_namespace n on n.oid = c.relnamespace
      join pg_roles r     on r.oid = c.relowner
     where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
       and a.attnum > 0 and not a.attisdropped
       and not exists ( select from pg_depend
                         where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e' )
"""
COLUMN_ORDER: Final[LiteralString] = " order by n.nspname, c.relname, a.attnum"


# Of initdb's own views, those of information_schema can come to lie in another schema.
_PRESENCE: Final[LiteralString] = (
    "pg_class where relkind = 'v' and relnamespace not in"
    " (select oid from pg_namespace where nspname in ('pg_catalog', 'information_schema'))"
)


class View(Bodied, Relation, Object):
    """A view: pg_class with relkind v, and its ON SELECT rule."""

    kind: ClassVar[str] = "view"
    keyword: ClassVar[str] = "VIEW"
    defined_by: ClassVar[tuple[str, ...]] = ("ViewStmt",)
    catalog: ClassVar[str] = "pg_class"
    presence: ClassVar[LiteralString] = _PRESENCE
    body_catalog: ClassVar[str] = "pg_rewrite"
    priority: ClassVar[int] = Priority.TABLE
    renamable: ClassVar[bool] = True
    stands_aside: ClassVar[bool] = True
    owned_as_table: ClassVar[bool] = True
    guarded: ClassVar[str] = "CREATE OR REPLACE VIEW"
    default_acl_type: ClassVar[str] = "r"

    columns: tuple[tuple[str, str, str], ...] = alter()
    """(name, type, collation as SQL names it, empty for the type's own) of each column."""
    options: tuple[str, ...] = alter()
    """`name=value`, but for the check option."""
    check_option: str | None = alter()
    """`local` or `cascaded`."""
    definition: Query = alter(deparsed=True)
    """The query, deparsed."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return """
            select c.oid
                 , n.nspname::text                       as schema
                 , c.relname::text                       as name
                 , ''                                    as detail
                 , r.rolname::text                       as owner
                 , c.relacl::text[]                      as acl
                 , acldefault('r', c.relowner)::text[]   as acl_default
                 , array( select array[ a.attname::text, format_type(a.atttypid, a.atttypmod)
                                      , coalesce( ( select quote_ident(ln.nspname) || '.' || quote_ident(l.collname)
                                                      from pg_collation l
                                                      join pg_namespace ln on ln.oid = l.collnamespace
                                                     where l.oid = a.attcollation
                                                       and l.oid <> t.typcollation ), '' ) ]
                            from pg_attribute a
                            join pg_type t on t.oid = a.atttypid
                           where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                           order by a.attnum )           as columns
                 , array( select option
                            from unnest(c.reloptions) with ordinality o (option, position)
                           where option not like 'check_option=%'
                           order by position )           as options
                 , ( select split_part(option, '=', 2)
                       from unnest(c.reloptions) o (option)
                      where option like 'check_option=%' ) as check_option
                 , rtrim(pg_get_viewdef(c.oid), ';')     as definition
              from pg_class c
              join pg_namespace n on n.oid = c.relnamespace
              join pg_roles r     on r.oid = c.relowner
             where c.relkind = 'v'
               and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and not exists ( select from pg_depend
                                 where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e' )
             order by n.nspname, c.relname"""

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        return (("relation", self.schema, self.name), ("type", self.schema, self.name))

    def grant_signature(self, *, qualify: bool = True) -> str:
        return f"TABLE {qualified(self.schema if qualify else '', self.name)}"

    def owner_signature(self, target: Target) -> str:
        return self.signature() if target.major >= OWNER_BY_ALTER_VIEW_SINCE else self.grant_signature()

    def create(self, printing: Printing) -> str:
        if printing.shell:
            return f"CREATE {self.signature()} AS\n{self._stand_in(printing.target)};\n"
        return self._statement("CREATE", printing.target)

    def body(self, target: Target) -> str:
        return self._statement("CREATE OR REPLACE", target)

    def emptied(self, target: Target) -> str:
        return f"CREATE OR REPLACE {self.signature()} AS\n{self._stand_in(target)};\n"

    def _statement(self, verb: str, target: Target) -> str:
        options = f" {with_options(self.options)}" if self.options else ""
        check = f"\n  WITH {self.check_option.upper()} CHECK OPTION" if self.check_option else ""
        return f"{verb} {self.signature()}{options} AS\n{spell_types(self.definition, target.major)}{check};\n"

    def _stand_in(self, target: Target) -> str:
        """A query of the same columns that needs nothing but their types (createDummyViewAsClause)."""
        columns = []
        for name, type_, collation in self.columns:
            collate = f" COLLATE {collation}" if collation else ""
            columns.append(f"\n    NULL::{spell_types(type_, target.major)}{collate} AS {ident(name)}")
        return "SELECT" + ",".join(columns)

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        # CREATE OR REPLACE VIEW can append columns; it keeps the name, type and collation of those that are there.
        return new.columns[: len(self.columns)] != self.columns

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        if changed.take("definition", "columns"):
            # CREATE OR REPLACE VIEW sets the options anew.
            changed.take("options", "check_option")
            yield new.body(target).removesuffix("\n")
        elif changed.take("options", "check_option"):
            yield from alter_options(self.signature(), self._all_options, new._all_options)

    @property
    def _all_options(self) -> tuple[str, ...]:
        return (*self.options, *((f"check_option={self.check_option}",) if self.check_option else ()))


class ViewColumn(Object):
    """A column of a view, for its comment and its privileges. `detail` is the view."""

    kind: ClassVar[str] = "view column"
    keyword: ClassVar[str] = "COLUMN"
    catalog: ClassVar[str] = "pg_class"
    presence: ClassVar[LiteralString] = _PRESENCE
    priority: ClassVar[int] = Priority.TABLE
    placement: ClassVar[Placement] = Placement.DERIVED_INSIDE
    labelled_with_parent: ClassVar[bool] = True
    ownable: ClassVar[bool] = False

    type: TypeText = equal(needed=False)
    """Its type, which the query decides on."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return COLUMN_FIELDS + "and c.relkind = 'v'" + COLUMN_ORDER

    @property
    def parent(self) -> ObjectId:
        return ObjectId(View.kind, self.schema, self.detail)

    def rename(self, name: str) -> tuple[str, ...]:
        view = f"{self.parent.kind.upper()} {qualified(self.schema, self.detail)}"
        return (f"ALTER {view} RENAME COLUMN {ident(self.name)} TO {ident(name)};",)

    def signature(self, *, qualify: bool = True) -> str:
        return f"COLUMN {qualified(self.schema if qualify else '', self.detail)}.{ident(self.name)}"

    def grant_signature(self, *, qualify: bool = True) -> str:
        return f"TABLE {qualified(self.schema if qualify else '', self.detail)}"

    @property
    def grant_columns(self) -> str:
        return f"({ident(self.name)})"
