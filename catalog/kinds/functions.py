"""Functions, window functions and procedures."""

from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString, Self

from ..model import Changed, Object, Printing, Statement, Target, alter, equal, replace
from ..model.facets import Routine
from ..priority import Priority
from ..quoting import dollar_quoted, ident, literal, plain, qualified, spell_types, string
from ..settings import setting_text

VOLATILITY: Final = {"i": " IMMUTABLE", "s": " STABLE", "v": ""}
PARALLEL: Final = {"s": " PARALLEL SAFE", "r": " PARALLEL RESTRICTED", "u": ""}
LOW_COST_LANGUAGES: Final = frozenset({"internal", "c"})

# Thousands of functions come from initdb, with OIDs below FirstNormalObjectId (16384).
_QUERY: Final[LiteralString] = """
    select p.oid
         , n.nspname::text                                                       as schema
         , p.proname::text                                                       as name
         , array_to_string(p.proargtypes::oid[]::regtype[]::text[], ', ')         as detail
         , r.rolname::text                                                       as owner
         , p.proacl::text[]                                                      as acl
         , acldefault('f', p.proowner)::text[]                                   as acl_default
         , case when count(*) over (partition by p.pronamespace, p.proname) > 1
                then array( select ( select array[tn.nspname::text, t.typname::text]
                                       from pg_type t
                                       join pg_namespace tn on tn.oid = t.typnamespace
                                      where t.oid = a.oid )
                              from unnest(p.proargtypes::oid[]) with ordinality a (oid, position)
                             order by a.position )
                else '{}'
           end                                                                   as input_types
         , p.prokind = 'w'                                                       as window
         , pg_get_function_arguments(p.oid)                                      as arguments
         , pg_get_function_identity_arguments(p.oid)                             as identity_arguments
         , coalesce(pg_get_function_result(p.oid), '')                           as result
         , case when p.proallargtypes is not null and p.prorettype = 'record'::regtype
                then array( select array[coalesce(p.proargnames[a.position], ''), a.type::regtype::text]
                              from unnest(p.proallargtypes, p.proargmodes) with ordinality a (type, mode, position)
                             where a.mode in ('o', 'b', 't')
                             order by a.position )
                else '{}'
           end                                                                   as output_columns
         , coalesce(p.proargnames, '{}')::text[]                                 as argument_names
         , p.pronargdefaults::int                                                as default_count
         , l.lanname::text                                                       as language
         , coalesce(p.protrftypes::regtype[]::text[], '{}')                      as transforms
         , p.provolatile::text                                                   as volatility
         , p.proisstrict                                                         as strict
         , p.prosecdef                                                           as security_definer
         , p.proleakproof                                                        as leakproof
         , p.procost::text                                                       as cost
         , case when p.proretset then p.prorows::text else '0' end               as rows
         , p.prosupport::text                                                    as support
         , p.proparallel::text                                                   as parallel
         , coalesce(p.proconfig, '{}')                                           as config
         , p.probin                                                              as binary
         , p.prosrc                                                              as source
         , pg_get_function_sqlbody(p.oid)                                        as sql_body
      from pg_proc p
      join pg_namespace n on n.oid = p.pronamespace
      join pg_language l  on l.oid = p.prolang
      join pg_roles r     on r.oid = p.proowner
     where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
       and p.oid >= 16384
       and not exists ( select from pg_depend
                         where classid = 'pg_proc'::regclass and objid = p.oid and deptype in ('e', 'i') )
"""


class Function(Routine, Object):
    """A function: pg_proc. `detail` is its input types, by which Postgres tells overloads apart."""

    kind: ClassVar[str] = "function"
    keyword: ClassVar[str] = "FUNCTION"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateFunctionStmt",)
    catalog: ClassVar[str] = "pg_proc"
    presence: ClassVar[LiteralString] = "pg_proc where prokind in ('f', 'w') and oid >= 16384"
    priority: ClassVar[int] = Priority.FUNCTION
    renamable: ClassVar[bool] = True
    guarded: ClassVar[str] = "CREATE OR REPLACE FUNCTION"
    default_acl_type: ClassVar[str] = "f"
    code: ClassVar[str] = "source"
    postponable: ClassVar[bool] = True
    overloaded: ClassVar[bool] = True

    input_types: tuple[tuple[str, str], ...] = equal()
    """(schema, name) of each input type, where there are overloads to order. `detail` says the same."""
    window: bool = replace()
    arguments: str = alter(deparsed=True)
    identity_arguments: str = equal()
    """The arguments by which ALTER and COMMENT name it; `arguments` says the same and the defaults."""
    result: str = replace()
    output_columns: tuple[tuple[str, str], ...] = replace()
    """(name, type) of each OUT, INOUT and TABLE parameter, where `result` is a record of them."""
    argument_names: tuple[str, ...] = equal()
    """`arguments` says the same; here to see whether one was renamed."""
    default_count: int = equal()
    """As `argument_names`."""
    language: str = alter()
    transforms: tuple[str, ...] = alter()
    volatility: str = alter()
    strict: bool = alter()
    security_definer: bool = alter()
    leakproof: bool = alter()
    cost: str = alter()
    rows: str = alter()
    support: str = alter()
    parallel: str = alter()
    config: tuple[str, ...] = alter()
    """`name=value` in stored order."""
    binary: str | None = alter()
    source: str = alter()
    """pg_proc.prosrc: the body's bytes, or the link symbol where there is `binary`."""
    sql_body: str | None = alter(deparsed=True)
    """BEGIN ATOMIC … END or RETURN …, deparsed."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return _QUERY + "and p.prokind in ('f', 'w') order by n.nspname, p.proname, p.pronargs, p.proargtypes"

    @property
    def sort_key(self) -> tuple[object, ...]:
        return (len(self.input_types), self.input_types)

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        return (("routine", self.schema, self.name, self.detail),)

    @property
    def avoids(self) -> tuple[tuple[str, ...], ...]:
        types = {*self.detail.split(", "), self.result.removeprefix("SETOF ")}
        return tuple(("transform", self.language, type_) for type_ in sorted(types))

    @property
    def code_language(self) -> str:
        return self.language

    @property
    def tag(self) -> str:
        return f"{self.name}({self.detail})"

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.name}({plain(self.detail)})"

    def signature(self, *, qualify: bool = True) -> str:
        return f"{self.keyword} {qualified(self.schema if qualify else '', self.name)}({self.identity_arguments})"

    def create(self, printing: Printing) -> Statement:
        arguments = spell_types(self.arguments, printing.target.major)
        result = f" RETURNS {spell_types(self.result, printing.target.major)}" if self.result else ""
        settings = "".join(f"\n    SET {setting_text(item)}" for item in self.config)
        create = self.guarded if printing.target.declares else f"CREATE {self.keyword}"
        sql = (
            f"{create} {qualified(self.schema, self.name)}({arguments}){result}\n"
            f"    LANGUAGE {ident(self.language)}{self._attributes(printing.target)}{settings}\n"
            f"    {self._definition(printing.target)};"
        )
        return Statement(sql=sql, opaque=True)

    def _attributes(self, target: Target) -> str:
        text = ""
        if self.transforms:
            types = (f"FOR TYPE {spell_types(name, target.major)}" for name in self.transforms)
            text += f" TRANSFORM {', '.join(types)}"
        text += " WINDOW" if self.window else ""
        text += VOLATILITY[self.volatility]
        text += " STRICT" if self.strict else ""
        text += " SECURITY DEFINER" if self.security_definer else ""
        text += " LEAKPROOF" if self.leakproof else ""
        if self.cost not in ("0", "1" if self.language in LOW_COST_LANGUAGES else "100"):
            text += f" COST {self.cost}"
        if self.rows not in ("0", "1000"):
            text += f" ROWS {self.rows}"
        if self.support != "-":
            text += f" SUPPORT {self.support}"
        return text + PARALLEL[self.parallel]

    def _definition(self, target: Target) -> str:
        if self.sql_body is not None:
            return spell_types(self.sql_body, target.major)
        if self.binary is not None:
            symbol = f", {string(self.source)}" if self.source else ""
            return f"AS {literal(self.binary)}{symbol}"
        return f"AS {dollar_quoted(self.source)}"

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        # CREATE OR REPLACE can name an unnamed argument and add defaults, but neither rename nor take away.
        renamed = any(old and old != name for old, name in zip(self.argument_names, new.argument_names, strict=False))
        unnamed = len(self.argument_names) > len(new.argument_names)
        return renamed or unnamed or new.default_count < self.default_count

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[Statement]:
        made = new.create(Printing(target=target))
        changed.take(*changed.left)
        yield made.evolve(sql=made.sql.replace(f"CREATE {self.keyword}", self.guarded, 1))


class Procedure(Function):
    """A procedure: pg_proc with prokind p."""

    kind: ClassVar[str] = "procedure"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateFunctionStmt",)
    presence: ClassVar[LiteralString] = "pg_proc where prokind = 'p' and oid >= 16384"
    keyword: ClassVar[str] = "PROCEDURE"
    guarded: ClassVar[str] = "CREATE OR REPLACE PROCEDURE"

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return _QUERY + "and p.prokind = 'p' order by n.nspname, p.proname, p.pronargs, p.proargtypes"
