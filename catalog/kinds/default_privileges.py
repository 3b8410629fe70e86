"""Default privileges."""

from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString

from ..model import DefaultGrants, Entry, Object, Printing
from ..model.facets import GrantsDefaults
from ..priority import Priority
from ..quoting import ident

OBJECT_TYPES: Final = {
    "r": "TABLES",
    "S": "SEQUENCES",
    "f": "FUNCTIONS",
    "T": "TYPES",
    "n": "SCHEMAS",
    "L": "LARGE OBJECTS",
}


class DefaultPrivileges(GrantsDefaults, Object):
    """Privileges that a role grants on objects it makes: pg_default_acl. `name` is defaclobjtype, `detail` the role.

    The privileges are all there is of it. Those of a schema add to the global ones, so they start from nothing; global
    ones stand in for what is built in, so they start from that.
    """

    kind: ClassVar[str] = "default privileges"
    keyword: ClassVar[str] = "DEFAULT PRIVILEGES"
    defined_by: ClassVar[tuple[str, ...]] = ("AlterDefaultPrivilegesStmt",)
    catalog: ClassVar[str] = "pg_default_acl"
    presence: ClassVar[LiteralString] = "pg_default_acl"
    priority: ClassVar[int] = Priority.DEFAULT_PRIVILEGES
    ownable: ClassVar[bool] = False
    bystander: ClassVar[bool] = True

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        # acldefault has a letter of its own for sequences.
        return """
            select d.oid
                 , coalesce(n.nspname::text, '')   as schema
                 , d.defaclobjtype::text           as name
                 , r.rolname::text                 as detail
                 , r.rolname::text                 as owner
                 , d.defaclacl::text[]             as acl
                 , case when n.oid is not null then '{}'
                        else acldefault( case d.defaclobjtype when 'S' then 's' else d.defaclobjtype end
                                       , d.defaclrole ) end::text[]   as acl_default
              from pg_default_acl d
              join pg_roles r          on r.oid = d.defaclrole
              left join pg_namespace n on n.oid = d.defaclnamespace
             where n.nspname is null or (n.nspname !~ '^pg_' and n.nspname <> 'information_schema')
             order by n.nspname, d.defaclobjtype, r.rolname"""

    @property
    def default_grants(self) -> DefaultGrants:
        return DefaultGrants(role=self.detail, schema=self.schema, type=self.name, acl=self.acl or ())

    @property
    def label(self) -> str:
        place = f" in schema {self.schema}" if self.schema else ""
        return f"of {self.detail} on {OBJECT_TYPES[self.name].lower()}{place}"

    @property
    def tag(self) -> str:
        return f"DEFAULT PRIVILEGES FOR {OBJECT_TYPES[self.name]}"

    @property
    def acl_desc(self) -> str:
        return "DEFAULT ACL"

    @property
    def acl_tag(self) -> str:
        return self.tag

    @property
    def grant_prefix(self) -> str:
        place = f"IN SCHEMA {ident(self.schema)} " if self.schema else ""
        return f"ALTER DEFAULT PRIVILEGES FOR ROLE {ident(self.detail)} {place}"

    def grant_signature(self, *, qualify: bool = True) -> str:
        return OBJECT_TYPES[self.name]

    def create(self, printing: Printing) -> str:
        del printing
        return ""

    def entries(self, printing: Printing) -> tuple[Entry, ...]:
        del printing
        return ()

    def drop(self) -> tuple[str, ...]:
        """The statements that lead back to what is built in: the row of pg_default_acl goes by itself."""
        return tuple(self._resets())

    def _resets(self) -> Iterator[str]:
        words = OBJECT_TYPES[self.name]
        for item in self.acl or ():
            if item not in self.acl_default:
                yield f"{self.grant_prefix}REVOKE ALL ON {words} FROM {_role(item.grantee)};"
        for item in self.acl_default:
            if item not in (self.acl or ()):
                # Whatever is built in, for the owner or for PUBLIC, is all that the type of object has.
                yield f"{self.grant_prefix}GRANT ALL ON {words} TO {_role(item.grantee)};"


def _role(name: str) -> str:
    return ident(name) if name else "PUBLIC"
