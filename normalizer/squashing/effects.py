"""Effects of statements on rows, as the server counts them while the statements run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import define, field

from pgnorm.catalog.model import Value, untold

from ..files.reading import SourceFile
from ..sql.sessions import sets_session
from ..sql.statements import Statement

if TYPE_CHECKING:
    from ..postgres.shadow import Session

_COUNTS: Final = """
    select c.oid::pg_catalog.int8, c.relpersistence operator(pg_catalog.=) 't', w.inserted, w.updated, w.deleted
      from pg_catalog.pg_class c
           join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace,
           lateral (select pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid),
                           pg_catalog.pg_stat_get_xact_tuples_updated(c.oid),
                           pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid)) w (inserted, updated, deleted)
     where c.relkind operator(pg_catalog.=) 'r'
       and n.nspname operator(pg_catalog.<>) all ('{pg_catalog,information_schema}'::pg_catalog.name[])
       and (c.relpersistence operator(pg_catalog.=) 't'
            or w.inserted operator(pg_catalog.+) w.updated operator(pg_catalog.+) w.deleted
               operator(pg_catalog.>) 0)
"""
_SURROUNDINGS: Final = """
    select extract(epoch from pg_catalog.transaction_timestamp()),
           (select pg_catalog.md5(pg_catalog.string_agg(r::pg_catalog.text, ',' order by r.oid))
              from pg_catalog.pg_roles r where r.oid operator(pg_catalog.=) any ('{{{0}}}'::pg_catalog.oid[])),
           (select pg_catalog.md5(pg_catalog.string_agg(s::pg_catalog.text, ',' order by s::pg_catalog.text))
              from pg_catalog.pg_db_role_setting s
             where s.setrole operator(pg_catalog.=) any ('{{{0}}}'::pg_catalog.oid[])
                or s.setdatabase operator(pg_catalog.<>) 0)
"""
_FLUSHING: Final = f"{_SURROUNDINGS}, pg_catalog.pg_stat_force_next_flush()"
"""The same, and the counts begin with each transaction: else some of the one before may still be in them."""
_FLUSH_SINCE: Final = 150000
_BY_THEMSELVES: Final = (("CALL",), ("DO",))
"""Statements that may commit what they write, and so their counts."""

Counts = dict[int, tuple[int, int, int]]


class Step(Value):
    """A statement that has run, the settings of the session it was written for, and the tables whose rows it wrote."""

    number: int
    """The place in the order of all."""
    source: SourceFile
    statement: Statement = untold()
    settings: tuple[str, ...] = ()
    """The statements before it in its file that are about the session."""
    tables: frozenset[int] = frozenset()
    """OIDs of tables that rows were inserted into, updated or deleted in."""
    temporary: bool = False
    """True if it made, dropped or wrote temporary tables."""
    unseen: bool = False
    """True if nobody knows what it wrote."""
    sets: bool = False
    """True if it changed a role that was there before the migrations, or settings that sessions begin with."""

    @property
    def place(self) -> str:
        """`file:line:column` of its first token."""
        return self.source.place(self.statement.start)

    @property
    def writes(self) -> bool:
        """True if it wrote rows, or may have, or did what no plan does."""
        return bool(self.tables) or self.temporary or self.unseen or self.sets


@define(eq=False)
class Tracker:
    """Watches a load statement by statement."""

    session: Session
    steps: list[Step] = field(factory=list)
    _settings: tuple[str, ...] = ()
    _counts: Counts = field(factory=dict)
    _temporary: frozenset[int] = frozenset()
    _moment: object = None
    _last: SourceFile | None = None
    _roles: tuple[object, ...] = field(init=False)
    _query: bytes = field(init=False)

    def __attrs_post_init__(self) -> None:
        found = self.session.connection.execute("select oid::pg_catalog.text from pg_catalog.pg_roles").fetchall()
        given = ",".join(("0", *(oid for (oid,) in found)))
        surroundings = (_FLUSHING if self._flushes else _SURROUNDINGS).format(given)
        self._query = f"{_COUNTS}; {surroundings}".encode()
        _, _, _, self._roles = self._look()

    def __call__(self, source: SourceFile, statement: Statement) -> None:
        """Take note of a statement that has run."""
        if source is not self._last:
            self._settings = ()
        counts, temporary, moment, roles = self._look()
        anew, within = moment != self._moment, source is self._last
        before = {} if anew and self._flushes else self._counts
        written = frozenset(oid for oid, found in counts.items() if found != before.get(oid, (0, 0, 0)))
        # What an extension's script fills comes with the extension.
        of_extension = statement.words[1:2] == ("EXTENSION",)
        self.steps.append(
            Step(
                number=len(self.steps),
                source=source,
                statement=statement,
                settings=self._settings,
                tables=frozenset() if of_extension else written - temporary,
                temporary=temporary != self._temporary or bool(written & temporary),
                sets=roles != self._roles,
                unseen=anew and within and statement.words[:1] in _BY_THEMSELVES,
            )
        )
        if sets_session(statement):
            self._settings = (*self._settings, statement.text)
        self._counts, self._temporary, self._roles = counts, temporary, roles
        self._moment, self._last = moment, source

    @property
    def _flushes(self) -> bool:
        return self.session.connection.info.server_version >= _FLUSH_SINCE

    def _look(self) -> tuple[Counts, frozenset[int], object, tuple[object, ...]]:
        """The counts, the temporary tables, when the transaction began, and digests of the roles and their settings."""
        cursor = self.session.connection.execute(self._query)
        found = cursor.fetchall()
        cursor.nextset()
        moment, roles, settings, *_ = cursor.fetchall()[0]
        counts = {oid: (inserted, updated, deleted) for oid, _, inserted, updated, deleted in found}
        return counts, frozenset(oid for oid, temporary, *_ in found if temporary), moment, (roles, settings)
