"""The JSON documents that commands print."""

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

import click

from .app import App, app_of
from .output import write

if TYPE_CHECKING:
    from .outcomes import Outcome

P = ParamSpec("P")
R = TypeVar("R")

_NO_UTF_8: Final = "[\\ud800-\\udfff]"
JSON_VERSION: Final = 1
"""The version of the document of what a command did."""


def printed(document: object) -> str:
    """The text of a document: indented, every character as it is, but for the bytes of a file's name that are no UTF-8,
    a line end behind it."""
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return re.sub(_NO_UTF_8, lambda found: f"\\u{ord(found[0]):04x}", text)


def json_option(function: Callable[P, R]) -> Callable[P, R]:
    """--json of a command that does something; it is in `App.as_json`, and `deliver_outcome` heeds it."""
    return click.option(
        "--json",
        is_flag=True,
        help="Print what was done as one JSON document.",
        expose_value=False,
        callback=_take_json,
    )(function)


def outcome(app: App, *, dry_run: bool = False) -> "Outcome":
    """The document of which files the run has changed and which migrations count as applied, or with `dry_run` would;
    what comes about later is in it too."""
    return {"version": JSON_VERSION, "dry_run": dry_run, "files": app.changed, "applied": app.applied}


def deliver_outcome(app: App, document: "Outcome") -> None:
    """Print, where JSON is asked for, what was done."""
    if app.as_json:
        write(printed(document))


def _take_json(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    if value:
        app_of(ctx).as_json = True
