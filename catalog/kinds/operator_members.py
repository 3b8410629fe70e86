"""The operators and functions of operator classes and families: pg_amop and pg_amproc."""

from collections.abc import Iterator, Sequence
from typing import Final, LiteralString, TypeAlias

Member: TypeAlias = tuple[str, ...]
"""(number, left type, right type, operator or function), an operator's with the family it sorts by, empty for none."""

SEPARATOR: Final = " ,\n    "


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
