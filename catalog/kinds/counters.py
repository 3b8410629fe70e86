"""The common base of sequences and identity columns."""

from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString, Self

from ..model import Changed, Object, OnRows, Statement, Written, alter
from ..model.row_facets import Counting
from ..priority import Priority
from ..quoting import ident, literal, qualified
from .column_fields import ColumnFields
from .conversions import without_modifiers
from .usual_casts import NUMBERS

UNLOGGED_SINCE: Final = 15
"""The major that first has unlogged sequences."""
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


class Counter(Counting, Object):
    """A sequence of its own, or that of an identity column: pg_sequence."""

    catalog: ClassVar[str] = "pg_class"
    priority: ClassVar[int] = Priority.TABLE
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

    def known_to(self, major: int) -> Self:
        known = super().known_to(major)
        return known if major >= UNLOGGED_SINCE else known.evolve(unlogged=False)

    @property
    def disposable(self) -> bool:
        return False

    def survives_retyping(self, new: Self) -> bool:
        return True

    @property
    def begins_again(self) -> bool:
        return self.cycle

    @property
    def sequence(self) -> str:
        """The sequence's name in SQL."""
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
        """The options for its bounds: `NO MINVALUE`, `MAXVALUE 9`."""
        return (
            "NO MINVALUE" if self.minimum is None else f"MINVALUE {self.minimum}",
            "NO MAXVALUE" if self.maximum is None else f"MAXVALUE {self.maximum}",
        )

    def goes_on_after(self, column: Object) -> tuple[str, ...]:
        if not isinstance(column, ColumnFields) or column.disposable:
            return ()
        type_ = without_modifiers(column.base or column.type)
        if type_ not in NUMBERS:
            return ()
        whole, table = type_ in HIGHEST, qualified(column.schema, column.detail)
        wide = not whole or HIGHEST[type_] > HIGHEST[self.data_type]
        return self.catching_up(table, column.name, wide=wide, whole=whole)

    def catching_up(self, table: str, column: str, *, wide: bool = False, whole: bool = True) -> tuple[str, ...]:
        """The statement that lets it go on after the numbers that the rows of a table hold, be they `whole` or not."""
        last, beyond = ("max", ">=") if self.increment > 0 else ("min", "<=")
        # A number that it never draws is none to go on after, and setval() takes none.
        low, high = self.bounds
        given = wide or (self.minimum if self.increment < 0 else self.maximum) is not None
        among = f" FILTER (WHERE {ident(column)} BETWEEN {low} AND {high})" if given else ""
        held = f'"pg_catalog"."{last}"({ident(column)}){among}'
        towards = "floor" if self.increment > 0 else "ceil"
        drawn = held if whole else f'"pg_catalog"."{towards}"({held})::bigint'
        return (
            f'SELECT "pg_catalog"."setval"({literal(self.sequence)}, {drawn})'
            f' FROM {table} HAVING {held} {beyond} (SELECT "last_value" FROM {self.sequence});',
        )

    def carry_over(self, new: Self, setting: str) -> tuple[str, str]:
        # Rows don't tell: others draw from it, row security hides some, and those with the last numbers may be gone.
        saved = f'"pg_catalog"."split_part"("pg_catalog"."current_setting"(\'{setting}\'), \' \', %d)'
        value, drawn = f"{saved % 1}::bigint", f"{saved % 2}::boolean"
        within = "" if new.bounds == self.bounds else " WHERE {} BETWEEN {} AND {}".format(value, *new.bounds)
        if self.turns(new):
            within = f" WHERE {drawn}"
            value, drawn = self._beyond(new)
        return (
            f'SELECT "pg_catalog"."set_config"(\'{setting}\','
            f' "pg_catalog"."concat"("last_value", \' \', "is_called"), false) FROM {self.sequence};',
            f'SELECT "pg_catalog"."setval"({literal(new.sequence)}, {value}, {drawn}){within};',
        )

    def _may_have_passed(self, new: Self) -> bool:
        """True if it may have drawn a number that lies beyond the new bounds."""
        (low, high), (new_low, new_high) = self.bounds, new.bounds
        return high > new_high if self.increment > 0 else low < new_low

    def _moves_to_start(self, new: Self) -> bool:
        """True if a value outside of the new bounds gives way. Numbers that would be drawn twice do not."""
        return not _within(self.start, new.bounds) or self.turns(new)

    def turns(self, new: Self) -> bool:
        """True if it goes the other way from then on."""
        return (self.increment > 0) != (new.increment > 0)

    def _beyond(self, new: Self) -> tuple[str, str]:
        """(value, is_called) for setval(), from which it goes the other way without drawing a number twice."""
        furthest = min if new.increment < 0 else max
        value, end = furthest(new.start, self.start + new.increment), new.bounds[0 if new.increment < 0 else 1]
        return (str(value), "false") if _within(value, new.bounds) else (str(end), "true")

    def _turning(self, new: Self) -> str:
        """The statement that lets it go the other way."""
        value, called = self._beyond(new)
        if (value, called) != (str(new.start), "false"):
            value = f'CASE WHEN "is_called" THEN {value} ELSE {new.start} END'
            called = '"is_called"' if called == "true" else called
        return f'SELECT "pg_catalog"."setval"({literal(new.sequence)}, {value}, {called}) FROM {new.sequence};'

    def alter_counting(self, new: Self, changed: Changed, *, retype: bool = False) -> Iterator[Written]:
        """The statements that give it the options of `new`; with `retype` its type too, which a column else brings."""
        sequence = f"SEQUENCE {new.sequence}"
        starts_anew, on_rows = self._moves_to_start(new), OnRows.NOTHING
        if self._may_have_passed(new):
            on_rows = OnRows.LOSES if starts_anew else OnRows.MAY_FAIL
        if changed.take("unlogged"):
            yield f"ALTER {sequence} SET {'UNLOGGED' if new.unlogged else 'LOGGED'};"
        changed.take("minimum", "maximum")
        type_ = self.data_type if retype else new.data_type
        bounds = _retyped(self.bounds, self.data_type, type_)
        # Postgres refuses bounds that leave the present value out, as they do where nothing was ever drawn.
        if self.turns(new) or (starts_anew and _united(bounds, new.bounds) != new.bounds):
            if _united(bounds, new.bounds) != bounds:
                low, high = bounds = _united(bounds, new.bounds)
                wider = HIGHEST[new.data_type] > HIGHEST[type_]
                type_ = new.data_type if wider else type_
                yield f"ALTER {sequence} {f'AS {type_} ' if wider else ''}MINVALUE {low} MAXVALUE {high};"
            yield self._turning(new) if self.turns(new) else new._starting_anew()
        actions = [] if type_ == new.data_type else [f"AS {new.data_type}"]
        if changed.take("increment"):
            actions.append(f"INCREMENT BY {new.increment}")
        actions += new._limits_from(bounds, type_)
        if changed.take("start"):
            actions.append(f"START WITH {new.start}")
        if changed.take("cache"):
            actions.append(f"CACHE {new.cache}")
        if changed.take("cycle"):
            actions.append("CYCLE" if new.cycle else "NO CYCLE")
        if actions:
            yield Statement(sql=f"ALTER {sequence} {' '.join(actions)};", on_rows=on_rows)

    def _starting_anew(self) -> str:
        low, high = self.bounds
        return (
            f'SELECT "pg_catalog"."setval"({literal(self.sequence)}, {self.start}, false) FROM {self.sequence}'
            f' WHERE "last_value" NOT BETWEEN {low} AND {high};'
        )

    def _limits_from(self, bounds: tuple[int, int], type_: str) -> Iterator[str]:
        """The options that give it its bounds, from others of the type `type_`."""
        # With AS, NO MINVALUE and NO MAXVALUE can mean the ends of the type whatever the direction.
        low, high = self.bounds
        words = self.limits() if type_ == self.data_type else (f"MINVALUE {low}", f"MAXVALUE {high}")
        left = _retyped(bounds, type_, self.data_type)
        return (word for word, has, wants in zip(words, left, self.bounds, strict=True) if has != wants)


def _within(value: int, bounds: tuple[int, int]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _united(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return min(one[0], other[0]), max(one[1], other[1])


def _retyped(bounds: tuple[int, int], old: str, new: str) -> tuple[int, int]:
    """The bounds that another type leaves: an end of the old type becomes that of the new one."""
    low, high = bounds
    return (
        -HIGHEST[new] - 1 if low == -HIGHEST[old] - 1 else low,
        HIGHEST[new] if high == HIGHEST[old] else high,
    )
