"""Base types."""

from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString, Self

from ..errors import PgnormError
from ..model import Changed, Entry, Printing, Target, alter, equal, replace
from ..model.facets import Shelled
from ..model.type_facets import Stored
from ..quoting import ident, literal, qualified, spell_types
from . import types
from .routines import NONE

ALIGNMENTS: Final = {"c": "char", "s": "int2", "i": "int4", "d": "double"}
STORAGES: Final = {"p": "plain", "e": "external", "x": "extended", "m": "main"}
PLAIN: Final = "p"
VARIABLE: Final = -1
USUAL_CATEGORY: Final = "U"
USUAL_DELIMITER: Final = ","
SETTABLE: Final = ("receive", "send", "typmod_in", "typmod_out", "analyze", "subscript")
"""The functions that ALTER TYPE can change."""


class BaseType(Shelled, Stored, types.Type):
    """A base type: pg_type with typtype b, arrays left out. Functions by their names, `-` for none."""

    kind: ClassVar[str] = "base type"
    defined_by: ClassVar[tuple[str, ...]] = ("DefineStmt",)
    presence: ClassVar[LiteralString] = (
        "pg_type where oid >= 16384 and typtype = 'b' and typinput <> 'array_in'::regproc"
    )

    length: int = replace()
    """Bytes, -1 for a variable length, -2 for a C string."""
    input: str = replace()
    output: str = replace()
    receive: str = alter()
    send: str = alter()
    typmod_in: str = alter()
    typmod_out: str = alter()
    analyze: str = alter()
    subscript: str = alter()
    collatable: bool = replace()
    default: str | None = replace()
    element: str = replace()
    """The type of which it is an array, empty for none."""
    category: str = replace()
    preferred: bool = replace()
    delimiter: str = alter()
    alignment: str = replace()
    """pg_type.typalign: c, s, i or d."""
    storage: str = alter()
    """pg_type.typstorage: p, e, x or m."""
    by_value: bool = replace()
    makers: tuple[str, ...] = equal()
    """The functions that make its values, with argument types: `input` and `receive` name them."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            types.IDENTITY
            + """
                 , t.typlen::int                                                as length
                 , t.typinput::text                                             as input
                 , t.typoutput::text                                            as output
                 , t.typreceive::text                                           as receive
                 , t.typsend::text                                              as send
                 , t.typmodin::text                                             as typmod_in
                 , t.typmodout::text                                            as typmod_out
                 , t.typanalyze::text                                           as analyze
                 , t.typsubscript::text                                         as subscript
                 , t.typcollation <> 0                                          as collatable
                 , t.typdefault                                                 as default
                 , case t.typelem when 0 then '' else format_type(t.typelem, null) end   as element
                 , t.typcategory::text                                          as category
                 , t.typispreferred                                             as preferred
                 , t.typdelim::text                                             as delimiter
                 , t.typalign::text                                             as alignment
                 , t.typstorage::text                                           as storage
                 , t.typbyval                                                   as by_value
                 , array_remove(array[ t.typinput::regprocedure::text
                                     , t.typreceive::regprocedure::text ], '-')   as makers"""
            + types.SOURCE
            + """
             where t.typtype = 'b' and t.oid >= 16384
               and not exists ( select from pg_type e where e.oid = t.typelem and e.typarray = t.oid )"""
            + types.OF_USERS
        )

    def create(self, printing: Printing) -> str:
        lines = ",\n".join(f"    {line}" for line in self._options())
        return spell_types(f"CREATE TYPE {qualified(self.schema, self.name)} (\n{lines}\n);\n", printing.target.major)

    def _options(self) -> Iterator[str]:
        yield f"INTERNALLENGTH = {'variable' if self.length == VARIABLE else self.length}"
        functions = (
            ("INPUT", self.input),
            ("OUTPUT", self.output),
            ("RECEIVE", self.receive),
            ("SEND", self.send),
            ("TYPMOD_IN", self.typmod_in),
            ("TYPMOD_OUT", self.typmod_out),
            ("ANALYZE", self.analyze),
        )
        yield from (f"{word} = {function}" for word, function in functions if function != NONE)
        options = (
            (self.collatable, "COLLATABLE = true"),
            (self.default is not None, f"DEFAULT = {literal(self.default or '')}"),
            (self.subscript != NONE, f"SUBSCRIPT = {self.subscript}"),
            (bool(self.element), f"ELEMENT = {self.element}"),
            (self.category != USUAL_CATEGORY, f"CATEGORY = {literal(self.category)}"),
            (self.preferred, "PREFERRED = true"),
            (self.delimiter != USUAL_DELIMITER, f"DELIMITER = {literal(self.delimiter)}"),
            (True, f"ALIGNMENT = {ALIGNMENTS[self.alignment]}"),
            (True, f"STORAGE = {STORAGES[self.storage]}"),
            (self.by_value, "PASSEDBYVALUE"),
        )
        yield from (text for wanted, text in options if wanted)

    def shell_entry(self) -> Entry:
        return types.shell_entry(self)

    def drop(self) -> str:
        # Its functions need it, and it needs them.
        return f"DROP {self.signature()} CASCADE;"

    def rename(self, name: str) -> tuple[str, ...]:
        # Those that take a value of it stay apart from the successor's by that argument.
        return (
            *(
                f"ALTER FUNCTION {function} RENAME TO {ident(f'{name}_{word}')};"
                for function, word in zip(self.makers, ("in", "receive"), strict=False)
            ),
            *super().rename(name),
        )

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        return "delimiter" in changed or ("storage" in changed and new.storage == PLAIN)

    def refused_while_stored(self, new: Self, changed: frozenset[str]) -> bool:
        # Columns move to a new type by their text, which for an array has the old delimiters.
        if "delimiter" in changed:
            raise PgnormError(
                f"base type {self.label}: its delimiter changes while a column holds values of it",
                hint="Move the columns to another type in a migration before this one.",
            )
        return False

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        settings = []
        for word in SETTABLE:
            if changed.take(word):
                function: str = getattr(new, word)
                settings.append(f"{word.upper()} = {'NONE' if function == NONE else function}")
        if changed.take("storage"):
            settings.append(f"STORAGE = {STORAGES[new.storage]}")
        yield f"ALTER {self.signature()} SET ({', '.join(settings)});"
