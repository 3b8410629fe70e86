"""Publications, and the tables and schemas in them."""

from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString, Self

from ..model import Changed, Expression, Object, ObjectId, Printing, Target, alter, equal, replace
from ..priority import Priority
from ..quoting import ident, ident_list, qualified, spell_types

COLUMNS_AND_SCHEMAS_SINCE: Final = 15
GENERATED_COLUMNS_SINCE: Final = 18
TABLES_OF_EXTENSIONS_SINCE: Final = 18
"""The major whose pg_dump first tells that they are published."""
NOT_GENERATED: Final = "n"
GENERATED: Final = {NOT_GENERATED: "none", "s": "stored"}


class Publication(Object):
    """A publication: pg_publication. What is in it are objects of their own."""

    kind: ClassVar[str] = "publication"
    keyword: ClassVar[str] = "PUBLICATION"
    defined_by: ClassVar[tuple[str, ...]] = ("CreatePublicationStmt",)
    catalog: ClassVar[str] = "pg_publication"
    presence: ClassVar[LiteralString] = "pg_publication"
    priority: ClassVar[int] = Priority.PUBLICATION
    renamable: ClassVar[bool] = True
    bystander: ClassVar[bool] = True

    all_tables: bool = replace()
    actions: tuple[str, ...] = alter()
    """The operations that it publishes: insert, update, delete, truncate."""
    via_root: bool = alter()
    """True if a partition's changes are told as those of its root."""
    generated: str = alter()
    """pg_publication.pubgencols: n or s."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        generated: LiteralString = "p.pubgencols::text" if version // 10000 >= GENERATED_COLUMNS_SINCE else "'n'"
        return (
            """
            select p.oid
                 , ''                  as schema
                 , p.pubname::text     as name
                 , ''                  as detail
                 , r.rolname::text     as owner
                 , p.puballtables      as all_tables
                 , array_remove( array[ case when p.pubinsert   then 'insert'   end
                                      , case when p.pubupdate   then 'update'   end
                                      , case when p.pubdelete   then 'delete'   end
                                      , case when p.pubtruncate then 'truncate' end ]
                               , null ) as actions
                 , p.pubviaroot        as via_root
                 , """
            + generated
            + """            as generated
              from pg_publication p
              join pg_roles r on r.oid = p.pubowner
             where not exists ( select from pg_depend
                                 where classid = 'pg_publication'::regclass and objid = p.oid and deptype = 'e' )
             order by p.pubname"""
        )

    def create(self, printing: Printing) -> str:
        del printing
        tables = " FOR ALL TABLES" if self.all_tables else ""
        options = [f"publish = '{', '.join(self.actions)}'"]
        if self.via_root:
            options.append("publish_via_partition_root = true")
        if self.generated != NOT_GENERATED:
            options.append(f"publish_generated_columns = {GENERATED[self.generated]}")
        return f"CREATE {self.signature()}{tables} WITH ({', '.join(options)});\n"

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        options = []
        if changed.take("actions"):
            options.append(f"publish = '{', '.join(new.actions)}'")
        if changed.take("via_root"):
            options.append(f"publish_via_partition_root = {str(new.via_root).lower()}")
        if changed.take("generated"):
            options.append(f"publish_generated_columns = {GENERATED[new.generated]}")
        if options:
            yield f"ALTER {self.signature()} SET ({', '.join(options)});"


class Membership(Object):
    """A table or schema in a publication. `detail` is the publication; it has the schema of what is in it."""

    whole_only: ClassVar[bool] = True

    @property
    def parent(self) -> ObjectId:
        return ObjectId(Publication.kind, "", self.detail)

    @property
    def label(self) -> str:
        return f"{self.detail}: {self.schema}.{self.name}"

    @property
    def tag(self) -> str:
        return f"{self.detail} {self.name}"

    @property
    def member(self) -> str:
        """The table or schema, as ALTER PUBLICATION names it: `TABLES IN SCHEMA "s"`."""
        raise NotImplementedError

    def signature(self, *, qualify: bool = True) -> str:
        del qualify
        return f"PUBLICATION {ident(self.detail)}"

    def drop(self) -> str:
        return f"ALTER {self.signature()} DROP {self.member};"


class PublicationTable(Membership):
    """A table in a publication: pg_publication_rel."""

    kind: ClassVar[str] = "publication table"
    keyword: ClassVar[str] = "PUBLICATION TABLE"
    defined_by: ClassVar[tuple[str, ...]] = ("AlterPublicationStmt",)
    catalog: ClassVar[str] = "pg_publication_rel"
    presence: ClassVar[LiteralString] = "pg_publication_rel"
    priority: ClassVar[int] = Priority.PUBLICATION_TABLE

    columns: tuple[str, ...] = replace()
    """Sorted; empty for all."""
    listed: tuple[str, ...] = equal()
    """The same in the order that they have in the table, as they are printed."""
    filter: Expression | None = replace(deparsed=True)
    """The row filter, the expression of WHERE; None where all rows are published."""
    of_extension: bool = equal()
    """True if the table is an extension's."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        details: LiteralString = (
            """
                 , array( select attname::text from pg_attribute
                           where attrelid = p.prrelid and attnum = any (p.prattrs) order by attname ) as columns
                 , array( select attname::text from pg_attribute
                           where attrelid = p.prrelid and attnum = any (p.prattrs) order by attnum ) as listed
                 , pg_get_expr(p.prqual, p.prrelid)       as filter"""
            if version // 10000 >= COLUMNS_AND_SCHEMAS_SINCE
            else ", '{}'::text[] as columns, '{}'::text[] as listed, null::text as filter"
        )
        return (
            """
            select p.oid
                 , n.nspname::text     as schema
                 , c.relname::text     as name
                 , b.pubname::text     as detail
                 , exists ( select from pg_depend
                             where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e' ) as of_extension
            """
            + details
            + """
              from pg_publication_rel p
              join pg_publication b on b.oid = p.prpubid
              join pg_class c       on c.oid = p.prrelid
              join pg_namespace n   on n.oid = c.relnamespace
             where not exists ( select from pg_depend
                                 where classid = 'pg_publication_rel'::regclass and objid = p.oid and deptype = 'e' )
             order by n.nspname, c.relname, b.pubname"""
        )

    def dumped(self, target: Target) -> bool:
        return not self.of_extension or target.major >= TABLES_OF_EXTENSIONS_SINCE

    @property
    def member(self) -> str:
        return f"TABLE ONLY {qualified(self.schema, self.name)}"

    def create(self, printing: Printing) -> str:
        columns = f" ({ident_list(self.listed)})" if self.listed else ""
        rows = f" WHERE ({spell_types(self.filter, printing.target.major)})" if self.filter is not None else ""
        return f"ALTER {self.signature()} ADD {self.member}{columns}{rows};\n"


class PublicationSchema(Membership):
    """All tables of a schema in a publication: pg_publication_namespace. `schema` and `name` are the schema."""

    kind: ClassVar[str] = "publication schema"
    keyword: ClassVar[str] = "PUBLICATION TABLES IN SCHEMA"
    defined_by: ClassVar[tuple[str, ...]] = ("AlterPublicationStmt",)
    catalog: ClassVar[str] = "pg_publication_namespace"
    presence: ClassVar[LiteralString] = "pg_publication"
    priority: ClassVar[int] = Priority.PUBLICATION_SCHEMA
    bystander: ClassVar[bool] = True

    @classmethod
    def query(cls, version: int) -> LiteralString:
        if version // 10000 < COLUMNS_AND_SCHEMAS_SINCE:
            return "select oid, '' as schema, '' as name, '' as detail from pg_publication where false"
        return """
            select p.oid
                 , n.nspname::text     as schema
                 , n.nspname::text     as name
                 , b.pubname::text     as detail
              from pg_publication_namespace p
              join pg_publication b on b.oid = p.pnpubid
              join pg_namespace n   on n.oid = p.pnnspid
             where not exists ( select from pg_depend
                                 where classid = 'pg_publication_namespace'::regclass
                                   and objid = p.oid and deptype = 'e' )
             order by n.nspname, b.pubname"""

    @property
    def label(self) -> str:
        return f"{self.detail}: {self.name}"

    @property
    def member(self) -> str:
        return f"TABLES IN SCHEMA {ident(self.name)}"

    def create(self, printing: Printing) -> str:
        del printing
        return f"ALTER {self.signature()} ADD {self.member};\n"
