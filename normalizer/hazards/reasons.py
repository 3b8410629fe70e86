"""Reasons why rows can make a statement fail, and what one loses: by its text, as the locks are."""

import re
from typing import Final

from pgnorm.catalog.model import OnRows, Statement
from pgnorm.catalog.quoting import plain

_WORD: Final = r'"(?:[^"]|"")+"'
_TYPE: Final = re.compile(rf" TYPE (?P<type>.*?)(?: COLLATE {_WORD}(?:\.{_WORD})?)?(?: USING .*)?;", re.DOTALL)
# The first that is found counts.
_REFUSING: Final = tuple(
    (re.compile(pattern, re.DOTALL), said)
    for pattern, said in (
        (r"INSERT INTO .* OVERRIDING SYSTEM VALUE", "a row that does not fit the new table"),
        (r"UPDATE .* SET .* = DEFAULT WHERE ", "a row that does not go with the default"),
        (r"CREATE UNIQUE INDEX ", "rows with equal values"),
        (r"\sADD CONSTRAINT \S.*? PRIMARY KEY ", "rows with equal values"),
        (r"\sADD CONSTRAINT \S.*? UNIQUE ", "rows with equal values"),
        (r"\sADD CONSTRAINT \S.*? EXCLUDE ", "rows that exclude each other"),
        (r"\sADD CONSTRAINT \S.*? FOREIGN KEY .*? REFERENCES (?P<what>.*?)\(", "a row without its counterpart in {}"),
        (r"ALTER DOMAIN .* ADD CONSTRAINT \S.*? CHECK ", "a value that violates the constraint"),
        (r"\sADD CONSTRAINT \S.*? CHECK ", "a row that violates the constraint"),
        (r"\s(?:VALIDATE|ALTER) CONSTRAINT ", "a row that violates the constraint"),
        (r"\sADD COLUMN ", "any row, since the column has no default"),
        (r"\sATTACH PARTITION ", "a row that belongs to another partition"),
        (r"NOT NULL", "a row without a value"),
        (r" SEQUENCE ", "a sequence that is past its new bounds"),
    )
)
_LOSING: Final = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"DROP (?:FOREIGN )?TABLE ", "all its rows"),
        (r"DROP SEQUENCE |ALTER TABLE .* DROP IDENTITY|ALTER SEQUENCE ", "where the sequence is"),
        (r"ALTER TABLE .* DROP COLUMN ", "all values of the column"),
        (r"ALTER TYPE .* DROP ATTRIBUTE ", "all values of the attribute"),
    )
)


def reasons(statement: Statement) -> tuple[str, ...]:
    """The hazards of a statement for rows as a person reads them: `fails on rows with equal values`."""
    losing = (f"loses {loss(statement)}",) if OnRows.LOSES in statement.on_rows else ()
    failing = (f"fails on {refusal(statement)}",) if OnRows.MAY_FAIL in statement.on_rows else ()
    return (*losing, *failing)


def refusal(statement: Statement) -> str:
    """Rows, or their values, that can make a statement fail."""
    for pattern, said in _REFUSING:
        if found := pattern.search(statement.sql):
            return said.format(plain(found.groupdict().get("what") or ""))
    return f"a value that does not fit {_type_of(statement)}" if _type_of(statement) else "rows that do not fit"


def loss(statement: Statement) -> str:
    """The part of what is stored that a statement loses."""
    for pattern, said in _LOSING:
        if pattern.match(statement.sql):
            return said
    return f"what {_type_of(statement)} has no room for" if _type_of(statement) else "what is stored"


def _type_of(statement: Statement) -> str:
    """The type that a statement gives a column or an attribute, empty for none."""
    found = _TYPE.search(statement.sql)
    return plain(found["type"]) if found else ""
