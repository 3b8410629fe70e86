"""Identity columns."""

from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString, Self

from ..acl import AclItem
from ..model import Changed, ObjectId, Placement, Printing, Target, Written, alter, equal
from ..model.dump_facets import BeginsWith, MadeAtOnce
from ..model.tie_facets import ForAll
from ..quoting import ident, qualified
from .counters import COUNTER_FIELDS, COUNTER_TABLES, HIGHEST, UNLOGGED_SINCE, Counter
from .relations import OF_USERS

PRIVILEGES_SINCE: Final = 15
"""The major from which on pg_dump prints the privileges on an identity's sequence whatever those on its table are."""
ON_PARTITIONS_SINCE: Final = 17

_TABLE_GRANTED: Final[LiteralString] = """
                   t.relacl is not null
                   and array( select x::text from unnest(t.relacl) x order by 1 )
                    <> array( select x::text from unnest(acldefault('r', t.relowner)) x order by 1 )
                   or exists ( select from pg_attribute where attrelid = t.oid and attacl is not null )"""


class Identity(ForAll, MadeAtOnce, BeginsWith, Counter):
    """A column's being an identity, with the sequence behind it. `name` is the column, `detail` the table.

    Owner, comment and privileges are the sequence's.
    """

    kind: ClassVar[str] = "identity"
    defined_by: ClassVar[tuple[str, ...]] = ("AlterTableStmt",)
    presence: ClassVar[LiteralString] = "pg_sequence"
    keyword: ClassVar[str] = "SEQUENCE"
    placement: ClassVar[Placement] = Placement.JOINED
    ownable: ClassVar[bool] = False
    ahead_of_whole: ClassVar[bool] = False

    always: bool = alter()
    sequence_name: str = alter()
    type: str = equal()
    """The column's, which says so itself; ALTER COLUMN … TYPE brings the sequence along."""
    table_unlogged: bool = equal()
    """True if the table is; it says so itself."""
    table_granted: bool = equal()
    """True if the privileges on the table or on a column of it were changed; only asked where pg_dump minds it."""
    of_partitions: bool = equal()
    """True if the table's partitions have it too."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        return (
            """
            select c.oid
                 , n.nspname::text                          as schema
                 , a.attname::text                          as name
                 , t.relname::text                          as detail
                 , a.attidentity = 'a'                      as always
                 , c.relname::text                          as sequence_name
                 , t.relpersistence = 'u'                   as table_unlogged
                 , """
            + ("true" if version // 10000 >= PRIVILEGES_SINCE else _TABLE_GRANTED)
            + """
                                                            as table_granted
                 , """
            + ("t.relkind = 'p'" if version // 10000 >= ON_PARTITIONS_SINCE else "false")
            + """
                                                            as of_partitions
"""
            + COUNTER_FIELDS
            + COUNTER_TABLES
            + """
              join pg_depend d    on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.objsubid = 0
                                 and d.refclassid = 'pg_class'::regclass and d.deptype = 'i'
              join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
              join pg_class t     on t.oid = d.refobjid
             where a.attidentity <> ''
               and """
            + OF_USERS
            + "order by n.nspname, c.relname"
        )

    def initial_acl(self, target: Target) -> tuple[AclItem, ...]:
        if target.reloaded_by is None and target.major < PRIVILEGES_SINCE and not self.table_granted:
            return self.acl_default if self.acl is None else self.acl
        return self.acl_default

    @property
    def parent(self) -> ObjectId:
        return ObjectId("column", self.schema, self.name, self.detail)

    @property
    def at_once(self) -> bool:
        return True

    @property
    def for_followers(self) -> bool:
        return self.of_partitions

    def known_to(self, major: int) -> Self:
        known = super().known_to(major)
        return known if major >= ON_PARTITIONS_SINCE else known.evolve(of_partitions=False)

    @property
    def behind(self) -> tuple[str, ...]:
        return ()

    @property
    def catch_up(self) -> tuple[str, ...]:
        return self.catching_up(qualified(self.schema, self.detail), self.name)

    @property
    def sort_name(self) -> str:
        return self.sequence_name

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        return (("relation", self.schema, self.sequence_name),)

    @property
    def tag(self) -> str:
        return self.sequence_name

    @property
    def data_type(self) -> str:
        return self.type

    @property
    def column(self) -> str:
        """The column as ALTER names it."""
        return f"TABLE {qualified(self.schema, self.detail)} ALTER COLUMN {ident(self.name)}"

    def signature(self, *, qualify: bool = True) -> str:
        return f"{self.keyword} {qualified(self.schema if qualify else '', self.sequence_name)}"

    @property
    def _generation(self) -> str:
        return f"GENERATED {'ALWAYS' if self.always else 'BY DEFAULT'}"

    def _options(self, target: Target) -> tuple[str, ...]:
        persistence: tuple[str, ...] = ()
        if self.unlogged != self.table_unlogged and target.major >= UNLOGGED_SINCE:
            persistence = ("UNLOGGED" if self.unlogged else "LOGGED",)
        return (f"SEQUENCE NAME {self.sequence}", *persistence, *self.counting())

    def clause(self, target: Target) -> str:
        # What goes without saying is not said.
        first = self.bounds[0 if self.increment > 0 else 1]
        usual = (f"START WITH {first}", "INCREMENT BY 1", "NO MINVALUE", "NO MAXVALUE", "CACHE 1")
        options = (option for option in self._options(target) if option not in usual)
        return f"{self._generation} AS IDENTITY ({' '.join(options)})"

    def create(self, printing: Printing) -> str:
        options = "".join(f"\n    {option}" for option in self._options(printing.target))
        return f"ALTER {self.column} ADD {self._generation} AS IDENTITY ({options}\n);\n"

    def drop(self) -> str:
        return f"ALTER {self.column} DROP IDENTITY;"

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        # A column's type can't change to one that its sequence's numbers exceed, and they can't follow before it.
        given = [number for number in (self.start, self.minimum, self.maximum) if number is not None]
        return any(not -HIGHEST[new.type] - 1 <= number <= HIGHEST[new.type] for number in given)

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[Written]:
        if changed.take("sequence_name"):
            yield f"ALTER {self.signature()} RENAME TO {ident(new.sequence_name)};"
        if changed.take("always"):
            yield f"ALTER {self.column} SET {new._generation};"
        yield from self.alter_counting(new, changed)
        if self.turns(new):
            yield from new.catch_up
