"""Operators."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final, LiteralString, Self

from ..model import Changed, Object, ObjectId, Printing, Target, alter, equal, replace
from ..model.facets import SettledByOthers
from ..priority import Priority
from ..quoting import ident, plain, spell_types
from .routines import NONE, name_of

SETTABLE_SINCE: Final = 17
"""From this major on ALTER OPERATOR sets more than the estimators."""
_LINKS: Final = ("commutator", "negator")
_FLAGS: Final = ("merges", "hashes")

# An operator's name takes no quotes.
_LINKED: Final[LiteralString] = """
              left join lateral ( select o2.oprcode = 0 as shell
                                       , array[n2.nspname::text, o2.oprname::text] as name
                                       , quote_ident(n2.nspname) || '.' || o2.oprname || ' ('
                                         || case o2.oprleft when 0 then 'NONE' else o2.oprleft::regtype::text end
                                         || ', ' || o2.oprright::regtype || ')' as signature
                                    from pg_operator o2
                                    join pg_namespace n2 on n2.oid = o2.oprnamespace"""


class Operator(SettledByOthers, Object):
    """An operator: pg_operator. `detail` is its operand types. A shell, which only a link made, is none."""

    kind: ClassVar[str] = "operator"
    keyword: ClassVar[str] = "OPERATOR"
    defined_by: ClassVar[tuple[str, ...]] = ("DefineStmt",)
    catalog: ClassVar[str] = "pg_operator"
    presence: ClassVar[LiteralString] = "pg_operator where oid >= 16384"
    priority: ClassVar[int] = Priority.OPERATOR
    overloaded: ClassVar[bool] = True

    operand_types: tuple[tuple[str, str], ...] = equal()
    """(schema, name) of each: pg_dump's order. `detail` says the same."""
    function: str = replace()
    """With its argument types, `-` for none; so are `restrict` and `join`."""
    left: str = equal()
    """The left operand's type, `-` for none: `detail` says the same; so is `right`."""
    right: str = equal()
    commutator: tuple[str, str] | None = alter()
    """(schema, name); so is `negator`."""
    negator: tuple[str, str] | None = alter()
    merges: bool = alter()
    hashes: bool = alter()
    restrict: str = alter()
    join: str = alter()
    shells: tuple[str, ...] = equal()
    """The shells that its links made, as DROP names them: they would stay behind."""
    settable: bool = equal()
    """True if the server can set links and flags of an operator that is there."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        settable: LiteralString = "true" if version // 10000 >= SETTABLE_SINCE else "false"
        return (
            """
            select o.oid
                 , n.nspname::text                                as schema
                 , o.oprname::text                                as name
                 , case o.oprleft when 0 then 'NONE' else o.oprleft::regtype::text end
                   || ', ' || o.oprright::regtype                 as detail
                 , r.rolname::text                                as owner
                 , array( select array[tn.nspname::text, t.typname::text]
                            from unnest(array[o.oprleft, o.oprright]) with ordinality x (oid, position)
                            join pg_type t       on t.oid = x.oid
                            join pg_namespace tn on tn.oid = t.typnamespace
                           order by x.position )                  as operand_types
                 , o.oprcode::regprocedure::text                  as function
                 , o.oprleft::regtype::text                       as left
                 , o.oprright::regtype::text                      as right
                 , commutator.name                                as commutator
                 , negator.name                                   as negator
                 , o.oprcanmerge                                  as merges
                 , o.oprcanhash                                   as hashes
                 , o.oprrest::regprocedure::text                  as restrict
                 , o.oprjoin::regprocedure::text                  as join
                 , array_remove(array[ case when commutator.shell then commutator.signature end
                                     , case when negator.shell then negator.signature end ], null)   as shells
                 , """
            + settable
            + """ as settable
              from pg_operator o
              join pg_namespace n on n.oid = o.oprnamespace
              join pg_roles r     on r.oid = o.oprowner"""
            + _LINKED
            + """
                                   where o2.oid = o.oprcom ) commutator on true"""
            + _LINKED
            + """
                                   where o2.oid = o.oprnegate ) negator on true
             where o.oid >= 16384 and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and o.oprcode <> 0
               and not exists ( select from pg_depend
                                 where classid = 'pg_operator'::regclass and objid = o.oid and deptype = 'e' )
             order by n.nspname, o.oprname, o.oprkind desc, o.oprleft, o.oprright"""
        )

    @property
    def sort_key(self) -> tuple[object, ...]:
        # Prefix operators come before the others.
        return (self.left != NONE, self.operand_types)

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.name} ({plain(self.detail)})"

    def signature(self, *, qualify: bool = True) -> str:
        schema = f"{ident(self.schema)}." if qualify else ""
        return f"{self.keyword} {schema}{self.name} ({self.detail})"

    def create(self, printing: Printing) -> str:
        lines = ",\n".join(f"    {line}" for line in self._options())
        return spell_types(f"CREATE OPERATOR {ident(self.schema)}.{self.name} (\n{lines}\n);\n", printing.target.major)

    def _options(self) -> Iterator[str]:
        yield f"FUNCTION = {name_of(self.function)}"
        if self.left != NONE:
            yield f"LEFTARG = {self.left}"
        yield f"RIGHTARG = {self.right}"
        yield from self._links(_LINKS)
        yield from (flag.upper() for flag in _FLAGS if getattr(self, flag))
        for word, function in (("RESTRICT", self.restrict), ("JOIN", self.join)):
            if function != NONE:
                yield f"{word} = {name_of(function)}"

    def _links(self, names: Sequence[str]) -> Iterator[str]:
        for name in names:
            if linked := getattr(self, name):
                schema, operator = linked
                yield f"{name.upper()} = OPERATOR({ident(schema)}.{operator})"

    def drop(self) -> str:
        return f"DROP {', '.join((self.signature(), *self.shells))};"

    def settled_by(self, new: Self, name: str) -> tuple[ObjectId, ...]:
        # Postgres sets and unsets a link on both of its ends.
        if name not in _LINKS:
            return ()
        detail = f"{self.right}, {self.left}" if name == "commutator" else self.detail
        ends = (getattr(self, name), getattr(new, name))
        return tuple(ObjectId(self.kind, end[0], end[1], detail) for end in ends if end)

    def known_to(self, major: int) -> Self:
        known = super().known_to(major)
        return known if major >= SETTABLE_SINCE else known.evolve(settable=False)

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        ended = any(getattr(self, name) for name in (*_LINKS, *_FLAGS) if name in changed)
        return ended or (not self.settable and not changed <= {"restrict", "join"})

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        settings = list(new._links([name for name in _LINKS if changed.take(name)]))
        settings += [flag.upper() for flag in _FLAGS if changed.take(flag)]
        for name in ("restrict", "join"):
            if changed.take(name):
                function: str = getattr(new, name)
                settings.append(f"{name.upper()} = {'NONE' if function == NONE else name_of(function)}")
        yield f"ALTER {self.signature()} SET ({', '.join(settings)});"
