"""Schemas."""

from collections.abc import Sequence
from typing import ClassVar, Final, LiteralString

from ..model import Entry, Object, Target
from ..priority import Priority
from ..privileges import AclItem
from ..quoting import ident

PUBLIC: Final = "public"
PUBLIC_OWNER: Final = "pg_database_owner"
"""The role that owns `public` where initdb of Postgres 15 or later made it."""


class Schema(Object):
    """A schema: pg_namespace.

    Every database has `public`, so pg_dump only prints how it differs from what initdb makes (selectDumpableNamespace,
    getNamespaces, dumpNamespace): an entry for its owner if that is not the default one, and the privileges that lead
    on from those of initdb 15. Asked for by name, it is created like any schema. Under --quote-all-identifiers its
    comment is always printed, even initdb's own: pg_dump looks for that one under the unquoted name.
    """

    kind: ClassVar[str] = "schema"
    keyword: ClassVar[str] = "SCHEMA"
    catalog: ClassVar[str] = "pg_namespace"
    priority: ClassVar[int] = Priority.SCHEMA
    guarded: ClassVar[str] = "CREATE SCHEMA IF NOT EXISTS"
    default_acl_type: ClassVar[str] = "n"

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return """
            select n.oid
                 , ''                                    as schema
                 , n.nspname::text                       as name
                 , ''                                    as detail
                 , r.rolname::text                       as owner
                 , n.nspacl::text[]                      as acl
                 , acldefault('n', n.nspowner)::text[]   as acl_default
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

    @property
    def initial_acl(self) -> tuple[AclItem, ...]:
        if self.name != PUBLIC or self.owner is None:
            return self.acl_default
        return AclItem(self.owner, "UC", self.owner), AclItem("", "U", self.owner)

    def create(self, parts: Sequence[Object], target: Target, *, shell: bool = False) -> str:
        del parts, target, shell
        return f"CREATE SCHEMA {ident(self.name)};\n"

    def entries(self, parts: Sequence[Object], target: Target, *, shell: bool = False) -> tuple[Entry, ...]:
        if self.name != PUBLIC or target.named_schemas:
            sql = self.create(parts, target)
        elif self.owner == PUBLIC_OWNER:
            return ()
        else:
            sql = "-- *not* creating schema, since initdb creates it\n"
        return (Entry(desc=self.keyword, tag=self.tag, sql=sql, owned=True),)
