"""The base of every kind of object."""

from typing import Final, LiteralString, Self

from ..acl import AclItem, known_acl
from .changes import Field
from .declaring import Value
from .entries import Entry
from .identity import ObjectId
from .led import Led
from .statement import Script
from .target import Target

SATELLITES: Final = frozenset(
    {"owner", "comment", "acl", "acl_default", "labels", "extensions"}
    | {"operators_used", "cast_functions", "outlived_casts"}
)
IDENTITY: Final = frozenset({"schema", "name", "detail"})


class Printing(Value):
    """The printing of an object: the server that it is for, and what of it is printed.

    A table with its columns inside: `CREATE TABLE "t" ("a" integer)`; a view as a shell: `… AS SELECT NULL::integer`.
    """

    target: Target
    parts: "tuple[Object, ...]" = ()
    """The inline and embedded parts that come with it."""
    shell: bool = False
    """True if the stand-in is asked for, of a kind that is `Bodied`."""


class Object(Led):
    """One object of a database. A kind is a subclass in `catalog.kinds`; its own fields are its query's columns."""

    owner: str | None = None
    comment: str | None = None
    acl: tuple[AclItem, ...] | None = None
    """None where the catalog holds NULL, that is: `acl_default` holds."""
    acl_default: tuple[AclItem, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    """Security labels: (provider, label)."""
    extensions: tuple[str, ...] = ()
    """The extensions that it DEPENDS ON."""
    operators_used: tuple[tuple[str, str], ...] = ()
    """(schema, signature) of each operator of its expressions that is not in pg_catalog. Deparsed text need not tell
    them: `a IS DISTINCT FROM b` has no place for a schema."""
    cast_functions: tuple[tuple[str, str], ...] = ()
    """(schema, signature) of each function that its expressions call by a cast, whether or not their text names it
    elsewhere. They keep it when there is another cast."""
    outlived_casts: tuple[tuple[str, str], ...] = ()
    """The ones among them that no cast has any more."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        """The one query that reads every object of the kind; `version` is server_version_num.

        Its columns are `oid` (and `subid` for a sub-object, `calls` for what `Converts`), `schema`, `name`, `detail`,
        then those of `owner`, `acl`, `acl_default` (both as `text[]`) that the kind has, then the kind's own fields by
        name. `search_path` is `pg_catalog, pg_temp`.
        """
        raise NotImplementedError

    @property
    def parent(self) -> ObjectId | None:
        """The object that it is a part of and is dropped with, None for what stands alone."""
        return None

    @property
    def also_needs(self) -> tuple[ObjectId, ...]:
        """Its dependencies beside those of pg_depend."""
        return ()

    @property
    def disposable(self) -> bool:
        """True if dropping and creating it again loses nothing but time."""
        return True

    @property
    def conceals(self) -> bool:
        """True if it holds a secret that is not known: a dump has a mask or nothing there, no plan can create it."""
        return False

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        """The names that it takes and no other object of any kind can have at the same time."""
        return ()

    def known_to(self, major: int) -> Self:
        """The object as a server of this major version has it, which may be older than the one that said it."""
        if self.acl is None and not self.acl_default:
            return self
        given = None if self.acl is None else known_acl(self.acl, major)
        return self.evolve(acl=given, acl_default=known_acl(self.acl_default, major))

    def dumped(self, target: Target) -> bool:
        """True if a dump has it at all (pg_dump leaves out what every database has: the language plpgsql). What is
        `reloaded_by` a server has all of it."""
        del target
        return True

    def create(self, printing: Printing) -> Script:
        """The statements that create it, as pg_dump prints them, with the inline `printing.parts` inside.

        They say what rows can do to them in what is there already, wherever there are any.

        `printing.shell` asks for the stand-in of a kind that is `Bodied`.
        """
        raise NotImplementedError

    def entries(self, printing: Printing) -> tuple[Entry, ...]:
        """Its entries in a dump, in order."""
        sql = self.create(printing)
        return (Entry(desc=self.keyword, tag=self.tag, sql=sql, owned=self.owner is not None and self.ownable),)

    def clause(self, target: Target) -> str:
        """Its text inside the statement that makes its parent, for what has its `placement` there:
        `CONSTRAINT "c" CHECK (("a" > 0))`.

        Empty for what comes by itself, and for what has statements of its own around that one.
        """
        raise NotImplementedError

    def drop(self) -> Script:
        """The statement that drops it, several where it takes them."""
        return f"DROP {self.signature()};"

    def drop_alone(self) -> Script:
        """The statement that drops it and leaves what goes along with it."""
        return self.drop()


def own_fields(kind: type[Object]) -> tuple[Field, ...]:
    """The fields that a kind itself declares: the columns of its query beside identity and satellites."""
    return tuple(field for field in kind.declared_fields if field.name not in SATELLITES | IDENTITY)
