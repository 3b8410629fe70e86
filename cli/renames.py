"""Renames that two sides suggest: asked about on a terminal, listed elsewhere."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click

from .options import App

if TYPE_CHECKING:
    from pgnorm.normalizer.comparison import Comparison
    from pgnorm.normalizer.renaming.proposing import Proposal

ASK: Final = "ask"
NEVER: Final = "never"
ACCEPT: Final = "accept"


def accepted(found: "Sequence[Proposal]", answer: str) -> "Sequence[Proposal]":
    """The renames to carry out of those that the sides suggest. Nobody is asked but on a terminal."""
    if answer == ACCEPT:
        return found
    if answer == NEVER or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return ()
    return [each for each in found if click.confirm(f"Rename {each.said} ({', '.join(each.reasons)})?", err=True)]


def tell_renames(app: App, comparison: "Comparison", *, listed: bool) -> None:
    """Say which hints have done their work, and where `listed` what the sides suggest, with the words that ask for
    it."""
    for request in comparison.renamed.satisfied:
        app.console.detail(f"{request.place}: it has that name by now, so the hint can go")
    if listed and comparison.proposals:
        app.console.warn("Dropped and made anew, though they may only have another name:")
        for each in comparison.proposals:
            # A column of a view has no place of its own in a file.
            hint = "" if each.old.derived else f", or `{each.hint}`"
            app.console.warn(f"  {each.said} ({', '.join(each.reasons)}): --rename {each.option}{hint}")
