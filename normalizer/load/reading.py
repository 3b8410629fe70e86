"""Several SQL files read at once."""

from collections.abc import Iterable
from pathlib import Path

from pgnorm.catalog.errors import PgnormError

from ..files.reading import SourceFile, read_file, shown
from .causes import together


def read_files(paths: Iterable[Path]) -> list[SourceFile]:
    """The files, in their order. Raises PgnormError for all that can't be read."""
    files, errors = readable(paths)
    if errors:
        raise together(errors)
    return files


def readable(paths: Iterable[Path]) -> tuple[list[SourceFile], list[PgnormError]]:
    """The files that can be read, in their order, and the errors of the others."""
    files: list[SourceFile] = []
    errors: list[PgnormError] = []
    for path in paths:
        try:
            files.append(read_file(path, label=shown(path)))
        except PgnormError as error:
            errors.append(error)
    return files, errors
