"""Formats of a dump: what each does differently from pg_dump."""

from typing import Final, Protocol

from pgnorm.catalog.model import Entry, Object, Value


class Style(Protocol):
    """A format of a dump: what it does differently from pg_dump."""

    @property
    def comments(self) -> bool:
        """True if the `--` lines between the statements are printed."""

    @property
    def restrict_key(self) -> str | None:
        """The key that ends the part of the dump in which psql obeys nothing, None for none."""

    @property
    def tail(self) -> str:
        """Text that follows the dump."""

    def edit(self, item: Object | None, entry: Entry) -> Entry | None:
        """The entry as the format has it, None to leave it out; `item` is None for settings."""


class PgDumpStyle(Value):
    """pg_dump's own."""

    comments: bool = True
    restrict_key: str | None = None
    tail: str = ""

    def edit(self, item: Object | None, entry: Entry) -> Entry | None:
        """Every entry as it is."""
        del item
        return entry


PG_DUMP: Final = PgDumpStyle()
