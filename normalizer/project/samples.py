"""The setting `csv`: which CSV file is a sample of which table's rows."""

from collections.abc import Iterator
from typing import Final

from pgnorm.catalog.model import Value, untold

from ..sql.lexer import tokens
from .config import Table
from .settings import CSV

_QUALIFIED: Final = 3


class Sample(Value):
    """Files whose columns are those of a table."""

    file: str
    """A pattern, from the project's folder on."""
    schema: str
    table: str
    derived: tuple[str, ...] = ()
    """Patterns of columns of the files that what reads them makes into something else."""
    ignored: tuple[str, ...] = ()
    """Patterns of columns of the table that the files do without."""
    settings: Table = untold()


def samples_of(settings: Table) -> tuple[Sample, ...] | None:
    """The samples that the settings name, None where they say nothing of any. Raises PgnormError, placed."""
    return tuple(_samples(settings)) if "csv" in settings.values else None


def _samples(settings: Table) -> Iterator[Sample]:
    for each in settings.tables("csv"):
        each.allow(CSV)
        file, name = each.string("file"), each.string("table")
        for key, value in (("file", file), ("table", name)):
            if not value:
                raise each.error(key, 'is missing: file = "samples/contacts.csv" and table = "public.contacts"')
        found = [*tokens(name or "")]
        if [token.text for token in found[1:2]] not in ([], ["."]) or len(found) not in (1, _QUALIFIED):
            raise each.error("table", f"is `{name}`, which is no table's name")
        yield Sample(
            file=file or "",
            schema=found[0].name if len(found) == _QUALIFIED else "public",
            table=found[-1].name,
            derived=each.strings("derived"),
            ignored=each.strings("ignored"),
            settings=each,
        )
