"""Foreign data wrappers."""

from collections.abc import Iterator
from typing import ClassVar, LiteralString, Self

from ..foreign_options import options_clause
from ..model import Changed, Object, Printing, Target, alter, secret
from ..priority import Priority
from .foreign_secrets import FULL_OPTIONS, Options, changed_options, concealed, options_read


class ForeignDataWrapper(Object):
    """A foreign data wrapper: pg_foreign_data_wrapper."""

    kind: ClassVar[str] = "foreign data wrapper"
    keyword: ClassVar[str] = "FOREIGN DATA WRAPPER"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateFdwStmt",)
    catalog: ClassVar[str] = "pg_foreign_data_wrapper"
    presence: ClassVar[LiteralString] = "pg_foreign_data_wrapper"
    priority: ClassVar[int] = Priority.FOREIGN_DATA_WRAPPER
    renamable: ClassVar[bool] = True

    handler: str = alter()
    """A function's name as SQL, empty for none; so is `validator`."""
    validator: str = alter()
    options: tuple[tuple[str, str], ...] = alter()
    """With a mask for each secret."""
    full_options: tuple[tuple[str, str], ...] | None = secret()
    """The same with the secrets, None where there is none or they are not known."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            """
            select w.oid
                 , ''                                          as schema
                 , w.fdwname::text                             as name
                 , ''                                          as detail
                 , r.rolname::text                             as owner
                 , w.fdwacl::text[]                            as acl
                 , acldefault('F', w.fdwowner)::text[]         as acl_default
                 , case when w.fdwhandler   <> 0 then w.fdwhandler::regproc::text   else '' end as handler
                 , case when w.fdwvalidator <> 0 then w.fdwvalidator::regproc::text else '' end as validator
                 , o.masked                                    as options
                 , """
            + FULL_OPTIONS
            + """                  as full_options
              from pg_foreign_data_wrapper w
              join pg_roles r on r.oid = w.fdwowner"""
            + options_read("w.fdwoptions")
            + """
             where not exists ( select from pg_depend
                                 where classid = 'pg_foreign_data_wrapper'::regclass
                                   and objid = w.oid and deptype = 'e' )
             order by w.fdwname"""
        )

    @property
    def known_options(self) -> Options:
        """With those secrets that are known."""
        return self.full_options or self.options

    @property
    def conceals(self) -> bool:
        return concealed(self.known_options)

    def create(self, printing: Printing) -> str:
        del printing
        handler = f" HANDLER {self.handler}" if self.handler else ""
        validator = f" VALIDATOR {self.validator}" if self.validator else ""
        return f"CREATE {self.signature()}{handler}{validator}{options_clause(self.known_options)};\n"

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        functions = ""
        if changed.take("handler"):
            functions += f" HANDLER {new.handler}" if new.handler else " NO HANDLER"
        if changed.take("validator"):
            functions += f" VALIDATOR {new.validator}" if new.validator else " NO VALIDATOR"
        options = ""
        if changed.take("options", "full_options"):
            options = changed_options(new, self.known_options, new.known_options)
        if functions or options:
            yield f"ALTER {self.signature()}{functions}{options};"
