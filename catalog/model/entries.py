"""Printed text of objects."""

from ..acl import AclItem
from .declaring import Value
from .statement import Script, printed, statements


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
