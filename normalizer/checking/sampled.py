"""A CSV file beside the table that it is a sample of: the same columns, and values that they take."""

from collections.abc import Iterator, Sequence
from typing import Final

from pgnorm.catalog.model import Value
from pgnorm.catalog.quoting import legible

from ..files.delimited import Field
from ..files.reading import SourceFile
from .finding import Finding
from .relations import Column, Relation, Server

RULE: Final = "csv"
_DERIVED: Final = "or name it in `derived` of a setting [[csv]], if it is made into something else."
_GONE: Final = f"Take it out, here and in what reads the file; {_DERIVED}"
_MISSING: Final = (
    "Add it, here and in what reads the file; or name it in `ignored` of a setting [[csv]], if the file does without."
)
_REFUSED: Final = f"Correct it; {_DERIVED}"


class Sampled(Value):
    """A file, its rows, and the columns of it and of the table that the other one does without."""

    source: SourceFile
    rows: tuple[tuple[Field, ...], ...]
    relation: Relation
    derived: frozenset[str] = frozenset()
    """Columns of the file that nobody reads as they are."""
    ignored: frozenset[str] = frozenset()
    """Columns of the table."""
    guessed: bool = False
    """True if only the file's name says which table it is of."""

    @property
    def header(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(field.text.strip() for row in self.rows[:1] for field in row)

    def findings(self, server: Server) -> Iterator[Finding]:
        """Findings: all that is not as in the table."""
        if not self.rows:
            yield self._finding(0, "the file has no line that names its columns", "Begin it with one.")
            return
        yield from self._of_columns()
        width = len(self.header)
        odd = [row for row in self.rows if len(row) != width]
        if odd:
            said = f"the line has {len(odd[0])} values for {width} columns{_more(len(odd) - 1, 'line')}"
            yield self._finding(odd[0][0].start, said, "Correct the file.")
        for at, name in enumerate(self.header):
            if name in self.relation.columns and name not in self.derived:
                values = [row[at] for row in self.rows[1:] if at < len(row)]
                yield from self._of_values(self.relation.columns[name], values, server)

    def _of_columns(self) -> Iterator[Finding]:
        table, columns = self._table, self.relation.columns
        for field, name in zip(self.rows[0], self.header, strict=True):
            if name not in columns and name not in self.derived:
                yield self._finding(field.start, f"{table} has no column {legible(name)}", _GONE)
        for name, column in columns.items():
            if name not in self.header and name not in self.ignored and not column.filled:
                yield self._finding(
                    self.rows[0][0].start, f"the column {legible(name)} of {table} is missing", _MISSING
                )

    def _of_values(self, column: Column, values: Sequence[Field], server: Server) -> Iterator[Finding]:
        """The first value that the column does not take, with the number of those that follow. An empty one is none."""
        given = [value.text for value in values if value.text]
        distinct = [*dict.fromkeys(given)]
        refused = {distinct[at]: said for at, said in server.refused(self.relation, column, distinct).items()}
        odd = [value for value in values if value.text in refused]
        if odd:
            first = odd[0]
            yield self._finding(
                first.start,
                f"{self._table}.{legible(column.name)} ({column.type}) does not take this: {refused[first.text]}"
                f"{_more(len(odd) - 1, 'value')}",
                _REFUSED,
            )

    @property
    def _table(self) -> str:
        return f"{legible(self.relation.schema)}.{legible(self.relation.name)}"

    def _finding(self, offset: int, message: str, cure: str) -> Finding:
        return Finding(
            rule=RULE,
            message=message,
            place=self.source.place(offset),
            cure=cure,
            level="warn" if self.guessed else "error",
        )


def _more(count: int, what: str) -> str:
    return f" (and {count} {what}{'s' * (count > 1)} more)" if count else ""
