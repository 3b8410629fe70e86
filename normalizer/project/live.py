"""Connections to databases at work, for other threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from attrs import field, frozen

from pgnorm.catalog.conversation import GRACE

if TYPE_CHECKING:
    from psycopg import Connection


@frozen(eq=False)
class Live:
    """Connections whose statements any thread can have fail."""

    _connections: set[Connection] = field(factory=set, init=False)

    @contextmanager
    def having(self, connection: Connection) -> Iterator[None]:
        """Have this one among them."""
        self._connections.add(connection)
        try:
            yield
        finally:
            self._connections.remove(connection)

    def cut_short(self) -> None:
        """Have the statements that run fail soon."""
        from psycopg import Error

        for each in [*self._connections]:
            with suppress(Error):
                each.cancel_safe(timeout=GRACE)
