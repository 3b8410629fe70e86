"""Messages to a person: on stderr, in colour only where wanted."""

import errno
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property
from io import BufferedIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pgnorm.catalog.counting import plural as plural
from pgnorm.catalog.errors import PgnormError, brief

from .fitting import fitted, more

if TYPE_CHECKING:
    from pgnorm.normalizer.project.typed import Concealer

STDIO: Final = "-"
"""The name that stands for stdin and stdout."""
SHOWN_AT_MOST: Final = 10
"""Limit to the errors, or lines of a list, that are shown without -v."""
_AT_ONCE: Final = 1 << 16  # bytes
_AT_MARGIN: Final = r"\n(?=\S)"
_LINE_END: Final = "\\x0a"
_POSITION: Final = r"(?s)(?!.*:(?: |\d+, )).+:\d+:\d+"
"""`file:line:column`, which editors and people know as the place of an error without a word before it."""
_CONTROL: Final = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
"""Characters that a terminal obeys, that turn text around or end lines for some programs, and bytes of no UTF-8."""


class Console:
    """Console for a command's messages. stdout is for its product and nothing else.

    Names that strangers chose are in them. So a message is one line, and what an error goes on with is indented:
    neither can be taken for a line of ours.
    """

    def __init__(self, *, quiet: bool = False, verbose: bool = False, color: bool | None = None) -> None:
        self.quiet = quiet
        self.verbose = verbose
        self.color = color
        """None colours where stderr is a terminal."""
        self.typed: Sequence[str] = ()
        """The words of the command line: what of them could be an address is taken out of messages."""
        self.printing: Callable[[], AbstractContextManager[None]] = nullcontext
        """The context of each message: whoever draws in the terminal makes room for it."""
        self._waiting: list[str] | None = None
        """The lines that are to fit a screen together; None where each is printed at once."""

    def say(self, message: str, *, fg: str | None = None) -> None:
        """A line that -q silences; `fg` is a colour of click.style."""
        if not self.quiet:
            self._print(click.style(self._line(message), fg=fg))

    def detail(self, message: str) -> None:
        """A line for -v alone."""
        if self.verbose and not self.quiet:
            self._print(click.style(self._line(message), dim=True))

    def warn(self, message: str, *, hint: str | None = None) -> None:
        """A line that nothing silences, and the way out."""
        self._print(click.style(self._line(message), fg="yellow"))
        self._hint(hint)

    def listing(self, title: str, lines: Sequence[str]) -> None:
        """A title and the lines below it, as much as fits a screen, all with -v; nothing where there are none."""
        shown = lines if self.verbose else lines[:SHOWN_AT_MOST]
        if lines:
            self.say(title)
        for line in shown:
            self.say(f"  {line}")
        if left := len(lines) - len(shown):
            self.say(f"  {more(left)}")

    def error(self, message: str, *, place: str | None = None, hint: str | None = None) -> None:
        """Prints what could not be done, and the way out."""
        first = click.style(self._head(place), fg="red", bold=True)
        self._print(f"{first} {self._indented(message)}")
        self._hint(hint)

    def _head(self, place: str | None) -> str:
        """The beginning of an error: `file:line:column:` by itself, all else behind the word `error:`."""
        if place and re.fullmatch(_POSITION, place):
            return f"{self._line(place)}:"
        return f"error: {self._line(place)}:" if place else "error:"

    def errors(self, problems: Sequence[PgnormError], *, warning: bool = False) -> None:
        """Prints what could not be done, or with `warning` need not be: as much as fits a screen, all with -v. A way
        out of several is said once. Nothing where there are none."""
        shown = problems if self.verbose else problems[:SHOWN_AT_MOST]
        for problem, after in zip(shown, [*shown[1:], None], strict=False):
            hint = None if after and after.hint == problem.hint else problem.hint
            if warning:
                told = f"{self._head(problem.place)} {self._indented(problem.message)}"
                self._print(click.style(told, fg="yellow"))
                self._hint(hint)
            else:
                self.error(problem.message, place=problem.place, hint=hint)
        if left := len(problems) - len(shown):
            self._print(more(left))

    def shown(self, text: str) -> str:
        """A text as it may be shown: without what was typed and could be an address."""
        return visible(self._concealer.conceal(text) if self._concealer else text)

    def ask(self, question: str) -> bool:
        """True if the person at the terminal says yes to a question."""
        return click.confirm(self._line(question), err=True)

    def _line(self, text: str) -> str:
        return self.shown(text).replace("\n", _LINE_END)

    def _indented(self, text: str) -> str:
        return re.sub(_AT_MARGIN, "\n  ", self.shown(text))

    @cached_property
    def _concealer(self) -> "Concealer | None":
        if not any(sign in word for word in self.typed for sign in "@:="):
            return None
        from pgnorm.normalizer.project.typed import Concealer

        return Concealer(self.typed)

    @contextmanager
    def fitting(self) -> Iterator[None]:
        """Lines said meanwhile, at its end and in no more lines than fit a screen, all with -v."""
        if self.verbose or self._waiting is not None:
            yield
            return
        self._waiting = []
        try:
            yield
        finally:
            lines, self._waiting = self._waiting, None
            for line in fitted(lines):
                self._print(line)

    def _hint(self, hint: str | None) -> None:
        if hint:
            self._print(f"{click.style('hint:', fg='cyan')} {self._indented(hint)}")

    def _print(self, message: str) -> None:
        if self._waiting is not None:
            self._waiting.append(message)
            return
        with self.printing():
            try:
                click.echo(message, err=True, color=self.color)
            except OSError:
                # Nobody reads or nothing takes it: the work goes on, and what is left in the buffer must go somewhere.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def visible(text: str) -> str:
    """The text, in a length that can be read, without control characters that a terminal would obey and those that turn
    text around; line ends and tabs stay."""
    return _escaped(brief(text).replace("\r\n", "\n"))


def in_line(text: str) -> str:
    """A name or place as it may stand in a line, in a length that can be read."""
    return whole_line(brief(text))


def whole_line(text: str) -> str:
    """A text of any length as it may stand in a line."""
    return _escaped(text).replace("\n", _LINE_END)


def _escaped(text: str) -> str:
    return text if text.isprintable() else re.sub(_CONTROL, _escape, text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def on_terminal() -> bool:
    """True if there is somebody to ask."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def wants_color(choice: bool | None) -> bool | None:
    """Colours wanted: as the flag says, or NO_COLOR, or FORCE_COLOR; None leaves it to whether it is a terminal."""
    if choice is not None:
        return choice
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def write(text: str) -> None:
    """The product on stdout: UTF-8, with its own line ends."""
    write_bytes(text.encode(errors="surrogateescape"))


def deliver(console: Console, text: str, path: Path | None) -> None:
    """The product in the file at `path`, whole or not at all; on stdout for None and for `-`.

    Raises PgnormError where the file can't be written.
    """
    if path is None or str(path) == STDIO:
        write(text)
    else:
        from pgnorm.normalizer.files.repair import repair
        from pgnorm.normalizer.files.writing import write_atomically

        for said in repair([path.parent]):
            console.warn(said)
        write_atomically(path, text.encode())
        console.say(f"Wrote {path}")


def write_bytes(content: bytes) -> None:
    """The product on stdout, as it is. Raises OSError where stdout is closed or takes no more."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, "stdout is closed")
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def read_bytes(limit: int | None = None) -> bytes:
    """All of stdin, or what is more than the limit. Raises OSError where it is closed."""
    if sys.stdin is None:
        raise OSError(errno.EBADF, "stdin is closed")
    source, parts, size = sys.stdin.buffer, list[bytes](), 0
    assert isinstance(source, BufferedIOBase)
    # read() would see a signal that comes between two reads of its own only when there is more to read.
    while (limit is None or size <= limit) and (part := source.read1(_AT_ONCE)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)
