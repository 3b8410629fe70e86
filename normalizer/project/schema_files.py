"""The files that declare a project's schema: those that patterns name, or all in a folder."""

import os
from collections.abc import Iterable
from pathlib import Path

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from ..files.reading import real_path, shown, sql_files
from .bounds import within
from .patterns import covers, matching
from .supabase import in_order


class SchemaFiles(Value):
    """Where the schema files of a project are, there or not yet."""

    root: Path
    """The project's folder."""
    base: Path
    """The folder that patterns start from."""
    folder: Path
    """The folder of all of them where there are no patterns."""
    patterns: tuple[str, ...]
    """Ordered globs; empty for all files below the folder."""
    place: str
    """The place of the patterns, for messages."""
    said_in: str
    """Where a person sets patterns, for messages."""

    @property
    def expected(self) -> bool:
        """True if there are some, or ought to be."""
        return bool(self.patterns) or self.there

    @property
    def there(self) -> bool:
        """True if there are some."""
        return bool(self._found())

    def paths(self) -> tuple[Path, ...]:
        """The files in the order in which they are loaded, each once.

        Raises PgnormError where there are none, and where one lies outside of the repository.
        """
        files = self._found()
        if not files and self.patterns:
            missed = ", ".join(f"`{pattern}`" for pattern in self.patterns)
            raise PgnormError(
                f"no file matches schema_paths: {missed}",
                place=self.place,
                hint=f"Patterns start from {shown(self.base)}; correct them or take them out.",
            )
        if not files:
            missing = "holds no .sql file" if self.folder.is_dir() else "does not exist"
            first = f"pgnorm dump --from migrations --split {shown(self.folder)}"
            raise PgnormError(
                f"the project declares no schema: {shown(self.folder)} {missing}",
                hint=f"Put the schema there (`{first}` writes a first one), or set schema_paths in {self.said_in}.",
            )
        return within(self.root, files, place=self.place, setting="schema_paths" * bool(self.patterns))

    def unmatched(self) -> tuple[str, ...]:
        """A message for each pattern that names no file."""
        return tuple(
            f"{self.place}: no file matches the schema_paths pattern `{pattern}`"
            for pattern in self.patterns
            if not matching(self.base, pattern)
        )

    def folders(self) -> tuple[Path, ...]:
        """The folders that they are in."""
        return (*(() if self.patterns else (self.folder,)), *(path.parent for path in self._found()))

    def beside(self, paths: Iterable[Path]) -> tuple[Path, ...]:
        """The files that would be loaded beside those at `paths`, none where the project loads none of these."""
        new = {real_path(path) for path in paths}
        if not any(self.would_have(path) for path in new):
            return ()
        return tuple(path for path in self._found() if real_path(path) not in new)

    def would_have(self, path: Path) -> bool:
        """True if a file of this path, there or not, is or would be one of them."""
        patterns = self.patterns or (str(self.folder),)
        base = real_path(self.base)
        return any(covers(Path(os.path.normpath(base / each)).parts, path.parts) for each in patterns)

    def _found(self) -> tuple[Path, ...]:
        if self.patterns:
            found = (path for pattern in self.patterns for path in matching(self.base, pattern))
            return tuple(dict.fromkeys(found))
        return in_order(self.folder, sql_files(self.folder)) if self.folder.is_dir() else ()
