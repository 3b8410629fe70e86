"""Types that are no more than a name."""

from typing import ClassVar, LiteralString

from ..model import Printing
from . import types


class ShellType(types.Type):
    """A shell type, for which nobody has said more than CREATE TYPE name: pg_type that is not typisdefined."""

    kind: ClassVar[str] = "shell type"
    defined_by: ClassVar[tuple[str, ...]] = ("DefineStmt",)
    presence: ClassVar[LiteralString] = "pg_type where not typisdefined"
    renamable: ClassVar[bool] = False
    stands_aside: ClassVar[bool] = False
    default_acl_type: ClassVar[str] = ""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            types.IDENTITY
            + types.SOURCE
            + """
             where t.typtype = 'p' and not t.typisdefined"""
            + types.OF_USERS
        )

    @property
    def disposable(self) -> bool:
        return True

    def create(self, printing: Printing) -> str:
        del printing
        return types.shell_entry(self).text
