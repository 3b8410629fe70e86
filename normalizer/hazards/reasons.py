"""Reasons why rows can make a statement fail, and what one loses: by its text, as the locks are."""

import re
from collections.abc import Iterable
from typing import Final

from pgnorm.catalog.model import OnRows, Statement
from pgnorm.catalog.quoting import plain

_NAME: Final = r'"(?:[^"]|"")+"'
_TYPE: Final = rf"(?s) TYPE (?P<type>.*?)(?: COLLATE {_NAME}(?:\.{_NAME})?)?(?: USING .*)?;"
# The first that is found counts.
_REFUSING: Final = tuple(
    (f"(?s){pattern.replace('<name>', _NAME)}", said)
    for pattern, said in (
        (r"INSERT INTO .* OVERRIDING SYSTEM VALUE", "a row that does not fit the new table"),
        (r"UPDATE .* SET .* = DEFAULT WHERE ", "a row that does not go with the default"),
        (r"CREATE UNIQUE INDEX ", "rows with equal values"),
        (r"\sADD CONSTRAINT <name> (?:PRIMARY KEY|UNIQUE)[^(]*(?P<what>\([^)]*\))", "rows with equal {}"),
        (r"\sADD CONSTRAINT <name> EXCLUDE ", "rows that exclude each other"),
        (r"\sADD CONSTRAINT <name> FOREIGN KEY .*? REFERENCES (?P<what>.*?)\(", "a row without its counterpart in {}"),
        (r"ALTER DOMAIN .* ADD CONSTRAINT <name> CHECK ", "a value that violates the constraint"),
        (r"\sADD CONSTRAINT (?P<what><name>) CHECK ", "a row that violates {}"),
        # A CHECK of the plan's own, which stands for NOT NULL for a while.
        (r"\sVALIDATE CONSTRAINT \"[^\"]*__pgnorm_not_null\d*\"", "a row without a value"),
        (r"\s(?:VALIDATE|ALTER) CONSTRAINT (?P<what><name>)", "a row that violates {}"),
        (r"\sADD COLUMN (?P<what><name>) ", "any row, since {} has no default"),
        (r"\sATTACH PARTITION ", "a row that belongs to another partition"),
        (r"\sALTER COLUMN (?P<what><name>) SET NOT NULL", "a row without {}"),
        (r"NOT NULL", "a row without a value"),
        (r"ALTER COLUMN (?P<what><name>) TYPE ", "a value of {} that does not fit {type}"),
        (r" TYPE ", "a value that does not fit {type}"),
        (r" SEQUENCE ", "a sequence that is past its new bounds"),
        (r"", "a row that does not fit"),
    )
)
_LOSING: Final = tuple(
    (pattern.replace("<name>", _NAME), said)
    for pattern, said in (
        (r"DROP (?:FOREIGN )?TABLE ", "all its rows"),
        (r"DROP SEQUENCE |ALTER TABLE .* DROP IDENTITY|ALTER SEQUENCE ", "where the sequence is"),
        (r"ALTER TABLE .* DROP COLUMN (?P<what><name>)", "all values of {}"),
        (r"ALTER TYPE .* DROP ATTRIBUTE (?P<what><name>)", "all values of {}"),
        (
            r"ALTER TABLE .* ALTER COLUMN (?P<what><name>) TYPE character varying(?!.* USING )",
            "spaces at the end of values of {} that are too long for {type}",
        ),
        (r"ALTER TABLE .* ALTER COLUMN (?P<what><name>) TYPE ", "what {type} does not keep of values of {}"),
        (r".* TYPE ", "what {type} does not keep of values"),
        (r"", "what is stored"),
    )
)


def reasons(statement: Statement) -> tuple[str, ...]:
    """The hazards of a statement for rows as a person reads them: `fails on rows with equal values`."""
    found = statement.combines or (statement,)
    losing = [f"loses {loss(each)}" for each in found if OnRows.LOSES in each.on_rows]
    failing = [f"fails on {refusal(each)}" for each in found if OnRows.MAY_FAIL in each.on_rows]
    return (*losing, *failing)


def refusal(statement: Statement) -> str:
    """Rows, or their values, that can make a statement fail."""
    return _said(_REFUSING, statement)


def loss(statement: Statement) -> str:
    """The part of what is stored that a statement loses."""
    return _said(_LOSING, statement)


def _said(rules: Iterable[tuple[str, str]], statement: Statement) -> str:
    match, said = next((found, said) for pattern, said in rules if (found := re.search(pattern, statement.sql)))
    type_ = re.search(_TYPE, statement.sql)
    return said.format(plain(match.groupdict().get("what") or ""), type=plain(type_["type"]) if type_ else "")
