"""`pgnorm init`: what a project lacks of settings, schema files and a first migration."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pgnorm.catalog.errors import PgnormError

from .app import App
from .documents import deliver_outcome, json_option, outcome
from .general import general_options
from .help import Command, exit_codes
from .options import source_options
from .output import on_terminal
from .servers import server_options
from .targets import option_for

if TYPE_CHECKING:
    from pgnorm.normalizer.project.databases import Database
    from pgnorm.normalizer.project.project import Project

_SETTINGS: Final = """\
# Settings of pgnorm. All others have a default that fits: schema files below schemas/, migrations in migrations/.
major_version = {major}
history = "pgnorm.migrations"  # the table that remembers in a database what was applied to it
"""
_ON_PLATFORM: Final = """\
# Settings of pgnorm. All others have a default that fits: schema files below supabase/schemas/, migrations in
# supabase/migrations/, whose history is that of the Supabase CLI.
platform = "{platform}"
major_version = {major}
"""
EPILOG: Final = f"""\b
Examples:
  pgnorm init                      in a Supabase project: the schema files, from its migrations
  pgnorm init --db-url postgresql://127.0.0.1/app
                                   a project for a database that is there already

{exit_codes()}"""


@click.command(cls=Command, params=general_options(), epilog=EPILOG)
@source_options
@server_options
@click.option(
    "--baseline/--no-baseline",
    "wanted",
    default=None,
    help="Write what the database has as the first migration, which counts as applied there, or don't: else you are "
    "asked on a terminal.",
)
@json_option
@click.pass_obj
def init(app: App, wanted: bool | None) -> int:
    """Write what a project lacks: settings, schema files, a first migration. Nothing that exists is touched.

    The schema is that of the source that is named, in a project else that of its migrations.
    """
    from pgnorm.normalizer.applying.target import history_table
    from pgnorm.normalizer.files.reading import shown

    lacking = app.project is None
    if lacking:
        _write_settings(app)
    project = _project(app)
    if wanted:
        history_table(project)
    try:
        wrote = _write_files(app, project)
    except BaseException:
        if lacking:
            (project.root / "pgnorm.toml").unlink(missing_ok=True)
        raise
    if project.schema_files.expected:
        wrote = _write_baseline(app, project, wanted) or wrote or lacking
        if not wrote:
            app.console.say("The project has all of it already")
        _tell_next(app, project)
    else:
        folder = shown(project.schema_files.folder)
        app.console.say(f"Write the first schema file into {folder}: `pgnorm diff -f NAME` makes a migration of it")
    deliver_outcome(app, outcome(app))
    return 0


def _tell_next(app: App, project: "Project") -> None:
    begun = bool(project.migration_files().files)
    then = "`pgnorm diff -f NAME` writes the next migration" if begun else f"There is no migration yet: {_first(app)}"
    app.console.say(f"`pgnorm check` looks at all of it. {then}")


def _first(app: App) -> str:
    """The way to the first migration: for the database that is named, or for any."""
    from pgnorm.normalizer.project.migrations import FIRST

    if app.source is None or _database(app) is None:
        return FIRST
    baseline = f"`pgnorm migration baseline {option_for(app.source)}` writes the first one"
    return (
        f"{baseline}, which this database counts as applied; `pgnorm diff -f NAME` one for databases that lack it all"
    )


def _project(app: App) -> "Project":
    assert app.project is not None
    return app.project


def _write_settings(app: App) -> None:
    """Make the folder a project for the version of the database. Raises PgnormError where no database is named."""
    from pgnorm.normalizer.files.staging import Writing
    from pgnorm.normalizer.files.writing import write_all
    from pgnorm.normalizer.platforms import recognised
    from pgnorm.normalizer.project.finding import find

    database = _database(app)
    if database is None:
        raise PgnormError(
            "there is no project from here upwards, and no database was named to begin with",
            hint="Name it with --db-url or --db; or run `supabase init` first, and this again.",
        )
    with app.workspace() as workspace:
        catalog = workspace.read(database)
    platform = recognised(catalog)
    if platform is None:
        text = _SETTINGS.format(major=catalog.major)
    else:
        app.console.say(f"The database is one of {platform.title}'s, so the project is for that platform")
        text = _ON_PLATFORM.format(platform=platform.name, major=catalog.major)
    path = Path("pgnorm.toml")
    write_all([Writing(path=path, content=text.encode(), label=str(path))])
    app.project = find(Path.cwd())
    app.tell_file(str(path), "wrote")


def _database(app: App) -> "Database | None":
    from pgnorm.normalizer.project.databases import Database

    source = app.parse(app.source) if app.source is not None else None
    return source if isinstance(source, Database) else None


def _write_files(app: App, project: "Project") -> bool:
    """Write the schema files, where there are none; true if so."""
    from pgnorm.normalizer.dump.styles import PgDumpStyle
    from pgnorm.normalizer.files.reading import real_path
    from pgnorm.normalizer.platforms.dump_style import SupabaseStyle

    from .splitting import write_split

    files = project.schema_files
    if files.there:
        return False
    if files.patterns and not files.would_have(real_path(files.folder) / "schema.sql"):
        files.paths()  # raises, as no pattern matches a file, nor would match those that were written
    if app.source is None:
        if not project.migration_files().files:
            raise PgnormError(
                "the project has neither schema files nor migrations, and no source of them was named",
                hint="Name the database with --local, --linked, --db-url or --db; or write the first schema file.",
            )
        app.source = "migrations"
    style = SupabaseStyle(repeatable=False) if project.supabase_dir else PgDumpStyle(comments=False)
    write_split(app, files.folder, (), (), style, overwrite=False, declares=True)
    return True


def _write_baseline(app: App, project: "Project", wanted: bool | None) -> bool:
    """Write the first migration, where there is none and a database is named; true if so."""
    from .migration_baseline import write_baseline

    database = _database(app)
    if database is None or project.migration_files().files:
        return False
    if wanted is None and on_terminal():
        wanted = app.console.ask("Write the first migration too, and have the database count it as applied?")
    if not wanted:
        return False
    write_baseline(app, "baseline")
    return True
