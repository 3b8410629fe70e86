"""A column's line in CREATE TABLE, and the statements behind that."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ..foreign_options import options_clause
from ..model import Entry, Object, OnRows, Printing, Statement, Target, Written, on_relation, statements
from ..model.row_facets import Demanding
from ..quoting import ident, literal, spell_types
from .column_fields import ColumnFields
from .sequences import PlainSequence

STORAGE: Final = {"p": "PLAIN", "e": "EXTERNAL", "x": "EXTENDED", "m": "MAIN"}
COMPRESSION: Final = {"p": "pglz", "l": "lz4"}
STORED: Final = "s"
OPTIONS_OF_ONLY_SINCE: Final = 17
NOT_NULL_LISTED_SINCE: Final = 18
PLAIN_NAME: Final = re.compile("[a-z_][a-z0-9_]*")


class PrintedColumn(Demanding, ColumnFields):
    """A column as it is printed, added and dropped."""

    @property
    def printed(self) -> bool:
        """True if CREATE TABLE names it: what comes from another table comes by itself, but for a partition's."""
        return self.local or self.of_partition

    @property
    def demand(self) -> str:
        return f"CHECK (({ident(self.name)} IS NOT NULL))" if self.not_null else ""

    def line(self, parts: Sequence[Object], target: Target) -> str:
        """Its line in CREATE TABLE, empty where there is nothing to say."""
        if not self.printed:
            return self._inherited_line(target)
        if not self.of_type:
            return self.definition(parts, target)
        said = self._details(parts, target)
        return f"{ident(self.name)}{said}{self._collate}" if said else ""

    def _inherited_line(self, target: Target) -> str:
        if not self.not_null_said or target.major < NOT_NULL_LISTED_SINCE:
            return ""
        name = self._not_null_name
        # pg_dump quotes no name here.
        named = f"CONSTRAINT {name if PLAIN_NAME.fullmatch(name) else ident(name)} " if name else ""
        return f"{named}NOT NULL {ident(self.name)}{self._no_inherit}"

    def definition(self, parts: Sequence[Object], target: Target) -> str:
        """The definition in CREATE TABLE and behind ADD COLUMN, with its inline `parts` (its default)."""
        return f"{ident(self.name)} {spell_types(self.type, target.major)}{self._details(parts, target)}{self._collate}"

    def _details(self, parts: Sequence[Object], target: Target) -> str:
        text = f" {self.generation(target)}" if self.generated and self.generation_said else ""
        for part in parts:
            if clause := part.clause(target):
                text += f" {clause}"
        if self.not_null and (self.not_null_said or self.of_partition):
            text += f" {self._not_null(target)}"
        return text

    @property
    def _collate(self) -> str:
        return f" COLLATE {self.collation}" if self.collation else ""

    def generation(self, target: Target) -> str:
        """The clause of a generated column that says of what."""
        expression = spell_types(self.expression or "", target.major)
        return f"GENERATED ALWAYS AS ({expression}){' STORED' if self.generated == STORED else ''}"

    @property
    def _not_null_name(self) -> str:
        # pg_dump leaves out the name that Postgres would pick.
        usual = self.not_null_constraint == f"{self.detail}_{self.name}_not_null" and self.not_null_comment is None
        return "" if usual else self.not_null_constraint

    @property
    def _no_inherit(self) -> str:
        return " NO INHERIT" if self.not_null_no_inherit else ""

    def _not_null(self, target: Target) -> str:
        name = self.not_null_constraint if target.usual_names_taken else self._not_null_name
        return f"{f'CONSTRAINT {ident(name)} ' if name else ''}NOT NULL{self._no_inherit}"

    def settings(self, target: Target) -> Iterator[str]:
        """The statements for what CREATE TABLE as pg_dump writes it does not say."""
        if not self.printed and self.not_null_said and target.major < NOT_NULL_LISTED_SINCE:
            yield f"{self._alone} SET NOT NULL;"
        if self.statistics >= 0:
            yield f"{self._alone} SET STATISTICS {self.statistics};"
        yield from self.settings_of_type()
        if self.options:
            yield f"{self._alone} SET ({', '.join(self.options)});"
        if self.foreign_options:
            table = self.only_table if target.major >= OPTIONS_OF_ONLY_SINCE else self.table
            yield f"ALTER {table} ALTER COLUMN {ident(self.name)}{options_clause(self.foreign_options)};"

    def settings_of_type(self) -> Iterator[str]:
        """The statements for settings that ALTER TYPE puts back to the defaults."""
        if self.storage:
            yield f"{self._alone} SET STORAGE {STORAGE[self.storage]};"
        if self.compression:
            yield f"{self._alone} SET COMPRESSION {COMPRESSION[self.compression]};"

    @property
    def _alone(self) -> str:
        """The start of a statement that alters it in no table that inherits it: `ALTER TABLE ONLY … ALTER COLUMN …`."""
        return f"ALTER {self.only_table} ALTER COLUMN {ident(self.name)}"

    def remarks(self) -> Iterator[Entry]:
        """The entry for the comment on its NOT NULL (18)."""
        if self.not_null_comment is not None:
            tag = on_relation("CONSTRAINT", self.not_null_constraint, "", self.detail)
            sql = f"{self._remark(self.not_null_constraint)}\n"
            yield Entry(desc="COMMENT", tag=tag, sql=sql, after_remarks=True)

    def _remark(self, constraint: str) -> str:
        signature = on_relation("CONSTRAINT", constraint, self.schema, self.detail)
        comment = "NULL" if self.not_null_comment is None else literal(self.not_null_comment)
        return f"COMMENT ON {signature} IS {comment};"

    def create(self, printing: Printing) -> tuple[Written, ...]:
        sequences = [part for part in printing.parts if isinstance(part, PlainSequence)]
        # The table that it has them from, if any, is no parent yet.
        whole = self.evolve(local=True, not_null_said=True, generation_said=True)
        sql = f"ALTER {self.table} ADD COLUMN {whole.definition(printing.parts, printing.target)};"
        refusable = self.not_null and not printing.parts
        return (
            *(each for part in sequences for each in part.before_parent(printing.target)),
            Statement(sql=sql, on_rows=OnRows.MAY_FAIL if refusable else OnRows.NOTHING),
            *whole.settings(printing.target),
            *(each for entry in self.remarks() for each in statements(entry.sql)),
            *(each for part in sequences for each in part.after_parent()),
        )

    def drop(self) -> str:
        return f"ALTER {self.table} DROP COLUMN {ident(self.name)};"

    def drop_alone(self) -> str:
        return f"ALTER {self.only_table} DROP COLUMN {ident(self.name)};"
