"""Failures: what could not be done, for people, and for programs where --json is given."""

import errno
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import click

from pgnorm.catalog.errors import PgnormError

from . import VERSION
from .documents import printed
from .output import Console, write

if TYPE_CHECKING:
    from .forms import Errors, ErrorSaid

JSON_VERSION: Final = 1
_ON_FAULTS: Final = "Please report it; with PGNORM_TRACEBACK=1 in the environment it shows where it happened."
_FORMS: Final = ("--format", "--output-format")


def explained(problem: Exception) -> "list[PgnormError] | None":
    """The errors to name, None for what happens to nobody unless pgnorm has a fault."""
    if isinstance(problem, PgnormError):
        return [problem, *problem.others]
    if isinstance(problem, click.UsageError):
        command = problem.ctx.command_path if problem.ctx is not None else "pgnorm"
        hint = getattr(problem, "hint", None) or f"{command} --help"
        return [PgnormError(problem.format_message(), hint=hint)]
    if isinstance(problem, click.ClickException):
        return [PgnormError(problem.format_message())]
    if isinstance(problem, FileNotFoundError) and problem.filename is None:
        # Only getcwd() fails so without a name.
        return [PgnormError("the working directory is gone", hint="Change into a folder that exists.")]
    if isinstance(problem, OSError):
        hint = "Make room and run it again." if problem.errno == errno.ENOSPC else None
        place = str(problem.filename) if problem.filename else None
        return [PgnormError(problem.strerror or str(problem), place=place, hint=hint)]
    return None


def told(problem: Exception) -> list[PgnormError]:
    """The errors to name, also for a fault in pgnorm, which is raised where a traceback is asked for."""
    found = explained(problem)
    if found is None:
        if os.environ.get("PGNORM_TRACEBACK"):
            raise problem
        fault = f"a fault in pgnorm: {type(problem).__name__}: {problem}"
        found = [PgnormError(fault, hint=_ON_FAULTS)]
    return found


def wants_json(typed: Sequence[str]) -> bool:
    """True if the words of a command line ask for JSON, whether they can be understood or not."""
    words = typed[: typed.index("--")] if "--" in typed else typed
    given = {*words, *("=".join(pair) for pair in pairwise(words))}
    return not given.isdisjoint({"--json", *(f"{option}=json" for option in _FORMS)})


def report_to_programs(console: Console, errors: Iterable[PgnormError]) -> None:
    """Say on stdout what could not be done, where JSON was asked for: of each error message, place and way out."""
    if not wants_json(console.typed):
        return
    with suppress(OSError):  # it may be why
        write(printed(error_document([error_said(each, console.shown) for each in errors])))


def error_document(errors: "list[ErrorSaid]") -> "Errors":
    """The document of what could not be done."""
    return {"version": JSON_VERSION, "pgnorm": VERSION, "errors": errors}


def error_said(error: PgnormError, shown: Callable[[str], str] = str) -> "ErrorSaid":
    """An error as a part of a document, its texts as they may be shown."""
    place, hint = (text and shown(text) for text in (error.place, error.hint))
    return {"message": shown(error.message), "place": place, "hint": hint}
