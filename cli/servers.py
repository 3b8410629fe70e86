"""Options that say which server loads files, and how long to wait for others on one that is read."""

import re
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

import click

from .app import App
from .options import with_options

P = ParamSpec("P")
R = TypeVar("R")

_MILLISECONDS: Final = {"": 1, "ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000}
_LONGEST: Final = 2**31 - 1


def server_options(function: Callable[P, R]) -> Callable[P, R]:
    """All of them, in the order of the help."""
    return with_options(function, shadow_option, trust_option, cache_option, lock_timeout_option)


def shadow_option(function: Callable[P, R]) -> Callable[P, R]:
    """--shadow-url; the command finds it in `App.shadow_url`."""
    return click.option(
        "--shadow-url",
        metavar="URL",
        envvar="PGNORM_SHADOW_URL",
        show_envvar=True,
        help="Load files into this server (scratch databases, dropped at the end) instead of a private one.",
        expose_value=False,
        callback=_take_shadow,
    )(function)


def trust_option(function: Callable[P, R]) -> Callable[P, R]:
    """--trust-files; the command finds it in `App.trust_files`."""
    return click.option(
        "--trust-files",
        is_flag=True,
        envvar="PGNORM_TRUST_FILES",
        show_envvar=True,
        help="Let files do what only a superuser may: for your own files.",
        expose_value=False,
        callback=_take_trust,
    )(function)


def cache_option(function: Callable[P, R]) -> Callable[P, R]:
    """--no-cache; the command finds it in `App.cached`."""
    return click.option(
        "--no-cache",
        is_flag=True,
        help="Load files even if they were loaded before and nothing has changed since.",
        expose_value=False,
        callback=_take_cache,
    )(function)


def lock_timeout_option(function: Callable[P, R]) -> Callable[P, R]:
    """--lock-timeout; the command finds it in `App.lock_timeout`."""
    return click.option(
        "--lock-timeout",
        metavar="TIME",
        help="Give up where a database that is read keeps us waiting so long for a lock (10s, 2min).",
        expose_value=False,
        callback=take_lock_timeout,
    )(function)


def take_lock_timeout(ctx: click.Context, option: click.Parameter, value: str | None) -> None:
    """Take a time as Postgres does: milliseconds where it has no unit."""
    if value is None:
        return
    milliseconds = _milliseconds(value)
    if not milliseconds:
        raise click.BadParameter("expected a time such as 500ms, 10s or 2min.", ctx, option)
    ctx.ensure_object(App).lock_timeout = milliseconds


def time_or_none(ctx: click.Context, option: click.Parameter, value: str) -> str:
    """The callback of an option that takes a time as Postgres does, or 0: an empty text for that."""
    found = _milliseconds(value)
    if found is None:
        raise click.BadParameter("expected a time such as 500ms, 10s or 2min, or 0.", ctx, option)
    return value.strip() if found else ""


def _milliseconds(value: str) -> int | None:
    """A time as Postgres takes it, None for what is none."""
    found = re.fullmatch(r"\s*(\d{1,10})\s*(ms|s|min|h|)\s*", value)
    milliseconds = int(found[1]) * _MILLISECONDS[found[2]] if found else _LONGEST + 1
    return milliseconds if milliseconds <= _LONGEST else None


def _take_shadow(ctx: click.Context, _option: click.Parameter, value: str | None) -> None:
    if value:
        ctx.ensure_object(App).shadow_url = value


def _take_trust(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    ctx.ensure_object(App).trust_files = value


def _take_cache(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(App).cached = False
