"""A column's NOT NULL: led by that of an ancestor, added, renamed, dropped."""

from collections.abc import Iterator
from typing import Self

from ..model import Changed, OnRows, Statement, Written
from ..quoting import ident, qualified, remark
from .column_text import PrintedColumn


class RequiredColumn(PrintedColumn):
    """A column as far as it must have a value: `ALTER TABLE "t" ALTER COLUMN "c" SET NOT NULL`."""

    def _led_to_not_null(self, old: Self, new: Self) -> Self:
        named = {
            "not_null": new.not_null,
            "not_null_constraint": new.not_null_constraint,
            "not_null_name": self._led_name(new),
            "not_null_given": new.not_null_given,
        }
        if old.passes_not_null and new.passes_not_null:
            return self.evolve(**named) if old._renames(new) or old._is_led_to_name(new) else self
        if new.passes_not_null:
            return self if self.not_null else self.evolve(**named)
        if not old.passes_not_null or old.not_null_taken_below:
            return self
        if self.not_null_sayers is not None and self.not_null_sayers > 1:
            return self.evolve(not_null_sayers=self.not_null_sayers - 1)  # since 18 a table keeps what another says too
        if new.not_null and not old._elsewhere:
            return self.evolve(not_null_name=self.not_null_given)  # it becomes one
        return self.evolve(
            not_null=False, not_null_constraint="", not_null_name="", not_null_given=None, not_null_comment=None
        )

    def _led_name(self, leader: Self) -> str | None:
        """The name that counts of the NOT NULL that it has from `leader`: a dump says one of a partition's."""
        return leader.not_null_name if self.of_partition else None

    def _renames(self, new: Self) -> bool:
        """True if the name of its NOT NULL is to change."""
        return None not in (self.not_null_name, new.not_null_name) and self.not_null_name != new.not_null_name

    @property
    def _unchecked(self) -> bool:
        """True if it has a NOT NULL that rows were not checked for."""
        return bool(self.not_null_constraint) and not self.not_null

    @property
    def passes_not_null(self) -> bool:
        """True if the tables that inherit it have its NOT NULL."""
        return self.not_null and not self.not_null_no_inherit

    def _is_led_to_name(self, new: Self) -> bool:
        """True if its NOT NULL is that of an ancestor alone, and renamed with it."""
        inherited = self.not_null_name is None and new.not_null_name is None
        return inherited and self.not_null_given != new.not_null_given

    def _fill(self) -> Iterator[Written]:
        table, column = qualified(self.schema, self.detail), ident(self.name)
        without = f"{column} IS NULL"
        yield Statement(
            sql=f"UPDATE {table} SET {column} = DEFAULT WHERE {without};",
            remark=remark(
                f"Rows without a value get the default. To count them: SELECT count(*) FROM {table} WHERE {without}"
            ),
            on_rows=OnRows.FILLS,
        )

    @property
    def requirement(self) -> str:
        """The statement by which it becomes NOT NULL where it is."""
        if self.not_null_name or self.not_null_no_inherit or self.not_null_comment is not None:
            return f"ALTER {self.table} {self._added_not_null};"
        return f"ALTER {self.table} ALTER COLUMN {ident(self.name)} SET NOT NULL;"

    @property
    def requirement_of_new_rows(self) -> str:
        """The same for new rows alone, from 18."""
        return f"ALTER {self.table} {self._added_not_null} NOT VALID;"

    @property
    def _added_not_null(self) -> str:
        return f"ADD CONSTRAINT {ident(self.not_null_constraint)} NOT NULL {ident(self.name)}{self._no_inherit}"

    def _alter_not_null(self, new: Self, changed: Changed) -> Iterator[Written]:
        renamed, inherits = changed.take("not_null_name"), changed.take("not_null_no_inherit")
        # What it only inherits has been renamed with its ancestor's.
        led = self.not_null_name is None and new.not_null_name is None
        constraint = new.not_null_constraint if led else self.not_null_constraint
        if changed.take("not_null"):
            constraint = new.not_null_constraint
            filled = new.filled and not self._elsewhere
            refusable = OnRows.NOTHING if filled else OnRows.MAY_FAIL
            if new.not_null and filled:
                yield from self._fill()
                if self.deferred or new.deferred:
                    yield "SET CONSTRAINTS ALL IMMEDIATE;"
            if not new.not_null:
                table = self.only_table if self.not_null_taken_below else self.table
                yield f"ALTER {table} ALTER COLUMN {ident(self.name)} DROP NOT NULL;"
            else:
                yield Statement(sql=new.requirement, on_rows=refusable)
        elif inherits and self._elsewhere:
            constraint = new.not_null_constraint
            yield f"ALTER {self.table} DROP CONSTRAINT {ident(self.not_null_constraint)};"
            yield f"ALTER {self.table} {new._added_not_null};"
        elif renamed or inherits:
            # It is renamed while no table inherits it.
            if inherits and new.not_null_no_inherit:
                yield f"ALTER {self.table} ALTER CONSTRAINT {ident(constraint)} NO INHERIT;"
            if renamed:
                constraint = new.not_null_constraint
                # ALTER FOREIGN TABLE has no word for this.
                table = qualified(self.schema, self.detail)
                yield f"ALTER TABLE {table} RENAME CONSTRAINT {ident(self.not_null_constraint)} TO {ident(constraint)};"
            if inherits and not new.not_null_no_inherit:
                yield f"ALTER {self.table} ALTER CONSTRAINT {ident(constraint)} INHERIT;"
        if changed.take("not_null_comment") and new.not_null:
            yield new._remark(constraint)
