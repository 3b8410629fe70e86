"""TOML files read strictly: what is wrong in one is named with its place and the way to put it right."""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final, TypeGuard, TypeVar

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from ..files.reading import line_and_column, read_file, shown
from .settings import SETTINGS

T = TypeVar("T")

_AT: Final = re.compile(r"\s*\(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
# The Supabase CLI replaces such a value, wherever it stands, by the variable's.
_ENVIRONMENT: Final = re.compile(r"env\((\w+)\)")


class Unset(PgnormError):
    """A value that is to come from an environment variable which is not set."""


def unless_unset(read: Callable[[], T | None]) -> T | None:
    """The value that `read` gives, None where that is to come from a variable that is not set."""
    try:
        return read()
    except Unset:
        return None


class Table(Value):
    """One table of a TOML file, or object of a JSON file. `name` is its dotted name, `label` the file's name in
    messages, `start` the place behind its head where it is one of an array; `offsets` say where the keys of JSON stand,
    by their dotted names."""

    values: Mapping[str, object]
    name: str
    label: str
    text: str
    start: int = 0
    offsets: Mapping[str, int] | None = None

    def table(self, key: str) -> "Table":
        """The table below `key`, empty where there is none. Raises PgnormError where it is something else."""
        value = self.values.get(key, {})
        if not _is_table(value):
            raise self.error(key, "must be a table")
        return self.evolve(values=value, name=self._dotted(key), start=0)

    def tables(self, key: str) -> "tuple[Table, ...]":
        """The tables in the array at `key`, none where there is none. Raises PgnormError for anything else there."""
        value, name = self.values.get(key, []), self._dotted(key)
        found = [each for each in value if _is_table(each)] if isinstance(value, list) else []
        if not isinstance(value, list) or len(found) < len(value):
            raise self.error(key, f"must be an array of tables, each headed by [[{name}]]")
        heads = re.finditer(rf"^[ \t]*\[\[{re.escape(name)}\]\]", self.text, re.MULTILINE)
        starts = [*(head.end() for head in heads), *[0] * len(found)]
        return tuple(
            Table(values=each, name=name, label=self.label, text=self.text, start=start)
            for each, start in zip(found, starts, strict=False)
        )

    def string(self, key: str) -> str | None:
        """The string at `key`, None where there is none."""
        value = self._value(key)
        if value is not None and not isinstance(value, str):
            raise self.error(key, "must be a string")
        return value

    def integer(self, key: str) -> int | None:
        """The whole number at `key`, None where there is none."""
        value = self._value(key)
        if isinstance(value, str) and value.isdecimal():
            return int(value)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise self.error(key, "must be a whole number")
        return value

    def boolean(self, key: str) -> bool | None:
        """The truth value at `key`, None where there is none."""
        value = self._value(key)
        if value in ("true", "false"):
            return value == "true"
        if value is not None and not isinstance(value, bool):
            raise self.error(key, "must be true or false")
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        """The strings in the array at `key`, none where there is none."""
        value = self._value(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(key, "must be an array of strings")
        return tuple(str(self._replaced(key, item)) for item in value)

    def allow(self, known: Iterable[str]) -> None:
        """Raises PgnormError for the first key that is not among `known`, with the one that was probably meant."""
        names = sorted(known)
        for key in self.values:
            if key not in names:
                import difflib

                close = difflib.get_close_matches(key, names, n=1)
                raise PgnormError(
                    f"unknown setting `{key}`" + (f" in [{self.name}]" if self.name else ""),
                    place=self.place(key),
                    hint=f"Did you mean `{close[0]}`?" if close else f"The settings are {', '.join(names)}.",
                )

    def place(self, key: str) -> str:
        """`file:line:column` of a key of this table, or the file where the line can't be told."""
        if self.offsets is not None:
            return self._at(self.offsets.get(self._dotted(key)))
        header = re.search(rf"^[ \t]*\[{re.escape(self.name)}\]", self.text, re.MULTILINE) if self.name else None
        found = re.compile(rf"^[ \t]*[\"'\[]*({re.escape(key)})\b", re.MULTILINE).search(
            self.text, header.end() if header else self.start
        )
        at = found.start(1) if found is not None else self.start
        # What an array's table does not say, the next one may.
        if self.start and re.search(r"^[ \t]*\[", self.text[self.start : at], re.MULTILINE):
            at = self.start
        return self._at(None if found is None and not at else at)

    def error(self, key: str, problem: str) -> PgnormError:
        """The error to raise about the value at `key`."""
        return PgnormError(f"`{key}` {problem}", place=self.place(key))

    def _dotted(self, key: str) -> str:
        return f"{self.name}.{key}".lstrip(".")

    def _at(self, offset: int | None) -> str:
        if offset is None:
            return self.label
        line, column = line_and_column(self.text, offset)
        return f"{self.label}:{line}:{column}"

    def _value(self, key: str) -> object:
        return self._replaced(key, self.values.get(key))

    def _replaced(self, key: str, value: object) -> object:
        """A value, or the environment variable's that it names."""
        if not isinstance(value, str) or not (variable := _ENVIRONMENT.fullmatch(value)):
            return value
        found = os.environ.get(variable[1])
        if found is None:
            raise Unset(
                f"`{key}` is to come from the environment variable {variable[1]}, which is not set",
                place=self.place(key),
            )
        return found


NO_TABLE: Final = Table(values={}, name="", label="", text="")


def read_toml(path: Path, *, label: str) -> Table:
    """The file's top table. Raises PgnormError with the place where it can't be read or is no TOML."""
    import tomllib

    source = read_file(path, label=label)
    try:
        values: Mapping[str, object] = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        at = _AT.search(message)
        line, column = line_and_column(source.text, len(source.text))
        if at is not None and at["line"]:
            line, column = int(at["line"]), int(at["column"])
        problem = _AT.sub("", message)
        raise PgnormError(f"not valid TOML: {problem}", place=f"{label}:{line}:{column}") from None
    return Table(values=values, name="", label=label, text=source.text)


def _is_table(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, dict)


def own_settings(folder: Path) -> Table | None:
    """pgnorm's own settings in this folder, None where there are none. `pgnorm.toml` comes before `pyproject.toml`."""
    own = folder / "pgnorm.toml"
    if own.is_file():
        settings = read_toml(own, label=shown(own))
    else:
        python = folder / "pyproject.toml"
        # Somebody else's pyproject.toml is none of our business, even where it is no TOML.
        if not python.is_file() or b"pgnorm" not in python.read_bytes():
            return None
        tools = read_toml(python, label=shown(python)).table("tool")
        if "pgnorm" not in tools.values:
            return None
        settings = tools.table("pgnorm")
    settings.allow(SETTINGS)
    return settings
