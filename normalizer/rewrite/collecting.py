"""The definitions of a load, each read when its statement has run: later ones may alter what it made."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Final

from attrs import define, field

from pgnorm.catalog.answers import objects_of
from pgnorm.catalog.kinds.aggregates import Aggregate
from pgnorm.catalog.kinds.functions import Function
from pgnorm.catalog.pinning import PATH, PINNED
from pgnorm.catalog.quoting import escaped

from ..sql.defined import target
from .definitions import KINDS, Definition, Routine
from .header import header_of

if TYPE_CHECKING:
    from psycopg import Connection, Cursor

    from ..files.reading import SourceFile
    from ..sql.statements import Statement

_INNER_CREATE: Final = re.compile(r"\bcreate\s+(?:or\s+replace\s+)?(?:function|procedure|aggregate)\b", re.IGNORECASE)
# A load's savepoints give each statement a transaction id of its own, greater than those before it. The condition goes
# into the kind's own query, in which pg_proc is `p` and the ORDER BY comes last: around a window function it would come
# too late.
_NEWEST: Final = """
    {query} and p.oid = (select oid from pg_proc where coalesce(proname = $1, true) order by age(xmin) limit 1)
    order by {order}"""
_UNDONE: Final = "rollback to savepoint pgnorm_routine; release savepoint pgnorm_routine"


@define(eq=False)
class Collector:
    """Collects the definitions of a load: `see` is what the load calls after each statement."""

    connection: Connection
    definitions: list[Definition] = field(factory=list)
    notes: dict[tuple[str, int], str] = field(factory=dict)
    """Why a statement that makes routines is no definition, by the file's label and the statement's start."""
    _prepared: dict[str, str] = field(factory=dict, init=False)
    """By kind the prepared statements that read the newest routine: planning one takes longer than running it."""

    def see(self, source: SourceFile, statement: Statement) -> None:
        """Reads the routine that the statement has just made."""
        header = header_of(source.text, statement)
        place = (source.label, statement.start)
        if header is None:
            if statement.begins("DO") and _INNER_CREATE.search(statement.text):
                self.notes[place] = "left as it is: what a DO block creates is text inside a string"
            return
        made = target(statement)
        routine = self._newest(KINDS[header.keyword], made.name if made else None)
        if routine is None:
            self.notes[place] = "left as it is: a temporary routine"
            return
        definition = Definition(source=source, statement=statement, header=header, routine=routine)
        self.definitions.append(definition)

    def _newest(self, kind: type[Function] | type[Aggregate], name: str | None) -> Routine | None:
        """The routine whose row was written last, among those of a name if one is known."""
        from psycopg.errors import InvalidSqlStatementName

        try:
            cursor = self._asked(kind, name)
        except InvalidSqlStatementName:  # a file has said DISCARD ALL
            self.connection.execute(_UNDONE.encode())
            self._prepared.clear()
            cursor = self._asked(kind, name)
        columns = tuple(column.name for column in cursor.description or ())
        for routine in objects_of(kind, columns, cursor.fetchall()):
            assert isinstance(routine, Function | Aggregate)
            return routine
        return None

    def _asked(self, kind: type[Function] | type[Aggregate], name: str | None) -> Cursor:
        prepare = ""
        if kind.kind not in self._prepared:
            self._prepared[kind.kind] = f"pgnorm_{secrets.token_hex(8)}"
            query, _, order = kind.query(self.connection.info.server_version).rpartition("order by")
            prepare = f"prepare {self._prepared[kind.kind]} (name) as {_NEWEST.format(query=query, order=order)};"
        cursor = self.connection.execute(
            f"""
            savepoint pgnorm_routine;
            {PATH};
            {PINNED};
            set local plan_cache_mode = force_generic_plan;
            {prepare}
            execute {self._prepared[kind.kind]} ({escaped(name) if name is not None else "null"});
            {_UNDONE}
            """.encode()
        )
        for _ in range(5 if prepare else 4):
            cursor.nextset()
        return cursor
