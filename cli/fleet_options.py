"""Options that name the databases of a fleet."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

import click

from pgnorm.catalog.counting import first_of
from pgnorm.catalog.errors import PgnormError

from .app import App
from .options import with_options
from .output import SHOWN_AT_MOST, STDIO, plural, read_bytes
from .targets import target_options

if TYPE_CHECKING:
    from pgnorm.normalizer.files.reading import SourceFile
    from pgnorm.normalizer.fleet.away import Away
    from pgnorm.normalizer.fleet.crew import Executor
    from pgnorm.normalizer.fleet.tenants import Tenant

P = ParamSpec("P")
R = TypeVar("R")

JOBS: Final = 4
SCHEME: Final = "dask://"
_LARGEST: Final = 64 << 20
"""Limit to the bytes of a list: a device has no end."""


def fleet_options(function: Callable[P, R]) -> Callable[P, R]:
    """TARGETS, or --query and the database that it asks; and --jobs."""
    return with_options(
        function,
        click.argument("targets", required=False, metavar="[TARGETS]"),
        click.option(
            "--query",
            metavar="SQL",
            help="Instead of TARGETS: a query that lists them, asked of the database named with --db, --db-url, …",
        ),
        target_options,
        click.option(
            "--jobs",
            type=click.IntRange(1, 1000),
            default=JOBS,
            metavar="N",
            help=f"How many of them are seen to at once ({JOBS}).",
        ),
        click.option(
            "--executor",
            metavar="dask://HOST:PORT",
            callback=_checked,
            help="Have the workers of a Dask cluster see to them, who have the project at the same path.",
        ),
    )


def tenants_of(app: App, targets: str | None, query: str | None) -> "tuple[Tenant, ...]":
    """The databases that were named. Raises PgnormError for what names none."""
    from pgnorm.normalizer.fleet.tenants import of_file, of_query
    from pgnorm.normalizer.project.databases import Database

    if (targets is None) is (query is None):
        raise click.UsageError("Name the databases: a file with an address on each line, or --query, and not both.")
    if targets is not None:
        if app.source is not None:
            raise click.UsageError("--db, --db-url and their like go with --query: a file says all of the databases.")
        file = _list(targets)
        found, where = of_file(file), file.label
    else:
        if app.source is None:
            raise click.UsageError("--query is asked of a database: name it with --db-url, or with --db.")
        source = app.parse(app.source)
        assert isinstance(source, Database)
        found, where = of_query(source, query or ""), "the query"
    if not found:
        raise PgnormError("no database is listed", place=where)
    app.console.say(f"fleet: {plural(len(found), 'database')}")
    return found


def _list(targets: str) -> "SourceFile":
    from pgnorm.normalizer.files.reading import decode_file, read_file, refuse_larger

    if targets != STDIO:
        return read_file(Path(targets), limit=_LARGEST)
    content = read_bytes(_LARGEST)
    refuse_larger(content, _LARGEST, "stdin")
    return decode_file(content, path=None, label="stdin")


def some_of(names: Sequence[str], *, whole: bool) -> str:
    """Names in a line: as many as can be read, or all."""
    return first_of(names, len(names) if whole else SHOWN_AT_MOST)


def placed(name: str, error: PgnormError) -> PgnormError:
    """The error with the name of the database that it is about."""
    place = f"{name}: {error.place}" if error.place else name
    return PgnormError(error.message, place=place, hint=error.hint)


@contextmanager
def executing(word: str | None, jobs: int, away: "Away") -> "Iterator[Executor]":
    """The executor that sees to the databases: threads here or, where --executor names a cluster, its workers.

    Raises PgnormError for a cluster that can't be used.
    """
    from pgnorm.normalizer.fleet.crew import Threads

    if word is None:
        yield Threads(jobs)
        return
    from pgnorm.normalizer.fleet.distributed import dask

    with dask(word.removeprefix(SCHEME), away, jobs) as cluster:
        yield cluster


def _checked(ctx: click.Context, option: click.Parameter, value: str | None) -> str | None:
    if value is not None and re.fullmatch(rf"{SCHEME}[\w.\[\]:-]+:\d+", value) is None:
        raise click.BadParameter(f"expected {SCHEME}HOST:PORT.", ctx, option)
    return value
