"""The columns of tables."""

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar, Final, LiteralString, Self

from ..foreign_options import options_change, options_clause
from ..model import Changed, Entry, Lead, Object, ObjectId, Target, alter, declared, equal, on_relation, replace
from ..options import alter_options
from ..priority import Priority
from ..quoting import ident, literal, qualified, spell_types
from .column_query import column_query
from .conversions import conversion, through_text, widens
from .inheritance import led_by
from .relations import FOREIGN_TABLE, altered

STORAGE: Final = {"p": "PLAIN", "e": "EXTERNAL", "x": "EXTENDED", "m": "MAIN"}
COMPRESSION: Final = {"p": "pglz", "l": "lz4"}
STORED: Final = "s"
OPTIONS_OF_ONLY_SINCE: Final = 17
NOT_NULL_LISTED_SINCE: Final = 18
PLAIN_NAME: Final = re.compile("[a-z_][a-z0-9_]*")


@declared
class Column(Object):
    """A column of a table: pg_attribute. `detail` is the table; default and identity are objects of their own."""

    kind: ClassVar[str] = "column"
    keyword: ClassVar[str] = "COLUMN"
    catalog: ClassVar[str] = "pg_class"
    priority: ClassVar[int] = Priority.TABLE
    embedded: ClassVar[bool] = True
    labelled_with_parent: ClassVar[bool] = True
    matched: ClassVar[bool] = True
    merged: ClassVar[bool] = True
    ownable: ClassVar[bool] = False

    relation_kind: str = replace()
    """The kind of its table: another one can have the same name later."""
    number: int = equal()
    """pg_attribute.attnum. The order of columns alone is no difference: nothing but a new table could change it."""
    type: str = alter()
    category: str = equal()
    """pg_type.typcategory, of the element for an array. `type` says more; this says how values get across."""
    collation: str | None = alter()
    """Qualified, where it is not the type's own."""
    not_null: bool = alter()
    not_null_constraint: str = equal()
    """The name of its NOT NULL, empty before 18; `not_null_name` is what counts of it."""
    not_null_name: str = alter()
    """The same, empty for a name that Postgres picked."""
    not_null_no_inherit: bool = alter()
    not_null_comment: str | None = alter()
    not_null_said: bool = equal()
    """Whether CREATE TABLE says it, since the table does not have it from another one."""
    generated: str = alter()
    """pg_attribute.attgenerated: empty, s for stored or v for virtual."""
    expression: str | None = alter()
    """What it is generated as."""
    generation_said: bool = equal()
    """Whether CREATE TABLE says it, since the table does not have it from another one."""
    settable_expression: bool = equal()
    """Whether its server can change that in place (17); it is a fact about the server, not about the column."""
    storage: str = alter()
    """pg_attribute.attstorage, empty for the type's own."""
    type_storage: str = alter()
    """The type's own storage. A column that is there keeps its own when the type's is altered."""
    compression: str = alter()
    """pg_attribute.attcompression."""
    statistics: int = alter()
    """The statistics target, -1 for the default one."""
    options: tuple[str, ...] = alter()
    """`name=value`."""
    foreign_options: tuple[tuple[str, str], ...] = alter()
    """What the wrapper of a foreign table is told of it."""
    ancestors: tuple[tuple[str, ...], ...] = equal()
    """(schema, table, kind of it) of each that its table inherits from, or is a partition of, and that has it too."""
    local: bool = equal()
    """Whether the table has it of its own, and not only from another. No statement takes that back."""
    of_partition: bool = equal()
    """Whether the table is a partition: its place among partitions is an object of its own."""
    of_type: bool = equal()
    """Whether the table has its columns from a type, as the table says."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        return column_query(version)

    @property
    def parent(self) -> ObjectId:
        return ObjectId(self.relation_kind, self.schema, self.detail)

    @property
    def leads(self) -> tuple[Lead, ...]:
        if not self.ancestors:
            return ()
        return led_by(self.kind, self.name, self.schema, self.detail, self.ancestors, of_partition=self.of_partition)

    @property
    def comes_along(self) -> bool:
        return not self.local

    @property
    def goes_along(self) -> bool:
        return not self.local

    @property
    def disposable(self) -> bool:
        return bool(self.generated) or self._elsewhere

    @property
    def _elsewhere(self) -> bool:
        """Whether its values are not stored here."""
        return self.relation_kind == FOREIGN_TABLE

    @property
    def sort_key(self) -> tuple[object, ...]:
        return (self.number,)

    @property
    def grant_columns(self) -> str:
        return f"({ident(self.name)})"

    @property
    def table(self) -> str:
        """The table as ALTER TABLE names it."""
        return altered(self.relation_kind, self.schema, self.detail)

    @property
    def only_table(self) -> str:
        """The same without the tables that inherit from it."""
        return altered(self.relation_kind, self.schema, self.detail, only=True)

    def signature(self, *, qualify: bool = True) -> str:
        return f"COLUMN {qualified(self.schema if qualify else '', self.detail)}.{ident(self.name)}"

    def grant_signature(self, *, qualify: bool = True) -> str:
        return f"TABLE {qualified(self.schema if qualify else '', self.detail)}"

    @property
    def printed(self) -> bool:
        """Whether CREATE TABLE names it: what comes from another table comes by itself, but for a partition's."""
        return self.local or self.of_partition

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
        """What adds it to a table, with its inline `parts` (its default)."""
        return f"{ident(self.name)} {spell_types(self.type, target.major)}{self._details(parts, target)}{self._collate}"

    def _details(self, parts: Sequence[Object], target: Target) -> str:
        text = f" {self._generation(target)}" if self.generated and self.generation_said else ""
        text += "".join(f" {clause}" for part in parts if (clause := part.clause(target)))
        if self.not_null and (self.not_null_said or self.of_partition):
            text += f" {self._not_null()}"
        return text

    @property
    def _collate(self) -> str:
        return f" COLLATE {self.collation}" if self.collation else ""

    def _generation(self, target: Target) -> str:
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

    def _not_null(self) -> str:
        name = f"CONSTRAINT {ident(self._not_null_name)} " if self._not_null_name else ""
        return f"{name}NOT NULL{self._no_inherit}"

    def settings(self, target: Target) -> Iterator[str]:
        """The statements for what CREATE TABLE as pg_dump writes it does not say."""
        column = f"ALTER {self.only_table} ALTER COLUMN {ident(self.name)}"
        if not self.printed and self.not_null_said and target.major < NOT_NULL_LISTED_SINCE:
            yield f"{column} SET NOT NULL;"
        if self.statistics >= 0:
            yield f"{column} SET STATISTICS {self.statistics};"
        yield from self.settings_of_type()
        if self.options:
            yield f"{column} SET ({', '.join(self.options)});"
        if self.foreign_options:
            table = self.only_table if target.major >= OPTIONS_OF_ONLY_SINCE else self.table
            yield f"ALTER {table} ALTER COLUMN {ident(self.name)}{options_clause(self.foreign_options)};"

    def settings_of_type(self) -> Iterator[str]:
        """Those that ALTER TYPE puts back to the defaults."""
        column = f"ALTER {self.only_table} ALTER COLUMN {ident(self.name)}"
        if self.storage:
            yield f"{column} SET STORAGE {STORAGE[self.storage]};"
        if self.compression:
            yield f"{column} SET COMPRESSION {COMPRESSION[self.compression]};"

    def remarks(self) -> Iterator[Entry]:
        """The entry for the comment on its NOT NULL (18)."""
        if self.not_null_comment is not None:
            tag = on_relation("CONSTRAINT", self.not_null_constraint, "", self.detail)
            yield Entry(desc="COMMENT", tag=tag, sql=f"{self._remark(self.not_null_constraint)}\n")

    def _remark(self, constraint: str) -> str:
        signature = on_relation("CONSTRAINT", constraint, self.schema, self.detail)
        comment = "NULL" if self.not_null_comment is None else literal(self.not_null_comment)
        return f"COMMENT ON {signature} IS {comment};"

    def create(self, parts: Sequence[Object], target: Target, *, shell: bool = False) -> str:
        del shell
        lines = [line for part in parts for line in part.before_parent(target)]
        lines += [f"ALTER {self.table} ADD COLUMN {self.definition(parts, target)};", *self.settings(target)]
        lines += [entry.sql.rstrip("\n") for entry in self.remarks()]
        lines += [line for part in parts for line in part.after_parent()]
        return "".join(f"{line}\n" for line in lines)

    def drop(self) -> str:
        return f"ALTER {self.table} DROP COLUMN {ident(self.name)};"

    def drop_alone(self) -> str:
        return f"ALTER {self.only_table} DROP COLUMN {ident(self.name)};"

    def brought(self, new: Self) -> Self:
        # Adding a column says nothing else of it to the tables below.
        return new.evolve(
            type=self.type,
            collation=self.collation,
            not_null=self.not_null and not self.not_null_no_inherit,
            not_null_name=self.not_null_name,
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
        if old.not_null != new.not_null:
            # Since 18 a table keeps one that it has of its own.
            kept = bool(self.not_null_constraint) and self.not_null_said and not self.of_partition
            became = became.evolve(not_null=new.not_null or (self.not_null and kept))
        return became

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

    def retypes(self, new: Self, changed: frozenset[str]) -> bool:
        return not changed.isdisjoint({"type", "collation"})

    def loses_data(self, new: Self, changed: frozenset[str]) -> bool:
        return "type" in changed and not self.disposable and not widens(self.type, new.type)

    def rows_may_refuse(self, parts: Sequence[Object]) -> bool:
        return self.not_null and not parts

    def rows_may_refuse_change(self, new: Self, changed: frozenset[str]) -> bool:
        return ("not_null" in changed and new.not_null) or self.loses_data(new, changed)

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        column = f"{self.table} ALTER COLUMN {ident(self.name)}"
        only = f"{self.only_table} ALTER COLUMN {ident(self.name)}"
        if changed.take("generated"):
            changed.take("expression")
            yield f"ALTER {column} DROP EXPRESSION;"
        retyped = changed.take("type", "collation")
        if retyped:
            type_ = spell_types(new.type, target.major)
            using = conversion(ident(self.name), (self.type, self.category), (type_, new.category))
            yield f"ALTER {column} TYPE {type_}{new._collate}{'' if self._elsewhere else using};"
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

    def rebind(self, new: Self, target: Target) -> Iterator[str]:
        column = f"{self.table} ALTER COLUMN {ident(self.name)}"
        type_ = spell_types(new.type, target.major)
        # A type of Postgres' own, named without a schema, is not new: its collation is, which changes no row.
        using = through_text(ident(self.name), type_) if "." in type_ and not self._elsewhere else ""
        yield f"ALTER {column} TYPE {type_}{new._collate}{using};"
        yield from new.settings_of_type()

    @property
    def _added_not_null(self) -> str:
        name = ident(self.not_null_constraint)
        return f"ADD CONSTRAINT {name} NOT NULL {ident(self.name)}{self._no_inherit};"

    def _alter_not_null(self, new: Self, changed: Changed) -> Iterator[str]:
        column = f"{self.table} ALTER COLUMN {ident(self.name)}"
        renamed, inherits = changed.take("not_null_name"), changed.take("not_null_no_inherit")
        constraint = self.not_null_constraint
        if changed.take("not_null"):
            constraint = new.not_null_constraint
            if not new.not_null:
                yield f"ALTER {column} DROP NOT NULL;"
            elif new.not_null_name or new.not_null_no_inherit or new.not_null_comment is not None:
                yield f"ALTER {self.table} {new._added_not_null}"
            else:
                yield f"ALTER {column} SET NOT NULL;"
        elif renamed or inherits:
            if renamed:
                constraint = new.not_null_constraint
                # ALTER FOREIGN TABLE has no word for this.
                table = qualified(self.schema, self.detail)
                yield f"ALTER TABLE {table} RENAME CONSTRAINT {ident(self.not_null_constraint)} TO {ident(constraint)};"
            if inherits and self._elsewhere:
                yield f"ALTER {self.table} DROP CONSTRAINT {ident(constraint)};"
                yield f"ALTER {self.table} {new._added_not_null}"
            elif inherits:
                inherit = "NO INHERIT" if new.not_null_no_inherit else "INHERIT"
                yield f"ALTER {self.table} ALTER CONSTRAINT {ident(constraint)} {inherit};"
        if changed.take("not_null_comment") and new.not_null:
            yield new._remark(constraint)
