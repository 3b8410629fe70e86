"""Names of operator classes and families, and their members: operators and functions (pg_amop, pg_amproc)."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final, LiteralString, TypeAlias

from ..model import Object
from ..priority import Priority
from ..quoting import ident, qualified

Member: TypeAlias = tuple[str, ...]
"""(number, left type, right type, operator or function), an operator's with the family it sorts by, empty for none."""

SEPARATOR: Final = " ,\n    "


class OfAccessMethod(Object):
    """An operator class or family. `detail` is its access method."""

    priority: ClassVar[int] = Priority.OPERATOR_FAMILY
    place: ClassVar[int]
    """Its rank among the two, of one name the class is first."""

    @property
    def sort_key(self) -> tuple[object, ...]:
        return (self.place, self.detail)

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.name} using {self.detail}"

    def signature(self, *, qualify: bool = True) -> str:
        return f"{self.keyword} {qualified(self.schema if qualify else '', self.name)} USING {ident(self.detail)}"


def names(prefix: LiteralString) -> LiteralString:
    """The columns of a query that name the class or family `c`, whose own columns begin with `prefix`."""
    return (
        """
            select c.oid
                 , n.nspname::text      as schema
                 , c."""
        + prefix
        + """name::text    as name
                 , a.amname::text       as detail
                 , r.rolname::text      as owner"""
    )


def source(catalog: LiteralString, prefix: LiteralString, joins: LiteralString = "") -> LiteralString:
    """The FROM of such a query and all behind it: the users' own of the catalog, with what else the query `joins`."""
    return (
        "\n              from "
        + catalog
        + " c\n              join pg_namespace n on n.oid = c."
        + prefix
        + "namespace\n              join pg_roles r     on r.oid = c."
        + prefix
        + "owner\n              join pg_am a        on a.oid = c."
        + prefix
        + "method"
        + joins
        + """
             where c.oid >= 16384 and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and not exists ( select from pg_depend
                                 where classid = c.tableoid and objid = c.oid and deptype = 'e' )
             order by n.nspname, c."""
        + prefix
        + "name, a.amname"
    )


def columns(family: LiteralString) -> LiteralString:
    """The columns of a query for the members that hang on the class or family `c`; `family` is the family's OID."""
    operators: LiteralString = (
        """
                            from pg_depend d
                            join pg_amop o on o.oid = d.objid"""
        + _OWN
        + """
                             and d.classid = 'pg_amop'::regclass and o.amopfamily = """
        + family
    )
    return (
        """
                 , array( select array[ o.amopstrategy::text
                                      , o.amoplefttype::regtype::text
                                      , o.amoprighttype::regtype::text
                                      , o.amopopr::regoperator::text
                                      , coalesce( ( select quote_ident(sn.nspname) || '.' || quote_ident(s.opfname)
                                                      from pg_opfamily s
                                                      join pg_namespace sn on sn.oid = s.opfnamespace
                                                     where s.oid = o.amopsortfamily ), '' ) ]"""
        + operators
        + """
                           order by o.amopstrategy, o.amoplefttype::regtype::text collate "C"
                                                  , o.amoprighttype::regtype::text collate "C" )   as operators
                 , array( select o.amoplefttype::regtype || ' ' || o.amoprighttype::regtype"""
        + operators
        + """
                           order by o.amoplefttype, o.amoprighttype )       as type_order
                 , array( select array[ f.amprocnum::text
                                      , f.amproclefttype::regtype::text
                                      , f.amprocrighttype::regtype::text
                                      , f.amproc::regprocedure::text ]
                            from pg_depend d
                            join pg_amproc f on f.oid = d.objid"""
        + _OWN
        + """
                             and d.classid = 'pg_amproc'::regclass
                           order by f.amprocnum, f.oid )                    as functions"""
    )


_OWN: Final[LiteralString] = """
                           where d.refclassid = c.tableoid and d.refobjid = c.oid"""


def texts(operators: Sequence[Member], type_order: Sequence[str], functions: Sequence[Member]) -> Iterator[str]:
    """Members as CREATE OPERATOR CLASS and ALTER OPERATOR FAMILY … ADD have them."""
    places = {types: place for place, types in enumerate(type_order)}
    for number, _left, _right, operator, family in sorted(
        operators, key=lambda member: (int(member[0]), places[f"{member[1]} {member[2]}"])
    ):
        yield f"OPERATOR {number} {operator}" + (f" FOR ORDER BY {family}" if family else "")
    for number, left, right, function in functions:
        yield f"FUNCTION {number} ({left}, {right}) {function}"


def leaving(word: str, members: Sequence[Member]) -> Iterator[str]:
    """Members as ALTER OPERATOR FAMILY … DROP has them."""
    return (f"{word} {member[0]} ({member[1]}, {member[2]})" for member in members)


def moved(old: Sequence[Member], new: Sequence[Member]) -> tuple[Member, ...]:
    """The members of both that must go and come back: those of one number stand in the order in which they came."""
    found: list[Member] = []
    for number in dict.fromkeys(member[0] for member in new):
        after = [member for member in new if member[0] == number]
        kept = [member for member in old if member in after]
        if after[: len(kept)] != kept:
            found += kept
    return tuple(found)
