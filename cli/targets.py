"""Options that name the database that migrations are applied to, and that database opened."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, ParamSpec, TypeVar

import click

from pgnorm.catalog.errors import PgnormError

from .app import App
from .options import LINKED, database_url, remote, shorthand, with_options
from .servers import take_lock_timeout

if TYPE_CHECKING:
    from pgnorm.normalizer.applying.target import Target
    from pgnorm.normalizer.project.databases import Database
    from pgnorm.normalizer.project.project import Project
    from pgnorm.normalizer.project.sources import Source

P = ParamSpec("P")
R = TypeVar("R")


def target_options(function: Callable[P, R]) -> Callable[P, R]:
    """--local, --db-url, --linked, --remote and --db, of which one may be given."""
    return with_options(
        function,
        shorthand("--local", "The local Supabase stack's database (the port in supabase/config.toml)."),
        database_url("This database."),
        shorthand("--linked", "The linked Supabase project's database (password: SUPABASE_DB_PASSWORD or pgpass)."),
        remote("The same, or the database of the Supabase project of a ref, or this one."),
        shorthand("--db", "The database that PGNORM_DB_URL, DATABASE_URL or libpq's own settings name."),
    )


def applying_options(function: Callable[P, R]) -> Callable[P, R]:
    """Options of a command that applies migrations: the database, and what is let through."""
    return with_options(
        function,
        target_options,
        waiting_option,
        click.option("--dry-run", is_flag=True, help="Say what would be applied, and change nothing."),
        click.option("--include-all", is_flag=True, help="Apply what is out of order, too."),
    )


def force_option(function: Callable[P, R]) -> Callable[P, R]:
    """--force, past the certificates of migrations."""
    return click.option(
        "--force", is_flag=True, help="Apply them whatever the database is, where a certificate says what it was."
    )(function)


def waiting_option(function: Callable[P, R]) -> Callable[P, R]:
    """--lock-timeout of statements that change a database."""
    return click.option(
        "--lock-timeout",
        metavar="TIME",
        help="Give up where a statement waits so long for a lock (4s); the file is tried five times.",
        expose_value=False,
        callback=take_lock_timeout,
    )(function)


def project_of(app: App) -> "Project":
    """The project, whose migrations the command is about. Raises PgnormError outside of one."""
    if app.project is None:
        raise PgnormError(
            "migrations belong to a project, and there is none from here upwards",
            hint="Run it in the project or with --project.",
        )
    return app.project


def option_of(app: App, default: Literal["local", "linked"]) -> str:
    """The option that names the database in a command for a person to run: no password."""
    return option_for(app.source or default)


def option_for(word: str) -> str:
    """The option for the database that a source word names, likewise."""
    if word.startswith(f"{LINKED}:"):
        return f"--remote={word.removeprefix(f'{LINKED}:')}"
    return f"--{word}" if word in ("local", LINKED, "db") else "--db-url URL"


def named_database(words: Sequence[str], sources: "Sequence[Source]") -> str | None:
    """The word for a database that is compared with the project's files or migrations, None where that is not so."""
    from pgnorm.normalizer.project.databases import Database

    found = [word for word, source in zip(words, sources, strict=True) if isinstance(source, Database)]
    return found[0] if len(found) == 1 and any(word.startswith(("files", "migrations")) for word in words) else None


def tell_history(app: App, word: str) -> None:
    """Say which command tells how the database that a word names came to differ, where the project has a history."""
    from pgnorm.normalizer.applying.target import keeps_history

    if app.project is not None and keeps_history(app.project):
        app.console.say(f"How the database came to differ: pgnorm log {option_for(word)}")


@contextmanager
def target(app: App, *, default: Literal["local", "linked"] = "local") -> "Iterator[Target]":
    """The database that was named, or else the Supabase project's local or linked one. Raises PgnormError."""
    from pgnorm.normalizer.applying.target import history_table, opened

    project = project_of(app)
    table = history_table(project)
    with opened(_database(app, default), table, app.tell, option_of(app, default), app.lock_timeout) as found:
        app.console.say(f"database: {found.name}")
        yield found


def _database(app: App, default: str) -> "Database":
    from pgnorm.normalizer.project.databases import Database

    if app.source is None and project_of(app).supabase_dir is None:
        raise PgnormError("the database is not named", hint="Name it with --db-url, or with --db by the environment.")
    source = app.source_or(default)
    assert isinstance(source, Database)
    return source
