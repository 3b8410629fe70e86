"""The one base of every error that pgnorm reports to a person."""

from typing import Final

_LONGEST: Final = 2000  # characters of a line
_FIRST: Final = 150  # lines
_LAST: Final = 50
_MOST: Final = 40000  # characters of a message
_END: Final = 10000  # characters of its beginning and of its end


class PgnormError(Exception):
    """Something that pgnorm could not do.

    `message` says what and why in one line or more, `place` is `file:line:column` (or a file) where there is one,
    `hint` names a way out, `others` are errors that came up beside it. The command line prints them and exits with 2.
    """

    def __init__(self, message: str, *, place: str | None = None, hint: str | None = None) -> None:
        super().__init__(brief(message))
        self.message = brief(message)
        self.place = place
        self.hint = hint and brief(hint)
        self.others: tuple[PgnormError, ...] = ()


def brief(message: str) -> str:
    """The message in a length that can be read: what a server says can be as long as somebody wants it to be."""
    if len(message) > _MOST:
        message = (
            f"{message[:_END]}… ({len(message[_END:-_END].encode(errors='replace'))} bytes more)\n{message[-_END:]}"
        )
    lines = message.split("\n")
    if left := lines[_FIRST:-_LAST]:
        size = len("\n".join(left).encode(errors="replace"))
        lines[_FIRST:-_LAST] = [f"… ({len(left)} lines, {size} bytes more)"]
    return "\n".join(_cut(line) for line in lines)


def _cut(line: str) -> str:
    more = len(line[_LONGEST:].encode(errors="replace"))
    return f"{line[:_LONGEST]}… ({more} bytes more)" if more else line
