"""Casts."""

from typing import ClassVar, Final, LiteralString

from ..model import Object, Printing, equal, replace
from ..model.facets import Converts
from ..priority import Priority
from ..quoting import plain, spell_types
from .cast_calls import CALLS_BY_CAST

METHODS: Final = {"b": "WITHOUT FUNCTION", "i": "WITH INOUT"}
"""By pg_cast.castmethod, but for casts by a function."""
CONTEXTS: Final = {"e": "", "a": " AS ASSIGNMENT", "i": " AS IMPLICIT"}


class Cast(Converts, Object):
    """A cast: pg_cast. `name` is the source type, `detail` the target type."""

    kind: ClassVar[str] = "cast"
    keyword: ClassVar[str] = "CAST"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateCastStmt",)
    catalog: ClassVar[str] = "pg_cast"
    presence: ClassVar[LiteralString] = """
        pg_cast c
         where c.oid >= 16384
           and not exists ( select from pg_depend
                             where classid = 'pg_cast'::regclass and objid = c.oid and deptype in ('e', 'i') )"""
    priority: ClassVar[int] = Priority.CAST
    bystander: ClassVar[bool] = True

    bare_names: str = equal()
    """Both types' names without schemas, which pg_dump's order goes by: `name` and `detail` say the same."""
    made: int = equal(needed=False)
    """Place among the casts of like-named types, by OID as in pg_dump's order."""
    method: str = replace()
    """pg_cast.castmethod: f, b or i."""
    function: str = replace()
    """With its input types, empty for none."""
    context: str = replace()
    """pg_cast.castcontext: e, a or i."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        # The casts of a range to its multirange come with the type.
        return f"""
            select c.oid
                 , case row_number() over (order by c.oid) when 1 then array({CALLS_BY_CAST}) end as calls
                 , ''                                as schema
                 , format_type(c.castsource, null)   as name
                 , format_type(c.casttarget, null)   as detail
                 , s.typname || ' ' || t.typname     as bare_names
                 , ( row_number() over (partition by s.typname, t.typname order by c.oid) )::int as made
                 , c.castmethod::text                as method
                 , coalesce( quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '('
                             || array_to_string(p.proargtypes::oid[]::regtype[]::text[], ', ') || ')'
                           , '' )                    as function
                 , c.castcontext::text               as context
              from pg_cast c
              join pg_type s           on s.oid = c.castsource
              join pg_type t           on t.oid = c.casttarget
              left join pg_proc p      on p.oid = c.castfunc
              left join pg_namespace n on n.oid = p.pronamespace
             where c.oid >= 16384
               and not exists ( select from pg_depend
                                 where classid = 'pg_cast'::regclass and objid = c.oid and deptype in ('e', 'i') )
             order by s.typname, t.typname"""

    @property
    def ends(self) -> tuple[str, str]:
        return self.name, self.detail

    @property
    def sort_name(self) -> str:
        return self.bare_names

    @property
    def sort_key(self) -> tuple[object, ...]:
        return (self.made, self.name, self.detail)

    @property
    def tag(self) -> str:
        return self.signature()

    @property
    def label(self) -> str:
        return f"{plain(self.name)} as {plain(self.detail)}"

    def signature(self, *, qualify: bool = True) -> str:
        del qualify
        return f"{self.keyword} ({self.name} AS {self.detail})"

    def create(self, printing: Printing) -> str:
        way = METHODS.get(self.method, f"WITH FUNCTION {self.function}")
        return spell_types(f"CREATE {self.signature()} {way}{CONTEXTS[self.context]};\n", printing.target.major)
