"""Forms of SQL text in attributes, for readers of one that no server has printed."""

from enum import Enum
from typing import Annotated, TypeAlias


class SqlForm(Enum):
    """The form of a text; the value says what it must be."""

    TYPE = "the name of one type"
    EXPRESSION = "one expression"
    QUERY = "one query"


TypeText: TypeAlias = Annotated[str, SqlForm.TYPE]
Expression: TypeAlias = Annotated[str, SqlForm.EXPRESSION]
Query: TypeAlias = Annotated[str, SqlForm.QUERY]
