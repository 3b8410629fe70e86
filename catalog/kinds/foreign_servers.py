"""Foreign servers, and the user mappings on them."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final, LiteralString, Self

from attrs import evolve

from ..foreign_options import options_change, options_clause
from ..model import Changed, Entry, Object, ObjectId, Target, alter, declared, hidden, replace, secret, unknown_secret
from ..priority import Priority
from ..quoting import ident, literal
from ..secrets import MASK, masked_option

OPTIONS_SHOWN: Final[LiteralString] = """(
    current_setting('is_superuser')::bool
    or pg_has_role(s.srvowner, 'usage') and (umuser = 0 or usename = current_user)
    or usename = current_user and has_server_privilege(s.oid, 'usage') )"""
"""Whether pg_user_mappings shows the options of a mapping on the server `s`."""


@declared
class ForeignServer(Object):
    """A foreign server: pg_foreign_server."""

    kind: ClassVar[str] = "foreign server"
    keyword: ClassVar[str] = "SERVER"
    catalog: ClassVar[str] = "pg_foreign_server"
    priority: ClassVar[int] = Priority.FOREIGN_SERVER

    wrapper: str = replace()
    """The name of its foreign data wrapper."""
    type: str = replace()
    """Empty for none; so is `version`."""
    version: str = alter()
    options: tuple[tuple[str, str], ...] = alter()

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return """
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
                 , array( select array[option_name, option_value]
                            from pg_options_to_table(s.srvoptions) order by option_name ) as options
              from pg_foreign_server s
              join pg_foreign_data_wrapper w on w.oid = s.srvfdw
              join pg_roles r                on r.oid = s.srvowner
             where not exists ( select from pg_depend
                                 where classid = 'pg_foreign_server'::regclass and objid = s.oid and deptype = 'e' )
             order by s.srvname"""

    def signature(self, *, qualify: bool = True) -> str:
        del qualify
        return f"{self.keyword} {ident(self.name)}"

    def grant_signature(self, *, qualify: bool = True) -> str:
        return f"FOREIGN {self.signature(qualify=qualify)}"

    def create(self, parts: Sequence[Object], target: Target, *, shell: bool = False) -> str:
        del parts, target, shell
        type_ = f" TYPE {literal(self.type)}" if self.type else ""
        version = f" VERSION {literal(self.version)}" if self.version else ""
        wrapper = f" FOREIGN DATA WRAPPER {ident(self.wrapper)}"
        return f"CREATE {self.signature()}{type_}{version}{wrapper}{options_clause(self.options)};\n"

    def entries(self, parts: Sequence[Object], target: Target, *, shell: bool = False) -> tuple[Entry, ...]:
        own = super().entries((), target)
        mappings = (entry for part in parts for entry in part.entries((), target))
        return (*own, *(evolve(entry, after_remarks=True) for entry in mappings))

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        version = ""
        if changed.take("version"):
            version = f" VERSION {literal(new.version)}" if new.version else " VERSION NULL"
        options = options_change(self.options, new.options) if changed.take("options") else ""
        yield f"ALTER {self.signature()}{version}{options};"


@declared
class UserMapping(Object):
    """How a role logs in to a foreign server: pg_user_mapping. `name` is the role (`public` for all), `detail` the
    server. A dump of who may not see its options has none, as pg_dump's; `unmodelled` names it then."""

    kind: ClassVar[str] = "user mapping"
    keyword: ClassVar[str] = "USER MAPPING"
    catalog: ClassVar[str] = "pg_user_mapping"
    priority: ClassVar[int] = Priority.FOREIGN_SERVER
    embedded: ClassVar[bool] = True
    dropped_apart: ClassVar[bool] = True

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
                 , nullif(o.read, o.masked) as full_options
              from pg_user_mappings m
              join pg_foreign_server s on s.oid = m.srvid
              cross join lateral (
                select coalesce(array_agg(array[option_name, option_value] order by option_name), '{}')
                     , coalesce(array_agg(array[option_name, """
            + masked_option("option_name", "option_value")
            + """] order by option_name), '{}')
                  from pg_options_to_table(m.umoptions) ) o (read, masked)
             order by m.srvname, m.usename"""
        )

    @property
    def parent(self) -> ObjectId:
        return ObjectId(ForeignServer.kind, "", self.detail)

    @property
    def tag(self) -> str:
        return f"{self.keyword} {self.name} SERVER {self.detail}"

    @property
    def _known_options(self) -> tuple[tuple[str, str], ...]:
        return self.full_options or self.options or ()

    @property
    def conceals(self) -> bool:
        return self.options is None or any(value == MASK for _, value in self._known_options)

    def signature(self, *, qualify: bool = True) -> str:
        del qualify
        return f"{self.keyword} FOR {ident(self.name)} SERVER {ident(self.detail)}"

    def create(self, parts: Sequence[Object], target: Target, *, shell: bool = False) -> str:
        del parts, target, shell
        return f"CREATE {self.signature()}{options_clause(self._known_options)};\n"

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        if changed.take("options", "full_options"):
            old_options, options = dict(self._known_options), dict(new._known_options)
            if any(value == MASK and name not in old_options for name, value in options.items()):
                raise unknown_secret(new)
            if change := options_change(tuple(old_options.items()), tuple(options.items())):
                yield f"ALTER {self.signature()}{change};"
