"""Options that name a source, which several commands have."""

import re
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

import click

from .app import app_of
from .words import completed_source

P = ParamSpec("P")
R = TypeVar("R")

LINKED: Final = "linked"
REF: Final = re.compile(r"[a-z]{20}")
"""Form of the reference of a Supabase project."""
SOURCES: Final = (
    "files, migrations, local, git:REF, a postgresql:// URL or service=NAME, a .sql file or a folder of them, "
    "a snapshot .json"
)


def with_options(function: Callable[P, R], *options: Callable[[Callable[P, R]], Callable[P, R]]) -> Callable[P, R]:
    """A command with these options, in the order of its help."""
    for option in reversed(options):
        function = option(function)
    return function


def shorthand(name: str, said: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A flag that is the name of a source; the command finds it in `App.source`."""
    return click.option(name, is_flag=True, help=said, expose_value=False, callback=_take_flag)


def database_url(said: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """--db-url; the command finds it in `App.source`."""
    return click.option("--db-url", metavar="URL", help=said, expose_value=False, callback=_take_database)


def remote(said: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """--remote, as the Supabase CLI has it from 3 on; the command finds it in `App.source`."""
    return click.option("--remote", metavar="[=REF|URL]", help=said, expose_value=False, callback=_take_remote)


def source_options(function: Callable[P, R]) -> Callable[P, R]:
    """--from and its shorthands, of which one may be given; the command finds it in `App.source`."""
    return with_options(
        function,
        click.option(
            "--from",
            metavar="SOURCE",
            help=f"Where to read: {SOURCES}.",
            expose_value=False,
            callback=_take_word,
            shell_complete=completed_source,
        ),
        shorthand("--local", "From the local Supabase stack (the port in supabase/config.toml)."),
        shorthand("--db", "From the database that PGNORM_DB_URL, DATABASE_URL or libpq's own settings name."),
        database_url("From this database."),
        shorthand("--linked", "From the linked Supabase project (password: SUPABASE_DB_PASSWORD or pgpass)."),
        remote("The same, or the Supabase project of a ref, or this database."),
    )


def source_option(
    name: str, said: str, *, usual: str | None = None, otherwise: str = ""
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """An option whose value is a source, where none is given the usual one, or what `otherwise` says."""
    return click.option(
        name,
        metavar="SOURCE",
        default=usual,
        shell_complete=completed_source,
        help=f"{said}: {SOURCES}.  [default: {usual or otherwise}]",
    )


def schema_options(function: Callable[P, R]) -> Callable[P, R]:
    """--schema and --exclude-schema, repeatable; the command gets `schemas` and `exclude_schemas`."""
    return with_options(
        function,
        click.option(
            "-n", "--schema", "schemas", multiple=True, metavar="PATTERN", help="Only these schemas; repeatable."
        ),
        click.option(
            "-N", "--exclude-schema", "exclude_schemas", multiple=True, metavar="PATTERN", help="Not these; repeatable."
        ),
    )


def _take_word(ctx: click.Context, option: click.Parameter, value: str | None) -> None:
    if value is not None:
        _name_source(ctx, option, value)


def _take_flag(ctx: click.Context, option: click.Parameter, value: bool) -> None:
    """Take the source that an option is named after."""
    if value:
        _name_source(ctx, option, str(option.name))


def _take_database(ctx: click.Context, option: click.Parameter, value: str | None) -> None:
    """Take the address of a database as the source."""
    if value is not None:
        if "://" not in value and "=" not in value:
            raise click.BadParameter("expected postgresql://…, service=NAME or libpq's key=value words.", ctx, option)
        _name_source(ctx, option, value)


def _take_remote(ctx: click.Context, option: click.Parameter, value: str | None) -> None:
    """Take what the Supabase CLI takes, but for a branch, whose project only Supabase knows."""
    if value is None:
        return
    if "://" in value or value == LINKED:
        _name_source(ctx, option, value)
    elif REF.fullmatch(value):
        _name_source(ctx, option, f"{LINKED}:{value}")
    else:
        raise click.BadParameter(
            "expected a project's ref (20 small letters) or postgresql://…. A branch is named by its ref too, which"
            " `supabase branches get NAME` says.",
            ctx,
            option,
        )


_TAKERS: Final = (_take_word, _take_flag, _take_database, _take_remote)


def _name_source(ctx: click.Context, option: click.Parameter, word: str) -> None:
    app = app_of(ctx)
    if app.source is not None:
        *others, last = (each.opts[0] for each in ctx.command.params if each.callback in _TAKERS)
        raise click.UsageError(f"{option.opts[0]}: only one of {', '.join(others)} and {last}.", ctx)
    app.source = word
