"""Findings: what a project does not hold to, where, and what mends it."""

import re
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

_PLACE: Final = re.compile(r"(?P<file>.+?)(?::(?P<line>\d+))?(?::(?P<column>\d+))?", re.DOTALL)


class Finding(Value):
    """One thing that is not as it should be."""

    rule: str
    """The word for its sort: `functions`, `migrations-behind`."""
    message: str
    place: str
    """`file:line:column`, or the file or folder alone."""
    cure: str = ""
    """Words to type, or things to do."""
    level: str = "error"
    """The word for how bad it is: `error`, `warn` or `info`."""

    @property
    def file(self) -> str:
        """The file of its place."""
        return self._at["file"]

    @property
    def line(self) -> int:
        """The line of its place, 1 where that is a whole file."""
        return int(self._at["line"] or 1)

    @property
    def column(self) -> int:
        """The column of its place, 1 where that says none."""
        return int(self._at["column"] or 1)

    @property
    def _at(self) -> re.Match[str]:
        found = _PLACE.fullmatch(self.place)
        assert found is not None
        return found


def of_error(error: PgnormError, rule: str) -> tuple[Finding, ...]:
    """The findings that an error in a file is. Raises the error again where it is about no place in one."""
    errors = (error, *error.others)
    if any(each.place is None for each in errors):
        raise error
    return tuple(
        Finding(rule=rule, message=each.message, place=each.place or "", cure=each.hint or "") for each in errors
    )
