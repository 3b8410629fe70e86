"""Foreign servers, and the user mappings on them."""

from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString, Self

from ..foreign_options import options_clause
from ..model import Changed, Entry, Object, ObjectId, Placement, Printing, Target, alter, hidden, replace, secret
from ..model.facets import DroppedApart
from ..priority import Priority
from ..quoting import ident, literal
from ..secrets import masked_login
from .foreign_secrets import FULL_OPTIONS, Options, changed_options, concealed, options_read

OPTIONS_SHOWN: Final[LiteralString] = """(
    (select rolsuper from pg_roles where rolname = current_user)
    or pg_has_role(s.srvowner, 'usage') and (umuser = 0 or usename = current_user)
    or usename = current_user and has_server_privilege(s.oid, 'usage') )"""
"""The condition for pg_user_mappings to show the options of a mapping on the server `s`."""


class ForeignServer(Object):
    """A foreign server: pg_foreign_server."""

    kind: ClassVar[str] = "foreign server"
    keyword: ClassVar[str] = "SERVER"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateForeignServerStmt", "CreateUserMappingStmt")
    catalog: ClassVar[str] = "pg_foreign_server"
    presence: ClassVar[LiteralString] = "pg_foreign_server"
    priority: ClassVar[int] = Priority.FOREIGN_SERVER
    renamable: ClassVar[bool] = True

    wrapper: str = replace()
    """The name of its foreign data wrapper."""
    type: str = replace()
    """Empty for none; so is `version`."""
    version: str = alter()
    options: tuple[tuple[str, str], ...] = alter()
    """With a mask for each secret."""
    full_options: tuple[tuple[str, str], ...] | None = secret()
    """The same with the secrets, None where there is none or they are not known."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            """
            select s.oid
                 , ''                                     as schema
                 , s.srvname::text                        as name
                 , ''                                     as detail
                 , r.rolname::text                        as owner
                 , s.srvacl::text[]                       as acl
                 , acldefault('S', s.srvowner)::text[]    as acl_default
                 , w.fdwname::text                        as wrapper
                 , coalesce(s.srvtype, '')                as type
                 , coalesce(s.srvversion, '')             as version
                 , o.masked                               as options
                 , """
            + FULL_OPTIONS
            + """               as full_options
              from pg_foreign_server s
              join pg_foreign_data_wrapper w on w.oid = s.srvfdw
              join pg_roles r                on r.oid = s.srvowner"""
            + options_read("s.srvoptions")
            + """
             where not exists ( select from pg_depend
                                 where classid = 'pg_foreign_server'::regclass and objid = s.oid and deptype = 'e' )
             order by s.srvname"""
        )

    @property
    def known_options(self) -> Options:
        """With those secrets that are known."""
        return self.full_options or self.options

    @property
    def conceals(self) -> bool:
        return concealed(self.known_options)

    def grant_signature(self, *, qualify: bool = True) -> str:
        return f"FOREIGN {self.signature(qualify=qualify)}"

    def create(self, printing: Printing) -> str:
        del printing
        type_ = f" TYPE {literal(self.type)}" if self.type else ""
        version = f" VERSION {literal(self.version)}" if self.version else ""
        wrapper = f" FOREIGN DATA WRAPPER {ident(self.wrapper)}"
        return f"CREATE {self.signature()}{type_}{version}{wrapper}{options_clause(self.known_options)};\n"

    def entries(self, printing: Printing) -> tuple[Entry, ...]:
        alone = Printing(target=printing.target)
        own = super().entries(alone)
        mappings = (entry for part in printing.parts for entry in part.entries(alone))
        return (*own, *(entry.evolve(after_remarks=True) for entry in mappings))

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        version = ""
        if changed.take("version"):
            version = f" VERSION {literal(new.version)}" if new.version else " VERSION NULL"
        options = ""
        if changed.take("options", "full_options"):
            options = changed_options(new, self.known_options, new.known_options)
        if version or options:
            yield f"ALTER {self.signature()}{version}{options};"


class UserMapping(DroppedApart, Object):
    """A role's login to a foreign server: pg_user_mapping. `name` is the role (`public` for all), `detail` the
    server. A dump of who may not see its options has none, as pg_dump's; `unmodelled` names it then."""

    kind: ClassVar[str] = "user mapping"
    keyword: ClassVar[str] = "USER MAPPING"
    catalog: ClassVar[str] = "pg_user_mapping"
    presence: ClassVar[LiteralString] = "pg_foreign_server"
    priority: ClassVar[int] = Priority.FOREIGN_SERVER
    placement: ClassVar[Placement] = Placement.EMBEDDED

    options: tuple[tuple[str, str], ...] | None = hidden()
    """With a mask for each secret, None for a role that may not see them."""
    full_options: tuple[tuple[str, str], ...] | None = secret()
    """The same with the passwords, None where there is none or they are not known."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            """
            select m.umid                   as oid
                 , ''                       as schema
                 , m.usename::text          as name
                 , m.srvname::text          as detail
                 , case when """
            + OPTIONS_SHOWN
            + """ then o.masked end as options
                 , """
            + FULL_OPTIONS
            + """ as full_options
              from pg_user_mappings m
              join pg_foreign_server s on s.oid = m.srvid"""
            + options_read("m.umoptions", masked_login)
            + """
             order by m.srvname, m.usename"""
        )

    @property
    def parent(self) -> ObjectId:
        return ObjectId(ForeignServer.kind, "", self.detail)

    @property
    def tag(self) -> str:
        return f"{self.keyword} {self.name} SERVER {self.detail}"

    @property
    def known_options(self) -> Options:
        """With those secrets that are known."""
        return self.full_options or self.options or ()

    @property
    def conceals(self) -> bool:
        return self.options is None or concealed(self.known_options)

    def signature(self, *, qualify: bool = True) -> str:
        del qualify
        return f"{self.keyword} FOR {ident(self.name)} SERVER {ident(self.detail)}"

    def create(self, printing: Printing) -> str:
        del printing
        return f"CREATE {self.signature()}{options_clause(self.known_options)};\n"

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        taken = changed.take("options", "full_options")
        if taken and (change := changed_options(new, self.known_options, new.known_options)):
            yield f"ALTER {self.signature()}{change};"
