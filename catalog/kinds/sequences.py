"""Sequences, but for those of identity columns."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final, LiteralString, Self

from ..model import Changed, Entry, Object, ObjectId, Target, alter, declared, equal
from ..priority import Priority
from ..quoting import ident, literal, qualified
from .relations import OF_USERS

HIGHEST: Final = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}

COUNTER_FIELDS: Final[LiteralString] = """
                 , r.rolname::text                          as owner
                 , c.relacl::text[]                         as acl
                 , acldefault('s', c.relowner)::text[]      as acl_default
                 , c.relpersistence = 'u'                   as unlogged
                 , format_type(s.seqtypid, null)            as type
                 , s.seqstart                               as start
                 , s.seqincrement                           as increment
                 , nullif(s.seqmin, case when s.seqincrement > 0 then 1 else l.lowest end)   as minimum
                 , nullif(s.seqmax, case when s.seqincrement > 0 then l.highest else -1 end) as maximum
                 , s.seqcache                               as cache
                 , s.seqcycle                               as cycle
"""
COUNTER_TABLES: Final[LiteralString] = """
              from pg_class c
              join pg_namespace n on n.oid = c.relnamespace
              join pg_roles r     on r.oid = c.relowner
              join pg_sequence s  on s.seqrelid = c.oid
              join ( values ('smallint'::regtype, -32768::bigint, 32767::bigint)
                          , ('integer', -2147483648, 2147483647)
                          , ('bigint', -9223372036854775808, 9223372036854775807)
                   ) l (type, lowest, highest) on l.type = s.seqtypid
"""


@declared
class Counter(Object):
    """What a sequence of its own and that of an identity column have in common: pg_sequence."""

    catalog: ClassVar[str] = "pg_class"
    priority: ClassVar[int] = Priority.TABLE
    survives_retyping: ClassVar[bool] = True
    default_acl_type: ClassVar[str] = "S"

    unlogged: bool = alter()
    start: int = alter()
    increment: int = alter()
    minimum: int | None = alter()
    """None for what the type and the direction give it."""
    maximum: int | None = alter()
    """As `minimum`."""
    cache: int = alter()
    cycle: bool = alter()

    @property
    def disposable(self) -> bool:
        return False

    @property
    def sequence(self) -> str:
        """How SQL names the sequence."""
        return self.signature().removeprefix("SEQUENCE ")

    @property
    def data_type(self) -> str:
        """smallint, integer or bigint."""
        raise NotImplementedError

    @property
    def bounds(self) -> tuple[int, int]:
        """Its lowest and its highest value."""
        highest = HIGHEST[self.data_type]
        low, high = (1, highest) if self.increment > 0 else (-highest - 1, -1)
        return (low if self.minimum is None else self.minimum, high if self.maximum is None else self.maximum)

    def counting(self) -> tuple[str, ...]:
        """Its options, in pg_dump's order."""
        cycle = ("CYCLE",) if self.cycle else ()
        return (
            f"START WITH {self.start}",
            f"INCREMENT BY {self.increment}",
            *self.limits(),
            f"CACHE {self.cache}",
            *cycle,
        )

    def limits(self) -> tuple[str, str]:
        """Those about its bounds."""
        return (
            "NO MINVALUE" if self.minimum is None else f"MINVALUE {self.minimum}",
            "NO MAXVALUE" if self.maximum is None else f"MAXVALUE {self.maximum}",
        )

    def catching_up(self, table: str, column: str) -> tuple[str, ...]:
        """The statement that lets it go on after the numbers that the rows of a table hold."""
        last, beyond = ("max", ">=") if self.increment > 0 else ("min", "<=")
        held = f'"pg_catalog"."{last}"({ident(column)})'
        return (
            f'SELECT "pg_catalog"."setval"({literal(self.sequence)}, {held})'
            f" FROM {qualified(self.schema, table)} HAVING {held} {beyond} {self.start};",
        )

    def alter_counting(self, new: Self, changed: Changed, retype: Sequence[str] = ()) -> Iterator[str]:
        """The statements that give it the options of `new`; `retype` is what changes its type."""
        sequence = f"SEQUENCE {new.sequence}"
        if changed.take("unlogged"):
            yield f"ALTER {sequence} SET {'UNLOGGED' if new.unlogged else 'LOGGED'};"
        actions = list(retype)
        if changed.take("increment"):
            actions.append(f"INCREMENT BY {new.increment}")
        if changed.take("minimum", "maximum") or retype or (self.increment > 0) != (new.increment > 0):
            yield from self._come_within(new, retype)
            actions += new.limits()
        if changed.take("start"):
            actions.append(f"START WITH {new.start}")
        if changed.take("cache"):
            actions.append(f"CACHE {new.cache}")
        if changed.take("cycle"):
            actions.append("CYCLE" if new.cycle else "NO CYCLE")
        if actions:
            yield f"ALTER {sequence} {' '.join(actions)};"

    def _come_within(self, new: Self, retype: Sequence[str]) -> Iterator[str]:
        """Postgres refuses bounds that leave the present value out, as they do where nothing was ever drawn: a value
        outside moves to the new start first. One that is within stays."""
        (low, high), (new_low, new_high) = self.bounds, new.bounds
        if new_low <= self.start <= new_high:
            return
        if not low <= new.start <= high:
            wider = retype if HIGHEST[new.data_type] > HIGHEST[self.data_type] else ()
            actions = (*wider, f"MINVALUE {min(low, new_low)}", f"MAXVALUE {max(high, new_high)}")
            yield f"ALTER SEQUENCE {new.sequence} {' '.join(actions)};"
        yield (
            f'SELECT "pg_catalog"."setval"({literal(new.sequence)}, {new.start}, false) FROM {new.sequence}'
            f' WHERE "last_value" NOT BETWEEN {new_low} AND {new_high};'
        )


@declared
class PlainSequence(Counter):
    """A sequence, be it a column's (serial) or its own: pg_class with relkind S."""

    kind: ClassVar[str] = "sequence"
    keyword: ClassVar[str] = "SEQUENCE"
    owned_as_table: ClassVar[bool] = True
    guarded: ClassVar[str] = "CREATE SEQUENCE IF NOT EXISTS"

    type: str = alter()
    owned_by: tuple[str, str] | None = alter()
    """The table and the column with which it is dropped; None also where an extension made that table, which a dump
    can't name."""
    serial: bool = equal()
    """Whether that column's default draws its numbers from it, as the default says."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            """
            select c.oid
                 , n.nspname::text                          as schema
                 , c.relname::text                          as name
                 , ''                                       as detail
                 , case when d.objid is not null then array[t.relname::text, a.attname::text] end as owned_by
                 , exists ( select from pg_attrdef f
                              join pg_depend fd on fd.classid = 'pg_attrdef'::regclass and fd.objid = f.oid
                             where fd.refclassid = 'pg_class'::regclass and fd.refobjid = c.oid
                               and f.adrelid = d.refobjid and f.adnum = d.refobjsubid
                               and a.atttypid in ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
                          )                                 as serial
"""
            + COUNTER_FIELDS
            + COUNTER_TABLES
            + """
              left join pg_depend d    on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.objsubid = 0
                                      and d.refclassid = 'pg_class'::regclass and d.deptype = 'a'
                                      and not exists ( select from pg_depend
                                                        where classid = 'pg_class'::regclass
                                                          and objid = d.refobjid and deptype = 'e' )
              left join pg_class t     on t.oid = d.refobjid
              left join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
             where not exists ( select from pg_depend
                                 where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'i' )
               and """
            + OF_USERS
            + "order by n.nspname, c.relname"
        )

    @property
    def parent(self) -> ObjectId | None:
        return ObjectId("column", self.schema, self.owned_by[1], self.owned_by[0]) if self.owned_by else None

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        return (("relation", self.schema, self.name),)

    @property
    def data_type(self) -> str:
        return self.type

    def create(self, parts: Sequence[Object], target: Target, *, shell: bool = False) -> str:
        del parts, target, shell
        type_ = () if self.type == "bigint" else (f"AS {self.type}",)
        options = "".join(f"\n    {option}" for option in (*type_, *self.counting()))
        return f"CREATE {'UNLOGGED ' if self.unlogged else ''}{self.signature()}{options};\n"

    def entries(self, parts: Sequence[Object], target: Target, *, shell: bool = False) -> tuple[Entry, ...]:
        own = Entry(desc=self.keyword, tag=self.tag, sql=self.create(parts, target), owned=True)
        if self.owned_by is None:
            return (own,)
        return (own, Entry(desc="SEQUENCE OWNED BY", tag=self.tag, sql=f"{self.ownership()}\n"))

    @property
    def joins(self) -> bool:
        return self.owned_by is not None

    @property
    def catch_up(self) -> tuple[str, ...]:
        if self.owned_by is None or not self.serial:
            return ()
        return self.catching_up(*self.owned_by)

    def clause(self, target: Target) -> str:
        del target
        return ""

    def before_parent(self, target: Target) -> Iterator[str]:
        # A column that rows get must have its numbers at once: they may not be null.
        yield self.create((), target).removesuffix("\n")
        if self.owner is not None and self.owner != target.role:
            yield f"ALTER {self.owner_signature(target)} OWNER TO {ident(self.owner)};"

    def after_parent(self) -> Iterator[str]:
        yield self.ownership()

    def ownership(self) -> str:
        """The statement that makes it a column's, or its own again."""
        if self.owned_by is None:
            return f"ALTER {self.signature()} OWNED BY NONE;"
        table, column = self.owned_by
        return f"ALTER {self.signature()} OWNED BY {qualified(self.schema, table)}.{ident(column)};"

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        if changed.take("owned_by"):
            yield new.ownership()
        retype = (f"AS {new.type}",) if changed.take("type") else ()
        yield from self.alter_counting(new, changed, retype)
