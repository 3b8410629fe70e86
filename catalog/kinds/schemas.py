"""Schemas."""

from typing import ClassVar, Final, LiteralString

from ..acl import AclItem
from ..model import Entry, Object, Printing, Target, equal
from ..model.dump_facets import BeginsWith, Unremarked
from ..priority import Priority
from ..quoting import ident

PUBLIC: Final = "public"
PUBLIC_OWNER: Final = "pg_database_owner"
"""The role that owns `public` where initdb of Postgres 15 or later made it."""
PUBLIC_COMMENT: Final = "standard public schema"
"""The comment that initdb gives it."""
PUBLIC_CLOSED_SINCE: Final = 15
"""The major from which on initdb lets not everybody create in `public`, and pg_dump prints whose it is."""


class Schema(BeginsWith, Unremarked, Object):
    """A schema: pg_namespace.

    Every database has `public`, so pg_dump only prints how it differs from what initdb makes (selectDumpableNamespace,
    getNamespaces, dumpNamespace): an entry for its owner if that is not the default one, and the privileges that lead
    on from those of initdb 15. Asked for by name, it is created like any schema. Under --quote-all-identifiers its
    comment is always printed, even initdb's own: pg_dump looks for that one under the unquoted name. pg_dump 14 prints
    nothing of it but privileges, from those on that initdb remembered (pg_init_privs). To a text that is loaded to be
    read again, what initdb of any major made is what initdb of the loading server made.
    """

    kind: ClassVar[str] = "schema"
    keyword: ClassVar[str] = "SCHEMA"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateSchemaStmt",)
    catalog: ClassVar[str] = "pg_namespace"
    priority: ClassVar[int] = Priority.SCHEMA
    renamable: ClassVar[bool] = True
    guarded: ClassVar[str] = "CREATE SCHEMA IF NOT EXISTS"
    default_acl_type: ClassVar[str] = "n"

    initdb_acl: tuple[str, ...] | None = equal()
    """The privileges that pg_dump 14 takes for given: what initdb granted, as it was granted. None elsewhere."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        remembered: LiteralString = """( select i.initprivs::text[] from pg_init_privs i
                      where i.classoid = 'pg_namespace'::regclass and i.objoid = n.oid and i.privtype = 'i' )"""
        if version // 10000 >= PUBLIC_CLOSED_SINCE:
            remembered = "null::text[]"
        return f"""
            select n.oid
                 , ''                                    as schema
                 , n.nspname::text                       as name
                 , ''                                    as detail
                 , r.rolname::text                       as owner
                 , n.nspacl::text[]                      as acl
                 , acldefault('n', n.nspowner)::text[]   as acl_default
                 , {remembered} as initdb_acl
              from pg_namespace n
              join pg_roles r on r.oid = n.nspowner
             where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and not exists ( select from pg_depend
                                 where classid = 'pg_namespace'::regclass and objid = n.oid and deptype = 'e' )
             order by n.nspname"""

    @property
    def namespace(self) -> str:
        return self.name

    @property
    def disposable(self) -> bool:
        return False

    def initial_acl(self, target: Target) -> tuple[AclItem, ...]:
        if self.name != PUBLIC or self.owner is None:
            return self.acl_default
        major = target.reloaded_by or target.major
        if self._untouched or (target.reloaded_by is None and major < PUBLIC_CLOSED_SINCE):
            return self._remembered
        everybody = "U" if major >= PUBLIC_CLOSED_SINCE else "UC"
        return AclItem(self.owner, "UC", self.owner), AclItem("", everybody, self.owner)

    @property
    def _remembered(self) -> tuple[AclItem, ...]:
        return self.acl_default if self.initdb_acl is None else tuple(map(AclItem.parse, self.initdb_acl))

    @property
    def _untouched(self) -> bool:
        """True if it is as initdb 14 made it: of the role that granted its first privileges."""
        if self.initdb_acl is None or self.name != PUBLIC:
            return False
        return self.acl == self._remembered and self._remembered[0].grantor == self.owner

    def remarked(self, target: Target) -> bool:
        as_made = self.name == PUBLIC and self.comment == PUBLIC_COMMENT and not self.labels
        return not (self._left_out(target) or (target.declares and as_made))

    def _left_out(self, target: Target) -> bool:
        old = target.major < PUBLIC_CLOSED_SINCE and target.reloaded_by is None
        return old and self.name == PUBLIC and not target.named_schemas

    def create(self, printing: Printing) -> str:
        del printing
        return f"CREATE SCHEMA {ident(self.name)};\n"

    def entries(self, printing: Printing) -> tuple[Entry, ...]:
        if self.name != PUBLIC or printing.target.named_schemas:
            sql = self.create(printing)
        elif self.owner == PUBLIC_OWNER or self._untouched or self._left_out(printing.target):
            return ()
        else:
            sql = "" if printing.target.declares else "-- *not* creating schema, since initdb creates it\n"
        return (Entry(desc=self.keyword, tag=self.tag, sql=sql, owned=True),)
