"""The option --html: a page beside what a command prints."""

from pathlib import Path
from typing import Final

import click

from pgnorm.catalog.errors import PgnormError

from .output import STDIO

html_option: Final = click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a page about it as well: one file, for any browser, that loads nothing.",
)


def check_page(path: Path | None, output: Path | None) -> None:
    """Refuse at once a page that could not be written in the end. Raises PgnormError."""
    if path is None:
        return
    if str(path) == STDIO:
        raise click.UsageError("--html writes beside what is printed, so it needs the name of a file.")
    if output is not None and output.absolute() == path.absolute():
        raise click.UsageError("--html and -o name the same file.")
    if not path.parent.is_dir():
        raise PgnormError("the folder doesn't exist", place=str(path.parent), hint="Make it first, or name another.")


def public(word: str) -> str:
    """A source word without what may hold a password."""
    from pgnorm.normalizer.project.typed import is_address

    return "database" if is_address(word) else word
