"""Ways on for command lines that can't be: what is near, what is called otherwise here, and what a word is given by."""

import os
import shlex
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Final, NoReturn

import click

from .words import SOURCE_WORDS

_SOURCES: Final = tuple(f"{word.rstrip(':')}{end}" for word in SOURCE_WORDS for end in " :@")
_LIST: Final = "`pgnorm migration list` says which migrations are applied"
_UP: Final = "`pgnorm migration up` applies what the database lacks."
_BACK: Final = (
    "No migration is run backwards. `pgnorm diff --from local --to migrations@VERSION` writes the way back to it; "
    "before there is a migration, `pgnorm diff --reverse` does."
)
_WRITE: Final = "`pgnorm diff -f NAME` writes what schema files have changed, `pgnorm migration new NAME` an empty one."
ELSEWHERE: Final = {
    "status": f"{_LIST}, `pgnorm diff --local` what a database has otherwise.",
    "apply": _UP,
    "migrate": _UP,
    "up": _UP,
    "down": _BACK,
    "rollback": _BACK,
    "plan": "`pgnorm diff` prints the migration, and writes nothing without -f or -o.",
    "format": "`pgnorm fix-functions` writes functions as Postgres stores them.",
    "lint": "`pgnorm check` says all that is to say of a project.",
    "validate": "`pgnorm check` says all that is to say of a project.",
    "inspect": "`pgnorm dump` prints the schema of a source.",
    "migration status": f"{_LIST}.",
    "migration apply": _UP,
    "migration down": _BACK,
    "migration rollback": _BACK,
    "migration revert": _BACK,
    "migration create": _WRITE,
    "migration generate": _WRITE,
    "migration diff": _WRITE,
    "diff --dry-run": "Without -f or -o `pgnorm diff` prints the migration and writes nothing.",
    "sync --dry-run": "`pgnorm sync --diff` prints the edits only, `pgnorm sync --check` says if there are any.",
    "fix-functions --dry-run": "`pgnorm fix-functions --diff` prints the edits and writes nothing.",
    "docs --dry-run": "`pgnorm docs docs --check` says which pages are stale, and writes nothing.",
}
"""Words of other tools, behind the command that they were given to, and what does that here."""


class Misused(click.UsageError):
    """A command line that can't be, with the way on: the command's help where there is none."""

    def __init__(self, message: str, *, ctx: click.Context, hint: str | None) -> None:
        super().__init__(message, ctx)
        self.hint = hint


def refuse_command(ctx: click.Context, word: str, known: Iterable[str]) -> NoReturn:
    """Raise for a command that a group doesn't have."""
    hint = _elsewhere(ctx, word)
    close = get_close_matches(word, known, n=1) if hint is None else []
    near = f" Did you mean '{close[0]}'?" if close else ""
    raise Misused(f"No such command '{word}'.{near}", ctx=ctx, hint=hint)


def refuse_option(ctx: click.Context, problem: click.NoSuchOption | click.BadOptionUsage) -> NoReturn:
    """Raise for an option that a command doesn't have, or that lacks its value."""
    hint = _elsewhere(ctx, problem.option_name)
    for each in ctx.command.get_params(ctx) if isinstance(problem, click.BadOptionUsage) else ():
        record = each.get_help_record(ctx) if problem.option_name in each.opts else None
        if record is not None and hint is None:
            hint = "{}: {}".format(*record)
    raise Misused(problem.format_message(), ctx=ctx, hint=hint) from problem


def refuse_words(ctx: click.Context, words: Sequence[str]) -> NoReturn:
    """Raise for words that a command takes none of: sources are the values of options."""
    raise Misused(f"Got unexpected words: {' '.join(words)}", ctx=ctx, hint=_as_options(ctx, words))


def _elsewhere(ctx: click.Context, word: str) -> str | None:
    return ELSEWHERE.get(" ".join((*ctx.command_path.split()[1:], word)))


def _as_options(ctx: click.Context, words: Sequence[str]) -> str | None:
    """The options that name these sources, None where they are none or more than the command takes."""
    options = {option for each in ctx.command.get_params(ctx) for option in each.opts}
    if not all(map(_is_source, words)):
        return None
    given = getattr(ctx.obj, "source", None) is not None
    free = [each for each in ("--from", "--to") if each in options and not (given and each == "--from")]
    if "--from" not in options and f"--{words[0]}" in options:
        return f"A database is named by an option: --{words[0]}."
    if len(words) > len(free):
        return None
    told = " ".join(f"{option} {shlex.quote(_shown(word))}" for option, word in zip(free, words, strict=False))
    return f"Sources are named by options: {told}."


def _is_source(word: str) -> bool:
    return f"{word} ".startswith(_SOURCES) or "://" in word or os.path.exists(word)


def _shown(word: str) -> str:
    """A word as it may be said: an address can hold a password."""
    return "URL" if "://" in word else word
