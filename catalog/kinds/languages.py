"""Procedural languages."""

from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString, Self

from ..model import Changed, Entry, Object, Printing, Target, alter
from ..priority import Priority

INITDB_SCHEMA: Final = '"pg_catalog".'


class Language(Object):
    """A procedural language: pg_language."""

    kind: ClassVar[str] = "language"
    keyword: ClassVar[str] = "LANGUAGE"
    defined_by: ClassVar[tuple[str, ...]] = ("CreatePLangStmt", "CreateExtensionStmt")
    catalog: ClassVar[str] = "pg_language"
    presence: ClassVar[LiteralString] = "pg_language where oid >= 16384"
    priority: ClassVar[int] = Priority.LANGUAGE
    renamable: ClassVar[bool] = True

    trusted: bool = alter()
    handler: str = alter()
    """A function's qualified name as SQL; so are `inline_handler` and `validator`, empty for none."""
    inline_handler: str = alter()
    validator: str = alter()

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        # Nobody can be granted an untrusted language.
        return """
            select l.oid
                 , ''                                            as schema
                 , l.lanname::text                               as name
                 , ''                                            as detail
                 , r.rolname::text                               as owner
                 , case when l.lanpltrusted then l.lanacl::text[] end as acl
                 , acldefault('l', l.lanowner)::text[]           as acl_default
                 , l.lanpltrusted                                as trusted
                 , quote_ident(hn.nspname) || '.' || quote_ident(h.proname)               as handler
                 , coalesce(quote_ident(n.nspname)  || '.' || quote_ident(i.proname), '') as inline_handler
                 , coalesce(quote_ident(vn.nspname) || '.' || quote_ident(v.proname), '') as validator
              from pg_language l
              join pg_roles r           on r.oid = l.lanowner
              join pg_proc h            on h.oid = l.lanplcallfoid
              join pg_namespace hn      on hn.oid = h.pronamespace
              left join pg_proc i       on i.oid = l.laninline
              left join pg_namespace n  on n.oid = i.pronamespace
              left join pg_proc v       on v.oid = l.lanvalidator
              left join pg_namespace vn on vn.oid = v.pronamespace
             where l.lanispl
               and l.oid >= 16384
               and not exists ( select from pg_depend
                                 where classid = 'pg_language'::regclass and objid = l.oid and deptype = 'e' )
             order by l.lanname"""

    def owner_signature(self, target: Target) -> str:
        del target
        return f"PROCEDURAL {self.signature()}"

    def create(self, printing: Printing) -> str:
        if (printing.target.only_read or printing.target.schemas is None) and self._of_initdb:
            return f"CREATE OR REPLACE PROCEDURAL {self.signature()};\n"
        return f"CREATE {self._definition()}\n"

    @property
    def _of_initdb(self) -> bool:
        """True if pg_dump takes it for one that every server has a template of: it has not read its functions."""
        functions = (self.handler, self.inline_handler, self.validator)
        return any(function.startswith(INITDB_SCHEMA) for function in functions)

    def _definition(self) -> str:
        trusted = "TRUSTED " if self.trusted else ""
        inline = f" INLINE {self.inline_handler}" if self.inline_handler else ""
        validator = f" VALIDATOR {self.validator}" if self.validator else ""
        return f"{trusted}PROCEDURAL {self.signature()} HANDLER {self.handler}{inline}{validator};"

    def entries(self, printing: Printing) -> tuple[Entry, ...]:
        return tuple(entry.evolve(desc=f"PROCEDURAL {entry.desc}") for entry in super().entries(printing))

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        # Of an untrusted language nothing can be revoked any more.
        return "trusted" in changed and not new.trusted and self.acl is not None

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        if changed.take("trusted", "handler", "inline_handler", "validator"):
            yield f"CREATE OR REPLACE {new._definition()}"
