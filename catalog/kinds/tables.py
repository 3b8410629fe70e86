"""Tables."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final, LiteralString, Self

from ..model import Changed, Entry, Object, ObjectId, Target, alter
from ..options import alter_options, with_options
from ..priority import Priority
from ..quoting import ident, qualified
from .columns import Column
from .relations import ORDINARY_TABLE

DEFAULT_TABLESPACE: Final = "pg_default"
REPLICA_IDENTITY: Final = {"d": "DEFAULT", "f": "FULL", "n": "NOTHING"}
OF_AN_INDEX: Final = "i"


class Table(Object):
    """A table: pg_class with relkind r. Its columns, defaults and constraints are objects of their own."""

    kind: ClassVar[str] = "table"
    keyword: ClassVar[str] = "TABLE"
    catalog: ClassVar[str] = "pg_class"
    priority: ClassVar[int] = Priority.TABLE
    guarded: ClassVar[str] = "CREATE TABLE IF NOT EXISTS"
    default_acl_type: ClassVar[str] = "r"

    unlogged: bool = alter()
    access_method: str = alter()
    tablespace: str = alter()
    """Empty for the database's default."""
    options: tuple[str, ...] = alter()
    """Storage options, `name=value`."""
    toast_options: tuple[str, ...] = alter()
    """Those of its TOAST table."""
    replica_identity: str = alter()
    """pg_class.relreplident: d f n, or i for an index, which says so itself."""
    force_row_security: bool = alter()

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
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
                 , m.amname::text                           as access_method
                 , coalesce(s.spcname::text, '')            as tablespace
                 , coalesce(c.reloptions, '{}')             as options
                 , coalesce(x.reloptions, '{}')             as toast_options
                 , c.relreplident::text                     as replica_identity
                 , c.relforcerowsecurity                    as force_row_security
              from pg_class c
              join pg_namespace n       on n.oid = c.relnamespace
              join pg_roles r           on r.oid = c.relowner
              join pg_am m              on m.oid = c.relam
              left join pg_tablespace s on s.oid = c.reltablespace
              left join pg_class x      on x.oid = c.reltoastrelid
             where """
            + ORDINARY_TABLE
            + "order by n.nspname, c.relname"
        )

    @property
    def disposable(self) -> bool:
        return False

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        return (("relation", self.schema, self.name), ("type", self.schema, self.name))

    def create(self, parts: Sequence[Object], target: Target, *, shell: bool = False) -> str:
        del shell
        table = qualified(self.schema, self.name)
        columns = [part for part in parts if isinstance(part, Column)]
        inside: dict[ObjectId | None, list[Object]] = {}
        for part in parts:
            inside.setdefault(part.parent, []).append(part)
        lines = [column.definition(inside.get(column.id, ()), target) for column in columns]
        lines += [part.clause(target) for part in inside.get(self.id, ()) if not part.embedded]
        listed = ",".join(f"\n    {line}" for line in lines)
        options = with_options(self.options, self.toast_options)
        persistence = "UNLOGGED " if self.unlogged else ""
        text = f"CREATE {persistence}TABLE {table} ({listed}\n)" + (f"\n{options}" if options else "") + ";\n"
        text += "".join(f"{line}\n" for column in columns for line in column.settings())
        if self.replica_identity in ("f", "n"):
            text += f"\nALTER TABLE ONLY {table} REPLICA IDENTITY {REPLICA_IDENTITY[self.replica_identity]};\n"
        if self.force_row_security:
            text += f"\nALTER TABLE ONLY {table} FORCE ROW LEVEL SECURITY;\n"
        return text

    def entries(self, parts: Sequence[Object], target: Target, *, shell: bool = False) -> tuple[Entry, ...]:
        table = Entry(
            desc=self.keyword,
            tag=self.tag,
            sql=self.create(parts, target),
            owned=True,
            tablespace=self.tablespace,
            access_method=self.access_method,
        )
        columns = (part for part in parts if isinstance(part, Column))
        return (table, *(entry for column in columns for entry in column.remarks()))

    def referrers_first(self, new: Self, changed: frozenset[str]) -> bool | None:
        # No logged table may refer to an unlogged one, at any time.
        return new.unlogged if "unlogged" in changed else None

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        table = self.signature()
        if changed.take("unlogged"):
            yield f"ALTER {table} SET {'UNLOGGED' if new.unlogged else 'LOGGED'};"
        if changed.take("access_method"):
            yield f"ALTER {table} SET ACCESS METHOD {ident(new.access_method)};"
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
