"""Extensions."""

from collections.abc import Iterator
from typing import ClassVar, LiteralString, Self

from ..model import Changed, Object, Printing, Target, alter, equal
from ..model.dump_facets import SaysLess
from ..model.facets import PlatformDecides, Versioned
from ..priority import Priority
from ..quoting import ident, literal


class Extension(SaysLess, PlatformDecides, Versioned, Object):
    """An extension: pg_extension. Its members are no objects of their own: what needs one needs the extension."""

    kind: ClassVar[str] = "extension"
    keyword: ClassVar[str] = "EXTENSION"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateExtensionStmt",)
    catalog: ClassVar[str] = "pg_extension"
    priority: ClassVar[int] = Priority.EXTENSION
    bystander: ClassVar[bool] = True

    home: str = alter()
    """The schema that holds its members."""
    version: str = equal()
    """CREATE EXTENSION takes the server's own version, as in pg_dump, so servers differ in it without meaning."""
    relocatable: bool = equal()
    """The control file's word, which goes with the version."""
    given_comment: str | None = equal()
    """The control file's comment, which CREATE EXTENSION sets. A stand-in has none and does not know the real one's."""
    of_initdb: bool = equal()
    """True if initdb made it (plpgsql): then every database has it."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        # initdb's objects have OIDs below FirstNormalObjectId.
        return """
            select e.oid
                 , ''                  as schema
                 , e.extname::text     as name
                 , ''                  as detail
                 , n.nspname::text     as home
                 , e.extversion        as version
                 , e.extrelocatable    as relocatable
                 , a.comment           as given_comment
                 , e.oid < 16384       as of_initdb
              from pg_extension e
              join pg_namespace n on n.oid = e.extnamespace
              left join pg_available_extensions a on a.name = e.extname
             order by e.extname"""

    @property
    def disposable(self) -> bool:
        # Columns of its types go with it.
        return False

    def dumped(self, target: Target) -> bool:
        return not (self.of_initdb or target.named_schemas)

    @property
    def own_comment(self) -> str | None:
        return None if self.given_comment in (None, self.comment) else self.comment

    def create(self, printing: Printing) -> str:
        # An extension whose control file names its schema makes that schema, but only where nobody names it.
        makes_home = printing.target.schemas is not None and self.home not in printing.target.schemas
        place = "" if makes_home else f" WITH SCHEMA {ident(self.home)}"
        return f"CREATE EXTENSION IF NOT EXISTS {ident(self.name)}{place};\n"

    def update_to(self, version: str) -> str:
        return f"ALTER {self.signature()} UPDATE TO {literal(version)};"

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        return "home" in changed and not self.relocatable

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        if changed.take("home"):
            yield f"ALTER {self.signature()} SET SCHEMA {ident(new.home)};"
