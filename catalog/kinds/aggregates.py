"""Aggregates."""

from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString, Self

from ..model import Changed, Object, Printing, Target, alter, equal, replace
from ..priority import Priority
from ..quoting import literal, plain, qualified, spell_types
from .routines import NONE

MODIFY: Final = {"r": "READ_ONLY", "s": "SHAREABLE", "w": "READ_WRITE"}
PARALLEL: Final = {"s": "safe", "r": "restricted"}


class Aggregate(Object):
    """An aggregate: pg_proc with prokind a, and pg_aggregate. `detail` is its input types."""

    kind: ClassVar[str] = "aggregate"
    keyword: ClassVar[str] = "AGGREGATE"
    defined_by: ClassVar[tuple[str, ...]] = ("DefineStmt",)
    catalog: ClassVar[str] = "pg_proc"
    presence: ClassVar[LiteralString] = "pg_aggregate where aggfnoid::oid >= 16384"
    priority: ClassVar[int] = Priority.AGGREGATE
    renamable: ClassVar[bool] = True
    default_acl_type: ClassVar[str] = "f"
    overloaded: ClassVar[bool] = True

    input_types: tuple[tuple[str, str], ...] = equal()
    """(schema, name) of each input type: pg_dump's order. `detail` says the same."""
    arguments: str = replace()
    identity_arguments: str = equal()
    """The arguments by which ALTER and COMMENT name it; `arguments` says the same."""
    result: str = replace()
    flavour: str = replace()
    """pg_aggregate.aggkind: n normal, o ordered-set, h hypothetical-set."""
    transition: str = alter()
    state_type: str = alter()
    state_space: int = alter()
    """Bytes, 0 for the server's estimate; so is `moving_state_space`."""
    initial: str | None = alter()
    final: str = alter()
    final_extra: bool = alter()
    final_modify: str = alter()
    combine: str = alter()
    serialize: str = alter()
    deserialize: str = alter()
    moving_transition: str = alter()
    moving_inverse: str = alter()
    moving_state_type: str = alter()
    moving_state_space: int = alter()
    moving_initial: str | None = alter()
    moving_final: str = alter()
    moving_final_extra: bool = alter()
    moving_final_modify: str = alter()
    sort_operator: str = alter()
    """Empty for none."""
    parallel: str = alter()

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return """
            select p.oid
                 , n.nspname::text                                                       as schema
                 , p.proname::text                                                       as name
                 , array_to_string(p.proargtypes::oid[]::regtype[]::text[], ', ')         as detail
                 , r.rolname::text                                                       as owner
                 , p.proacl::text[]                                                      as acl
                 , acldefault('f', p.proowner)::text[]                                   as acl_default
                 , array( select array[tn.nspname::text, t.typname::text]
                            from unnest(p.proargtypes::oid[]) with ordinality x (oid, position)
                            join pg_type t       on t.oid = x.oid
                            join pg_namespace tn on tn.oid = t.typnamespace
                           order by x.position )                                         as input_types
                 , pg_get_function_arguments(p.oid)                                      as arguments
                 , pg_get_function_identity_arguments(p.oid)                             as identity_arguments
                 , pg_get_function_result(p.oid)                                         as result
                 , a.aggkind::text                                                       as flavour
                 , a.aggtransfn::text                                                    as transition
                 , a.aggtranstype::regtype::text                                         as state_type
                 , a.aggtransspace                                                       as state_space
                 , a.agginitval                                                          as initial
                 , a.aggfinalfn::text                                                    as final
                 , a.aggfinalextra                                                       as final_extra
                 , a.aggfinalmodify::text                                                as final_modify
                 , a.aggcombinefn::text                                                  as combine
                 , a.aggserialfn::text                                                   as serialize
                 , a.aggdeserialfn::text                                                 as deserialize
                 , a.aggmtransfn::text                                                   as moving_transition
                 , a.aggminvtransfn::text                                                as moving_inverse
                 , a.aggmtranstype::regtype::text                                        as moving_state_type
                 , a.aggmtransspace                                                      as moving_state_space
                 , a.aggminitval                                                         as moving_initial
                 , a.aggmfinalfn::text                                                   as moving_final
                 , a.aggmfinalextra                                                      as moving_final_extra
                 , a.aggmfinalmodify::text                                               as moving_final_modify
                 , coalesce( ( select 'OPERATOR(' || quote_ident(opn.nspname) || '.' || op.oprname || ')'
                                 from pg_operator op
                                 join pg_namespace opn on opn.oid = op.oprnamespace
                                where op.oid = a.aggsortop ), '' )                       as sort_operator
                 , p.proparallel::text                                                   as parallel
              from pg_aggregate a
              join pg_proc p      on p.oid = a.aggfnoid
              join pg_namespace n on n.oid = p.pronamespace
              join pg_roles r     on r.oid = p.proowner
             where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and p.oid >= 16384
               and not exists ( select from pg_depend
                                 where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'e' )
             order by n.nspname, p.proname, p.pronargs, p.proargtypes"""

    @property
    def sort_key(self) -> tuple[object, ...]:
        return (len(self.input_types), self.input_types)

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        return (("routine", self.schema, self.name, self.detail),)

    @property
    def tag(self) -> str:
        return f"{self.name}({self.detail or '*'})"

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.name}({plain(self.detail) or '*'})"

    def signature(self, *, qualify: bool = True) -> str:
        name = qualified(self.schema if qualify else "", self.name)
        return f"{self.keyword} {name}({self.identity_arguments or '*'})"

    def grant_signature(self, *, qualify: bool = True) -> str:
        # There is no GRANT ON AGGREGATE; FUNCTION takes the input types alone.
        return f"FUNCTION {qualified(self.schema if qualify else '', self.name)}({self.detail})"

    def create(self, printing: Printing) -> str:
        lines = ",\n".join(f"    {line}" for line in self._options())
        name = qualified(self.schema, self.name)
        return spell_types(f"CREATE AGGREGATE {name}({self.arguments or '*'}) (\n{lines}\n);\n", printing.target.major)

    def _options(self) -> Iterator[str]:
        yield f"SFUNC = {self.transition}"
        yield f"STYPE = {self.state_type}"
        yield from _option("SSPACE", str(self.state_space or ""))
        yield from _option("INITCOND", _literal(self.initial))
        yield from self._final("FINALFUNC", self.final, self.final_extra, self.final_modify)
        yield from _option("COMBINEFUNC", self.combine)
        yield from _option("SERIALFUNC", self.serialize)
        yield from _option("DESERIALFUNC", self.deserialize)
        if self.moving_transition != NONE:
            yield f"MSFUNC = {self.moving_transition}"
            yield f"MINVFUNC = {self.moving_inverse}"
            yield f"MSTYPE = {self.moving_state_type}"
        yield from _option("MSSPACE", str(self.moving_state_space or ""))
        yield from _option("MINITCOND", _literal(self.moving_initial))
        yield from self._final("MFINALFUNC", self.moving_final, self.moving_final_extra, self.moving_final_modify)
        yield from _option("SORTOP", self.sort_operator)
        if self.flavour == "h":
            yield "HYPOTHETICAL"
        yield from _option("PARALLEL", PARALLEL.get(self.parallel, ""))

    def _final(self, option: str, function: str, extra: bool, modify: str) -> Iterator[str]:
        if function == NONE:
            return
        yield f"{option} = {function}"
        if extra:
            yield f"{option}_EXTRA"
        if modify != ("r" if self.flavour == "n" else "w"):
            yield f"{option}_MODIFY = {MODIFY[modify]}"

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        text = new.create(Printing(target=target)).removesuffix("\n")
        changed.take(*changed.left)
        yield text.replace("CREATE ", "CREATE OR REPLACE ", 1)


def _option(name: str, value: str) -> Iterator[str]:
    if value not in ("", NONE):
        yield f"{name} = {value}"


def _literal(value: str | None) -> str:
    return "" if value is None else literal(value)
