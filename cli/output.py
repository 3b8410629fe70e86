"""What is said to a person: on stderr, in colour only where wanted."""

import os
import sys

import click


class Console:
    """Where a command's messages go. stdout is for its product and nothing else."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False, color: bool | None = None) -> None:
        self.quiet = quiet
        self.verbose = verbose
        self.color = color
        """None colours where stderr is a terminal."""

    def say(self, message: str, *, fg: str | None = None) -> None:
        """A line that -q silences; `fg` is a colour of click.style."""
        if not self.quiet:
            self._print(click.style(message, fg=fg))

    def detail(self, message: str) -> None:
        """A line for -v alone."""
        if self.verbose and not self.quiet:
            self._print(click.style(message, dim=True))

    def warn(self, message: str) -> None:
        """A line that nothing silences."""
        self._print(click.style(message, fg="yellow"))

    def error(self, message: str, *, place: str | None = None, hint: str | None = None) -> None:
        """What could not be done: its place or the word `error` first, then the way out."""
        head, *more = message.splitlines() or [""]
        first = click.style(f"{place or 'error'}:", fg="red", bold=True)
        self._print("\n".join([f"{first} {head}", *more]))
        if hint:
            self._print(f"{click.style('hint:', fg='cyan')} {hint}")

    def _print(self, message: str) -> None:
        click.echo(message, err=True, color=self.color)


def wants_color(choice: bool | None) -> bool | None:
    """Whether to colour: as the flag says, or NO_COLOR, or FORCE_COLOR; None leaves it to whether it is a terminal."""
    if choice is not None:
        return choice
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def plural(count: int, noun: str) -> str:
    """`1 file`, `2 files`, `3 families`, `4 classes`."""
    if count == 1:
        return f"1 {noun}"
    if noun.endswith("y"):
        return f"{count} {noun[:-1]}ies"
    return f"{count} {noun}{'es' if noun.endswith('s') else 's'}"


def write(text: str) -> None:
    """The product on stdout: UTF-8, with its own line ends."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()
