"""The columns of tables."""

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from ..foreign_options import options_change
from ..model import Changed, ObjectId, OnRows, Statement, Target, Written
from ..model.type_facets import HoldsType
from ..options import alter_options
from ..quoting import ident, plain, qualified, remark, spell_types
from .column_not_null import RequiredColumn
from .column_query import NOT_NULL_NAMED_SINCE, SET_EXPRESSION_SINCE
from .column_text import COMPRESSION, STORAGE, STORED
from .conversions import by_fields, conversion, keeps_or_refuses, through_text, widens, without_modifiers


class Column(HoldsType, RequiredColumn):
    """A column of a table: pg_attribute. `detail` is the table; default and identity are objects of their own."""

    kind: ClassVar[str] = "column"

    @property
    def disposable(self) -> bool:
        return bool(self.generated) or self._elsewhere

    def brought(self, new: Self) -> Self:
        # Adding a column says nothing else of it to the tables below.
        return new.evolve(
            type=self.type,
            collation=self.collation,
            not_null=self.not_null and not self.not_null_no_inherit,
            not_null_constraint=self.not_null_constraint,
            not_null_name=new._led_name(self),
            not_null_given=self.not_null_given,
            not_null_no_inherit=False,
            not_null_comment=None,
            generated=self.generated,
            expression=self.expression,
            storage="",
            compression="",
            statistics=-1,
            options=(),
            foreign_options=(),
            comment=None,
            acl=None,
            labels=(),
        )

    def led(self, old: Self, new: Self) -> Self:
        became = self
        if (old.type, old.collation) != (new.type, new.collation):
            became = became.evolve(
                type=new.type,
                category=new.category,
                collation=new.collation,
                type_storage=new.type_storage,
                storage="",
                compression="",
            )
        if (old.generated, old.expression) != (new.generated, new.expression):
            became = became.evolve(generated=new.generated, expression=new.expression)
        return became._led_to_not_null(old, new)

    def cut_for(self, new: Self, leader: Self, leader_after: Self, *, shared: bool) -> bool:
        if leader.generated and not leader_after.generated and leader.ancestors and not new.settable_expression:
            return True  # Postgres drops an expression in no table that is a child and has children (until 16)
        if leader_after._unchecked and not leader.not_null:
            return bool(self.not_null_constraint) and self.not_null != new.not_null
        if not leader_after.passes_not_null:
            # DROP NOT NULL on a partitioned table spares no partition.
            return self.of_partition and self.not_null_of_key and new.not_null_of_key and leader.not_null
        if not new.not_null:
            return False
        if self.not_null_no_inherit:
            return True
        if not self.not_null:
            return leader_after._renames(new)
        led = leader._is_led_to_name(leader_after)
        if not leader.passes_not_null or not (led or leader._renames(leader_after)) or (led and self._renames(new)):
            return self._renames(new)
        # What is inherited is renamed with its ancestor's, if that has the same name and is the only one at the top.
        named = leader_after.evolve(not_null_name=leader_after.not_null_given) if led else leader_after
        alike = self.not_null_constraint == leader.not_null_constraint and not named._renames(new)
        return shared or not alike

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        if self.generated != new.generated:
            # DROP EXPRESSION makes a plain column of a stored one; no other way leads from one to another.
            return self.generated != STORED or bool(new.generated)
        if not self.generated:
            return False
        if not changed.isdisjoint({"type", "collation"}):
            return True
        # A virtual one can't get another expression beside a CHECK constraint; it holds nothing that would be lost.
        return "expression" in changed and not (self.generated == STORED and new.settable_expression)

    def known_to(self, major: int) -> Self:
        known = super().known_to(major)
        if major < SET_EXPRESSION_SINCE:
            known = known.evolve(settable_expression=False)
        if known.not_null_name and major < NOT_NULL_NAMED_SINCE:
            known = known.evolve(not_null_name="", not_null_given="")
        return known

    def is_just(self, used: ObjectId) -> bool:
        return self.type == qualified(used.schema, used.name)

    def retypes(self, new: Self, changed: frozenset[str]) -> bool:
        return not changed.isdisjoint({"type", "collation"})

    @property
    def retyped_with_parent(self) -> bool:
        return self.of_partition_key

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[Written]:
        column = f"{self.table} ALTER COLUMN {ident(self.name)}"
        only = f"{self.only_table} ALTER COLUMN {ident(self.name)}"
        if changed.take("generated"):
            changed.take("expression")
            yield f"ALTER {column} DROP EXPRESSION;"
        retyped = changed.take("type", "collation")
        if retyped:
            type_ = spell_types(new.type, target.major)
            using = "" if self._elsewhere else self.conversion_to(new, type_)
            said = self.by_text_to(new) if using is None else ""
            using = new.through_text(type_) if using is None else using
            sql = f"ALTER {column} TYPE {type_}{new._collate}{f' USING {using}' if using else ''};"
            yield Statement(sql=sql, remark=said, on_rows=self._felt_as(new))
            yield from new.settings_of_type()
        if changed.take("expression"):
            yield f"ALTER {column} SET EXPRESSION AS ({spell_types(new.expression or '', target.major)});"
        yield from self._alter_not_null(new, changed)
        if changed.take("storage", "type_storage") and not retyped:
            yield f"ALTER {only} SET STORAGE {STORAGE[new.storage or new.type_storage]};"
        if changed.take("compression") and not retyped:
            yield f"ALTER {only} SET COMPRESSION {COMPRESSION.get(new.compression, 'DEFAULT')};"
        if changed.take("statistics"):
            yield f"ALTER {only} SET STATISTICS {new.statistics};"
        if changed.take("options"):
            yield from alter_options(only, self.options, new.options)
        if changed.take("foreign_options"):
            yield f"ALTER {only}{options_change(self.foreign_options, new.foreign_options)};"

    def rebind(self, new: Self, target: Target, fields: tuple[str | None, ...] = ()) -> Iterator[Written]:
        column = f"{self.table} ALTER COLUMN {ident(self.name)}"
        type_ = spell_types(new.type, target.major)
        # A type of Postgres' own, named without a schema, is not new: its collation is, which changes no row.
        moved = "." in type_ and not self._elsewhere
        value = by_fields(ident(self.name), fields, type_) if fields else new.through_text(type_)
        using = f" USING {value}" if moved else ""
        yield Statement(sql=f"ALTER {column} TYPE {type_}{new._collate}{using};", on_rows=OnRows.MAY_FAIL)
        yield from new.settings_of_type()

    def converted_to(self, new: Self) -> tuple[str, str]:
        return without_modifiers(self.base or self.type), without_modifiers(new.base or new.type)

    def knowing_casts(self, types: Iterable[str]) -> Self:
        return self.evolve(casts=tuple(sorted({*self.casts, *types})))

    def conversion_to(self, new: Self, type_: str) -> str | None:
        """The expression that gives `new` its values, see `conversion`."""
        old, wanted = (self.base or self.type, self.category), (new.base or new.type, new.category)
        return conversion(ident(self.name), old, wanted, type_, self.casts)

    def through_text(self, type_: str) -> str:
        """The expression that gives it values of any other type."""
        return through_text(ident(self.name), type_, self.base, self.category)

    def by_text_to(self, new: Self) -> str:
        """The comment on values that go over by their text."""
        column, table = ident(self.name), qualified(self.schema, self.detail)
        return remark(
            f"Postgres has no cast from {plain(self.type)} to {plain(new.type)}: values go over by their text, and"
            f" fail or mean something else. To see them: SELECT DISTINCT {column}::text FROM {table}"
        )

    def _felt_as(self, new: Self) -> OnRows:
        """The effect on its values of the type of `new`."""
        if self.type == new.type or self.disposable or widens(self.type, new.type):
            return OnRows.NOTHING
        return OnRows.MAY_FAIL if keeps_or_refuses(self.type, new.type) else OnRows.LOSES | OnRows.MAY_FAIL
