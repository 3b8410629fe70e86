"""Tables."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final, LiteralString, Self

from ..model import Changed, Entry, Object, ObjectId, Printing, Target, Written, alter, equal, paragraphs, replace
from ..model.row_facets import HoldsRows
from ..model.type_facets import Relation
from ..options import alter_options, with_options
from ..priority import Priority
from ..quoting import ident, qualified
from .relations import TABLES
from .row_copies import copied_rows, copied_values
from .table_body import body, column_remarks, column_settings

DEFAULT_TABLESPACE: Final = "pg_default"
REPLICA_IDENTITY: Final = {"d": "DEFAULT", "f": "FULL", "n": "NOTHING"}
OF_AN_INDEX: Final = "i"
UNLOGGED_PARTITIONED_UNTIL: Final = 17
METHOD_CHANGES_SINCE: Final = 15
METHOD_OF_PARTITIONED_SINCE: Final = 17


class Table(HoldsRows, Relation, Object):
    """A table, partitioned or not: pg_class with relkind r or p.

    Its columns, defaults and constraints, its type, its ancestors and its place in a partitioned table are objects of
    their own.
    """

    kind: ClassVar[str] = "table"
    keyword: ClassVar[str] = "TABLE"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateStmt",)
    catalog: ClassVar[str] = "pg_class"
    priority: ClassVar[int] = Priority.TABLE
    renamable: ClassVar[bool] = True
    stands_aside: ClassVar[bool] = True
    guarded: ClassVar[str] = "CREATE TABLE IF NOT EXISTS"
    default_acl_type: ClassVar[str] = "r"

    unlogged: bool = alter()
    access_method: str = alter()
    """Empty for a partitioned table that leaves it to its partitions."""
    settable_method: bool = equal()
    """True if the server can give a table another one."""
    tablespace: str = alter()
    """Empty for the database's default."""
    options: tuple[str, ...] = alter()
    """Storage options, `name=value`."""
    toast_options: tuple[str, ...] = alter()
    """Storage options of its TOAST table."""
    replica_identity: str = alter()
    """pg_class.relreplident: d f n, or i for an index, which says so itself."""
    force_row_security: bool = alter()
    partition_key: str | None = replace(deparsed=True)
    """`RANGE ("a")`, None for a table that is not partitioned."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        settable: LiteralString = "true" if version // 10000 >= METHOD_CHANGES_SINCE else "false"
        return (
            """
            select c.oid
                 , n.nspname::text                          as schema
                 , c.relname::text                          as name
                 , ''                                       as detail
                 , r.rolname::text                          as owner
                 , c.relacl::text[]                         as acl
                 , acldefault('r', c.relowner)::text[]      as acl_default
                 , c.relpersistence = 'u'                   as unlogged
                 , coalesce(m.amname::text, '')             as access_method
                 , """
            + settable
            + """ as settable_method
                 , coalesce(s.spcname::text, '')            as tablespace
                 , coalesce(c.reloptions, '{}')             as options
                 , coalesce(x.reloptions, '{}')             as toast_options
                 , c.relreplident::text                     as replica_identity
                 , c.relforcerowsecurity                    as force_row_security
                 , pg_get_partkeydef(c.oid)                 as partition_key
              from pg_class c
              join pg_namespace n       on n.oid = c.relnamespace
              join pg_roles r           on r.oid = c.relowner
              left join pg_am m         on m.oid = c.relam
              left join pg_tablespace s on s.oid = c.reltablespace
              left join pg_class x      on x.oid = c.reltoastrelid
             where """
            + TABLES
            + "order by n.nspname, c.relname"
        )

    @property
    def disposable(self) -> bool:
        # The rows of a partitioned one are its partitions'.
        return self.partition_key is not None

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        return (("relation", self.schema, self.name), ("type", self.schema, self.name))

    def known_to(self, major: int) -> Self:
        known = super().known_to(major)
        if major < METHOD_CHANGES_SINCE:
            known = known.evolve(settable_method=False)
        if self.partition_key is not None and major < METHOD_OF_PARTITIONED_SINCE:
            known = known.evolve(access_method="")
        return known

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        return "access_method" in changed and not new.settable_method

    def create(self, printing: Printing) -> tuple[Written, ...]:
        table = qualified(self.schema, self.name)
        text = (
            f"CREATE {self._persistence(printing.target)}TABLE {table}{body(self.id, printing.parts, printing.target)}"
        )
        text += f"\nPARTITION BY {self.partition_key}" if self.partition_key is not None else ""
        options = with_options(self.options, self.toast_options)
        text += (f"\n{options}" if options else "") + ";"
        only = f"ALTER TABLE ONLY {table}"
        identity = REPLICA_IDENTITY[self.replica_identity] if self.replica_identity in ("f", "n") else ""
        return (
            text,
            *column_settings(printing.parts, printing.target),
            *paragraphs(
                f"{only} REPLICA IDENTITY {identity};" if identity else "",
                f"{only} FORCE ROW LEVEL SECURITY;" if self.force_row_security else "",
            ),
        )

    def _method_of_partitions(self) -> str:
        # What has no storage takes no method from default_table_access_method (17).
        if self.partition_key is None or not self.access_method:
            return ""
        return f"ALTER {self.signature()} SET ACCESS METHOD {ident(self.access_method)};\n\n"

    def _persistence(self, target: Target) -> str:
        # Since 18 a partitioned table can't be unlogged, and what an older one says of it is passed over.
        ignored = self.partition_key is not None and target.major > UNLOGGED_PARTITIONED_UNTIL
        return "UNLOGGED " if self.unlogged and not ignored else ""

    def entries(self, printing: Printing) -> tuple[Entry, ...]:
        table = Entry(
            desc=self.keyword,
            tag=self.tag,
            sql=self.create(printing),
            owned=True,
            tablespace=self.tablespace,
            access_method=self.access_method if self.partition_key is None else None,
            after_owner=self._method_of_partitions(),
        )
        return (table, *column_remarks(printing.parts))

    def referrers_first(self, new: Self, changed: frozenset[str]) -> bool | None:
        # No logged table may refer to an unlogged one, at any time.
        return new.unlogged if "unlogged" in changed else None

    def refill(
        self,
        rows: tuple[Self, Sequence[Object], frozenset[ObjectId]],
        parts: Sequence[Object],
        target: Target,
    ) -> Iterator[Written]:
        predecessor, before, by_text = rows
        source = ("" if predecessor.disposable else "ONLY ") + qualified(predecessor.schema, predecessor.name)
        values = copied_values(before, by_text, parts, target)
        yield copied_rows(qualified(self.schema, self.name), source, values)

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        table = self.signature()
        if changed.take("unlogged"):
            yield f"ALTER {table} SET {'UNLOGGED' if new.unlogged else 'LOGGED'};"
        if changed.take("access_method"):
            method = ident(new.access_method) if new.access_method else "DEFAULT"
            yield f"ALTER {table} SET ACCESS METHOD {method};"
        if changed.take("tablespace"):
            yield f"ALTER {table} SET TABLESPACE {ident(new.tablespace or DEFAULT_TABLESPACE)};"
        if changed.take("options"):
            yield from alter_options(table, self.options, new.options)
        if changed.take("toast_options"):
            yield from alter_options(table, self.toast_options, new.toast_options, "toast.")
        if changed.take("replica_identity") and new.replica_identity != OF_AN_INDEX:
            yield f"ALTER {table} REPLICA IDENTITY {REPLICA_IDENTITY[new.replica_identity]};"
        if changed.take("force_row_security"):
            yield f"ALTER {table} {'' if new.force_row_security else 'NO '}FORCE ROW LEVEL SECURITY;"
