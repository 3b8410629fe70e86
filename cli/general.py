"""The options that the group and every command take."""

from pathlib import Path

import click

from .app import app_of


def general_options() -> list[click.Parameter]:
    """Options that the group and every command take, so before the command's name or after it; the last one counts."""
    return [
        click.Option(
            ["--project"],
            type=click.Path(path_type=Path),
            metavar="DIR",
            help="The project's folder, if not found upwards from here.",
            expose_value=False,
            callback=_take_project,
        ),
        click.Option(
            ["--timeout"],
            type=click.FloatRange(min=0),
            metavar="SECONDS",
            help="How long one statement of a file may run in the private Postgres (600); 0 is no limit.",
            expose_value=False,
            callback=_take_timeout,
        ),
        click.Option(
            ["-q", "--quiet"],
            is_flag=True,
            help="Say nothing on stderr but warnings and errors.",
            expose_value=False,
            callback=_take_quiet,
        ),
        click.Option(["-v", "--verbose"], is_flag=True, help="Say more.", expose_value=False, callback=_take_verbose),
        click.Option(
            ["--color/--no-color"],
            default=None,
            help="Colour or none; else NO_COLOR, FORCE_COLOR or the terminal decide.",
            expose_value=False,
            callback=_take_color,
        ),
    ]


def _take_project(ctx: click.Context, _option: click.Parameter, value: Path | None) -> None:
    if value is not None:
        app_of(ctx).project_path = value


def _take_timeout(_ctx: click.Context, _option: click.Parameter, value: float | None) -> None:
    if value is not None:
        from pgnorm.normalizer.load.time_limit import LIMIT

        LIMIT.set(value)


def _take_quiet(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    if value:
        console = app_of(ctx).console
        console.quiet, console.verbose = True, False


def _take_verbose(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    if value:
        console = app_of(ctx).console
        console.quiet, console.verbose = False, True


def _take_color(ctx: click.Context, _option: click.Parameter, value: bool | None) -> None:
    console = app_of(ctx).console
    if value is not None:
        console.color = value
    ctx.color = console.color
