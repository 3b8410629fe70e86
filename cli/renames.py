"""Renames that two sides suggest: asked about on a terminal, listed elsewhere."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

import click

from .app import App
from .options import with_options
from .output import Console, on_terminal

if TYPE_CHECKING:
    from pgnorm.normalizer.comparison import Comparison
    from pgnorm.normalizer.renaming.proposing import Proposal

P = ParamSpec("P")
R = TypeVar("R")

ASK: Final = "ask"
NEVER: Final = "never"
ACCEPT: Final = "accept"


def rename_options(function: Callable[P, R]) -> Callable[P, R]:
    """--rename, repeatable, and --renames; the command gets `renames` and `suggested`."""
    suggested = click.option(
        "--renames",
        "suggested",
        type=click.Choice([ASK, NEVER, ACCEPT]),
        default=ASK,
        help="What to do about renames the two sides suggest: ask on a terminal, list them elsewhere (default).",
    )
    return rename_option(with_options(function, suggested))


def rename_option(function: Callable[P, R]) -> Callable[P, R]:
    """--rename, repeatable; the command gets `renames`."""
    return with_options(
        function,
        click.option(
            "--rename",
            "renames",
            multiple=True,
            metavar="OLD=NEW",
            help="Rename instead of drop and create: public.contacts.status=stage; repeatable.",
        ),
    )


def accepted(console: Console, found: "Sequence[Proposal]", answer: str) -> "Sequence[Proposal]":
    """The renames to carry out of those that the sides suggest. Nobody is asked but on a terminal."""
    if answer == ACCEPT:
        return found
    if answer == NEVER or not on_terminal():
        return ()
    taken: list[Proposal] = []
    for each in sorted(found, key=lambda each: each.old.placement.derived):
        if not each.follows(taken) and console.ask(f"Rename {each.said} ({', '.join(each.reasons)})?"):
            taken.append(each)
    return taken


def tell_renames(app: App, comparison: "Comparison", *, listed: bool) -> None:
    """Say which hints have done their work, and where `listed` what the sides suggest, with the words that ask for
    it."""
    for request in comparison.renamed.satisfied:
        app.console.detail(f"{request.place}: it has that name by now, so the hint can go")
    if listed and comparison.proposals:
        app.console.warn("Dropped and made anew, though they may only have another name:")
        for each in comparison.proposals:
            hint = f", or `{each.hint}`" * bool(each.hint)
            app.console.warn(f"  {_with_option(each)}{hint}")


def tell_suggested(app: App, found: "Sequence[Proposal]") -> None:
    """Say which of the changes that a sync has taken may be renames."""
    if suggested := [each for each in found if not each.harmless]:
        app.console.warn("Dropped and new in the files by now, though they may only have another name there:")
        for each in suggested:
            app.console.warn(f"  {_with_option(each)}")
        app.console.warn("With --rename they keep their places and comments; the next `pgnorm diff` has to be told too")


def _with_option(each: "Proposal") -> str:
    return f"{each.said} ({', '.join(each.reasons)}): --rename {each.option}"
