"""Materialized views and what is said of their columns."""

from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString, Self

from ..model import (
    Changed,
    Entry,
    Object,
    ObjectId,
    Printing,
    Query,
    Target,
    Written,
    alter,
    paragraphs,
    replace,
    state,
)
from ..model.row_facets import Filled
from ..model.type_facets import Relation
from ..options import alter_options, with_options
from ..priority import Priority
from ..quoting import ident, literal, qualified, spell_types
from .index_backed import DEFAULT_TABLESPACE
from .views import COLUMN_FIELDS, COLUMN_ORDER, OWNER_BY_ALTER_VIEW_SINCE, ViewColumn

STORAGES: Final = {"p": "PLAIN", "e": "EXTERNAL", "m": "MAIN", "x": "EXTENDED"}
OPTIONS: Final = "OPTIONS"
REPLICA_IDENTITIES: Final = {"d": "DEFAULT", "n": "NOTHING", "f": "FULL"}
"""pg_class.relreplident; with `i` an index says so itself."""


class MaterializedView(Filled, Relation, Object):
    """A materialized view: pg_class with relkind m."""

    kind: ClassVar[str] = "materialized view"
    keyword: ClassVar[str] = "MATERIALIZED VIEW"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateTableAsStmt",)
    catalog: ClassVar[str] = "pg_class"
    presence: ClassVar[LiteralString] = "pg_class where relkind = 'm'"
    priority: ClassVar[int] = Priority.TABLE
    renamable: ClassVar[bool] = True
    stands_aside: ClassVar[bool] = True
    owned_as_table: ClassVar[bool] = True
    postponable: ClassVar[bool] = True
    default_acl_type: ClassVar[str] = "r"

    definition: Query = replace(deparsed=True)
    """The query, deparsed."""
    populated: bool | None = state()
    """True if it was filled and not emptied since (WITH NO DATA); None where that is not said."""
    access_method: str = replace()
    tablespace: str = alter()
    """Empty for the database's default."""
    options: tuple[str, ...] = alter()
    """Storage options, `name=value`."""
    toast_options: tuple[str, ...] = alter()
    """Storage options of its TOAST table."""
    replica_identity: str = alter()
    """pg_class.relreplident: d, n, f or i."""
    column_settings: tuple[tuple[str, str, str, str], ...] = alter()
    """(column, STATISTICS STORAGE COMPRESSION or OPTIONS, value, usual value) of each setting that is not usual."""

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
                 , rtrim(pg_get_viewdef(c.oid), ';')     as definition
                 , c.relispopulated                      as populated
                 , m.amname::text                        as access_method
                 , coalesce(s.spcname::text, '')         as tablespace
                 , coalesce(c.reloptions, '{}')          as options
                 , coalesce(t.reloptions, '{}')          as toast_options
                 , c.relreplident::text                  as replica_identity
                 , array( select array[ a.attname::text, s.property, s.value, s.usual ]
                            from pg_attribute a
                            join pg_type t on t.oid = a.atttypid
                           cross join lateral
                                 ( values (1, 'STATISTICS', coalesce(a.attstattarget, -1)::text, '-1')
                                        , (2, 'STORAGE', a.attstorage::text, t.typstorage::text)
                                        , (3, 'COMPRESSION', case a.attcompression when 'p' then 'pglz'
                                                                                   when 'l' then 'lz4'
                                                                                   else 'default' end, 'default')
                                        , (4, 'OPTIONS', array_to_string(a.attoptions, ', '), '')
                                 ) as s (position, property, value, usual)
                           where a.attrelid = c.oid and a.attnum > 0 and s.value <> s.usual
                           order by a.attnum, s.position ) as column_settings
              from pg_class c
              join pg_namespace n       on n.oid = c.relnamespace
              join pg_roles r           on r.oid = c.relowner
              join pg_am m              on m.oid = c.relam
              left join pg_tablespace s on s.oid = c.reltablespace
              left join pg_class t      on t.oid = c.reltoastrelid
             where c.relkind = 'm'
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

    @property
    def finish(self) -> tuple[str, ...]:
        return () if self.populated is False else (f"REFRESH {self.signature()};",)

    def create(self, printing: Printing) -> tuple[Written, ...]:
        options = with_options(self.options, self.toast_options)
        options = f"\n{options}" if options else ""
        query = spell_types(self.definition, printing.target.major)
        settings = (self._setting(*item) for item in self.column_settings)
        identity = paragraphs(self._identification() if self.replica_identity in "nf" else "")
        filled = (self._called_populated(),) if printing.target.only_read and self.populated else ()
        empty = "" if printing.target.declares and self.populated is not False else "\n  WITH NO DATA"
        return (f"CREATE {self.signature()}{options} AS\n{query}{empty};", *settings, *identity, *filled)

    def _called_populated(self) -> str:
        """The stand-in for a REFRESH, which may need rows, where there are none and nobody looks for any."""
        name = literal(qualified(self.schema, self.name))
        return f"UPDATE pg_catalog.pg_class SET relispopulated = true WHERE oid = {name}::pg_catalog.regclass;"

    def _setting(self, column: str, name: str, value: str, usual: str = "") -> str:
        del usual
        text = f"({value})" if name == OPTIONS else f"{name} {STORAGES.get(value, value)}"
        return f"{self._table()} ALTER COLUMN {ident(column)} SET {text};"

    def _table(self) -> str:
        return f"ALTER TABLE ONLY {qualified(self.schema, self.name)}"

    def _identification(self) -> str:
        return f"{self._table()} REPLICA IDENTITY {REPLICA_IDENTITIES[self.replica_identity]};"

    def entries(self, printing: Printing) -> tuple[Entry, ...]:
        return (
            Entry(
                desc=self.keyword,
                tag=self.tag,
                sql=self.create(printing),
                owned=True,
                tablespace=self.tablespace,
                access_method=self.access_method,
                extensions_at=1,
            ),
        )

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        if changed.take("tablespace"):
            yield f"ALTER {self.signature()} SET TABLESPACE {ident(new.tablespace or DEFAULT_TABLESPACE)};"
        if changed.take("options"):
            yield from alter_options(self.signature(), self.options, new.options)
        if changed.take("toast_options"):
            yield from alter_options(self.signature(), self.toast_options, new.toast_options, "toast.")
        if changed.take("replica_identity") and new.replica_identity in REPLICA_IDENTITIES:
            yield new._identification()
        if changed.take("column_settings"):
            yield from self._alter_settings(new)

        if changed.take("populated"):
            yield f"REFRESH {self.signature()}{'' if new.populated else ' WITH NO DATA'};"

    def _alter_settings(self, new: Self) -> Iterator[str]:
        kept = {item[:2] for item in new.column_settings}
        for column, name, value, usual in self.column_settings:
            if name == OPTIONS and (column, name, value, usual) not in new.column_settings:
                names = ", ".join(option.partition("=")[0] for option in value.split(", "))
                yield f"{self._table()} ALTER COLUMN {ident(column)} RESET ({names});"
            elif (column, name) not in kept:
                yield self._setting(column, name, usual)
        for item in new.column_settings:
            if item not in self.column_settings:
                yield self._setting(*item)


class MaterializedViewColumn(ViewColumn):
    """A column of a materialized view, for its comment and its privileges. `detail` is the materialized view."""

    kind: ClassVar[str] = "materialized view column"
    presence: ClassVar[LiteralString] = "pg_class where relkind = 'm'"

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return COLUMN_FIELDS + "and c.relkind = 'm'" + COLUMN_ORDER

    @property
    def parent(self) -> ObjectId:
        return ObjectId(MaterializedView.kind, self.schema, self.detail)
