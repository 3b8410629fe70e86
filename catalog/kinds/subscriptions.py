"""Subscriptions."""

from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString, Self

from ..model import Changed, Object, Printing, Statement, Target, Written, alter, equal, replace, secret, unknown_secret
from ..model.facets import SuperuserOnly
from ..priority import Priority
from ..quoting import ident, ident_list, literal, remark
from ..secrets import MASK, masked_conninfo

DISABLE_ON_ERROR_SINCE: Final = 15
PARALLEL_SINCE: Final = 16
FAILOVER_SINCE: Final = 17
STREAMING_BY_DEFAULT_SINCE: Final = 18
"""The major in which a subscription streams unless told otherwise, and whose pg_dump tells it."""
TWO_PHASE_CHANGES_SINCE: Final = 18
STREAMING: Final = {"f": "off", "t": "on", "p": "parallel"}
NOT_STREAMING: Final = "f"
PARALLEL: Final = "p"
NOT_SYNCHRONOUS: Final = "off"
ANY_ORIGIN: Final = "any"


class Subscription(SuperuserOnly, Object):
    """A subscription: pg_subscription. Whether it is enabled, and how far it is, is no part of its definition."""

    kind: ClassVar[str] = "subscription"
    keyword: ClassVar[str] = "SUBSCRIPTION"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateSubscriptionStmt",)
    catalog: ClassVar[str] = "pg_subscription"
    presence: ClassVar[LiteralString] = "pg_subscription"
    priority: ClassVar[int] = Priority.SUBSCRIPTION
    renamable: ClassVar[bool] = True

    connection: str = alter()
    """The connection string, with a mask for each password in it."""
    full_connection: str | None = secret()
    """The same with its passwords, None where it has none or they are not known."""
    publications: tuple[str, ...] = alter()
    slot: str | None = alter()
    """The replication slot on the publisher, None for none."""
    binary: bool = alter()
    streaming: str = alter()
    """Of transactions in progress: f (off), t (on) or p (parallel, from 16 on)."""
    two_phase: bool = alter()
    can_turn_two_phase_on: bool = equal()
    """True if its server can do that later, once it is disabled."""
    disable_on_error: bool = alter()
    password_required: bool = alter()
    run_as_owner: bool = alter()
    failover: bool = replace()
    synchronous_commit: str = alter()
    origin: str = alter()

    @classmethod
    def query(cls, version: int) -> LiteralString:
        major = version // 10000
        on_error: LiteralString = "s.subdisableonerr" if major >= DISABLE_ON_ERROR_SINCE else "false"
        two_phase: LiteralString = "s.subtwophasestate <> 'd'" if major >= DISABLE_ON_ERROR_SINCE else "false"
        turns_on: LiteralString = "true" if major >= TWO_PHASE_CHANGES_SINCE else "false"
        failover: LiteralString = "s.subfailover" if major >= FAILOVER_SINCE else "false"
        since_16: LiteralString = """
                 , s.substream::text         as streaming
                 , s.subpasswordrequired     as password_required
                 , s.subrunasowner           as run_as_owner
                 , s.suborigin               as origin"""
        if major < PARALLEL_SINCE:
            since_16 = """
                 , case when s.substream then 't' else 'f' end as streaming
                 , true                      as password_required
                 , false                     as run_as_owner
                 , 'any'                     as origin"""
        return (
            """
            select s.oid
                 , ''                        as schema
                 , s.subname::text           as name
                 , ''                        as detail
                 , r.rolname::text           as owner
                 , m.text                    as connection
                 , nullif(s.subconninfo, m.text) as full_connection
                 , s.subpublications         as publications
                 , s.subslotname::text       as slot
                 , s.subbinary               as binary
                 , """
            + two_phase
            + """        as two_phase
                 , """
            + turns_on
            + """        as can_turn_two_phase_on
                 , """
            + on_error
            + """        as disable_on_error
                 , """
            + failover
            + """        as failover
                 , s.subsynccommit           as synchronous_commit"""
            + since_16
            + """
              from pg_subscription s
              join pg_roles r on r.oid = s.subowner
              cross join lateral ( select """
            + masked_conninfo("s.subconninfo")
            + """ ) m (text)
             where s.subdbid = ( select oid from pg_database where datname = current_database() )
             order by s.subname"""
        )

    @property
    def conceals(self) -> bool:
        return self.full_connection is None and MASK in self.connection

    @property
    def disposable(self) -> bool:
        # Where it stood on the publisher is forgotten.
        return False

    def create(self, printing: Printing) -> str:
        options = ", ".join(("connect = false", self._slot, *self._options(printing.target)))
        publications = ident_list(self.publications)
        return f"CREATE {self.signature()} {self._connection} PUBLICATION {publications} WITH ({options});\n"

    @property
    def _connection(self) -> str:
        return f"CONNECTION {literal(self.full_connection or self.connection)}"

    @property
    def _slot(self) -> str:
        return f"slot_name = {literal(self.slot) if self.slot is not None else 'NONE'}"

    def _options(self, target: Target) -> Iterator[str]:
        """The options that are not as they would be without a word."""
        if self.binary:
            yield "binary = true"
        if self.streaming != NOT_STREAMING or target.major >= STREAMING_BY_DEFAULT_SINCE:
            yield f"streaming = {STREAMING[self.streaming]}"
        if self.two_phase:
            yield "two_phase = on"
        if self.disable_on_error:
            yield "disable_on_error = true"
        if not self.password_required:
            yield "password_required = false"
        if self.run_as_owner:
            yield "run_as_owner = true"
        if self.failover:
            yield "failover = true"
        if self.synchronous_commit != NOT_SYNCHRONOUS:
            yield f"synchronous_commit = {ident(self.synchronous_commit)}"
        if self.origin.lower() != ANY_ORIGIN:
            yield f"origin = {self.origin}"

    def known_to(self, major: int) -> Self:
        known = super().known_to(major)
        if major < TWO_PHASE_CHANGES_SINCE:
            known = known.evolve(can_turn_two_phase_on=False)
        if major < PARALLEL_SINCE and known.streaming == PARALLEL:
            known = known.evolve(streaming=NOT_STREAMING)  # where nobody said how, which a newer server takes for this
        return known

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        # Whatever else changes two_phase asks the publisher.
        return "two_phase" in changed and not (new.two_phase and self.can_turn_two_phase_on)

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[Written]:
        alter = f"ALTER {self.signature()}"
        if changed.take("connection", "full_connection"):
            if new.conceals:
                raise unknown_secret(new)
            yield f"{alter} {new._connection};"
        if changed.take("publications"):
            yield Statement(
                sql=f"{alter} SET PUBLICATION {ident_list(new.publications)} WITH (refresh = false);",
                remark=remark(
                    "Its tables follow with ALTER SUBSCRIPTION ... REFRESH PUBLICATION, which no transaction can hold."
                ),
            )
        if settings := ", ".join(self._settings(new, changed)):
            yield f"{alter} SET ({settings});"

    def _settings(self, new: Self, changed: Changed) -> Iterator[str]:
        if changed.take("slot"):
            yield new._slot
        if changed.take("streaming"):
            yield f"streaming = {STREAMING[new.streaming]}"
        if changed.take("synchronous_commit"):
            yield f"synchronous_commit = {ident(new.synchronous_commit)}"
        if changed.take("origin"):
            yield f"origin = {new.origin}"
        for name in ("binary", "two_phase", "disable_on_error", "password_required", "run_as_owner"):
            if changed.take(name):
                yield f"{name} = {str(getattr(new, name)).lower()}"

    def drop(self) -> tuple[Written, ...]:
        """The statements that drop it here. With its slot it could not be dropped inside a transaction."""
        alter = f"ALTER {self.signature()}"
        note = "" if self.slot is None else remark("Its replication slot stays on the publisher, to be dropped there.")
        return (
            Statement(sql=f"{alter} DISABLE;", remark=note),
            f"{alter} SET (slot_name = NONE);",
            f"DROP {self.signature()};",
        )
