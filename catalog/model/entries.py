"""Printed text, and the server that it is for."""

from typing import TYPE_CHECKING

from ..acl import AclItem
from .declaring import Value
from .statement import Script, printed, statements

if TYPE_CHECKING:
    from .object import Object


class Target(Value):
    """The server that is to read what is printed: its major version and the role that runs it."""

    major: int
    role: str = "postgres"
    named_schemas: bool = False
    """True if schemas were asked for by name: pg_dump then creates even `public`."""
    reloaded_by: int | None = None
    """The major of the server that loads the text and must have all of it then, even what pg_dump leaves out. None for
    a dump as pg_dump writes it."""
    declares: bool = False
    """True if what is printed is for schema files: it says what is to be there, in a session as it begins."""
    only_read: bool = False
    """True if that server is for reading the catalog alone: what takes rows may be feigned."""
    usual_names_taken: bool = False
    """True if Postgres would pick other names than usual, since what was set aside has those: then all are said."""
    schemas: frozenset[str] | None = None
    """The schemas that are there when a text runs or that it makes, None for a dump, which takes them for given."""


class Printing(Value):
    """The printing of an object: the server that it is for, and what of it is printed.

    A table with its columns inside: `CREATE TABLE "t" ("a" integer)`; a view as a shell: `… AS SELECT NULL::integer`.
    """

    target: Target
    parts: "tuple[Object, ...]" = ()
    """The inline and embedded parts that come with it."""
    shell: bool = False
    """True if the stand-in is asked for, of a kind that is `Bodied`."""


class Entry(Value):
    """One entry of pg_dump's table of contents: the header line's fields and the statements below it."""

    desc: str
    tag: str
    sql: Script
    owned: bool = False
    """True if `ALTER … OWNER TO` follows (pg_dump: the entry has a DROP statement and an ownable type)."""
    tablespace: str | None = None
    """The tablespace to select before it: empty for the default one, None for what has no storage."""
    access_method: str | None = None
    """The table access method to select before it, None for what has none."""
    after_remarks: bool = False
    """True if the comments and the labels of its object and of what these stand with come before it (a user mapping of
    a server)."""
    after_owner: str = ""
    """The statements behind `ALTER … OWNER TO`, each a paragraph."""
    extensions_at: int | None = None
    """The number of its statements that pg_dump puts ahead of ALTER … DEPENDS ON EXTENSION, None for all."""

    @property
    def text(self) -> str:
        """The text below the header line."""
        return printed(self.sql)

    def with_text(self, text: str) -> "Entry":
        """The same entry with other text."""
        return self.evolve(sql=text)

    def with_extensions(self, text: str) -> "Entry":
        """The same entry with the text that says on which extensions its object depends."""
        if self.extensions_at is None:
            return self.with_text(self.text + text)
        found = statements(self.sql)
        return self.with_text(printed(found[: self.extensions_at]) + text + printed(found[self.extensions_at :]))


class DefaultGrants(Value):
    """Privileges that ALTER DEFAULT PRIVILEGES gives to a role's new objects, in one schema or (empty) in all."""

    role: str
    schema: str
    type: str
    """pg_default_acl.defaclobjtype."""
    acl: tuple[AclItem, ...]
