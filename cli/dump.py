"""`pgnorm dump`: a source's catalog as canonical SQL."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pgnorm.catalog.counting import first_of

from .app import App
from .beside import known_baseline, tell_beside
from .dump_format import PG_DUMP, SUPABASE, Format
from .general import general_options
from .help import Command, exit_codes
from .options import schema_options, source_options
from .output import deliver
from .reading import read_source, selection_of, source_of
from .servers import server_options
from .splitting import write_split

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pgnorm.catalog.model import Catalog, Object
    from pgnorm.normalizer.dump.styles import Style
    from pgnorm.normalizer.workspace import Workspace

_NAMED: Final = 10
EPILOG: Final = f"""\b
Examples:
  pgnorm dump --schema public
  pgnorm dump --local --schema public -o public.sql
  pgnorm dump --from migrations --format pg_dump
  pgnorm dump --local --json -o crm.json
  pgnorm dump --from migrations --split schemas
  pgnorm dump --roles --db -o roles.sql

{exit_codes()}"""


@click.command(cls=Command, params=general_options(), epilog=EPILOG)
@source_options
@server_options
@schema_options
@click.option(
    "--format",
    "style",
    type=click.Choice([SUPABASE, PG_DUMP]),
    help="As `supabase db dump` prints (default in a Supabase project), or byte for byte as pg_dump does.",
)
@click.option(
    "--restrict/--no-restrict",
    default=None,
    help="Have psql obey nothing in the dump: on with --format pg_dump and --roles, off with --split.",
)
@click.option("--restrict-key", metavar="KEY", help="Use this key for that, so that the dump stays the same each time.")
@click.option("--keep-comments", is_flag=True, help="With --format supabase: keep the lines that begin with `--`.")
@click.option("--json", "json_", is_flag=True, help="A snapshot: the whole catalog as one JSON document, a source.")
@click.option(
    "--roles",
    "only_roles",
    is_flag=True,
    help="The roles of the server and nothing else, as `pg_dumpall --roles-only --no-role-passwords` prints them.",
)
@click.option(
    "--split",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write files that load one after the other into this folder: 01_tables.sql, 02_functions.sql, …",
)
@click.option("--overwrite", is_flag=True, help="With --split: replace files of these names that hold something else.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file instead of stdout.")
@click.pass_obj
def dump(
    app: App,
    schemas: tuple[str, ...],
    exclude_schemas: tuple[str, ...],
    style: str | None,
    restrict: bool | None,
    restrict_key: str | None,
    keep_comments: bool,
    json_: bool,
    only_roles: bool,
    folder: Path | None,
    overwrite: bool,
    output: Path | None,
) -> None:
    """Print the canonical SQL of a source.

    In a project the source is its declared schema files, elsewhere the database that libpq's settings name. The
    schemas are all that the platform does not manage itself, or exactly those named with --schema, as in pg_dump.
    """
    if only_roles:
        _refuse_beside_roles(bool(schemas or exclude_schemas), style, keep_comments or json_)
    if json_ and (style or keep_comments or restrict or restrict_key):
        raise click.UsageError(
            "--json has one form: it can't be combined with --format, --restrict, --restrict-key or --keep-comments."
        )
    if restrict is False and restrict_key:
        raise click.UsageError("--restrict-key goes with --restrict.")
    wanted = Format(style, keep_comments, restrict, restrict_key)
    if folder is not None:
        if json_ or only_roles or output is not None:
            raise click.UsageError("--split writes SQL files: it can't be combined with --json, --roles or -o.")
        write_split(app, folder, schemas, exclude_schemas, wanted.style(app, split=True), overwrite=overwrite)
        return
    if overwrite:
        raise click.UsageError("--overwrite goes with --split.")
    with app.workspace() as workspace:
        if only_roles:
            text = _roles(app, workspace, wanted.key(usual=True))
        elif json_:
            text = _snapshot(app, read_source(app, workspace).catalog, schemas, exclude_schemas)
        else:
            text = _schema(app, workspace, schemas, exclude_schemas, wanted.style(app))
    deliver(app.console, text, output)


def _refuse_beside_roles(schemas: bool, style: str | None, keep_comments: bool) -> None:
    """Refuse options that roles have no use for."""
    if schemas:
        raise click.UsageError(
            "roles belong to no schema, so --roles can't be combined with --schema or --exclude-schema; "
            "run `pgnorm dump --roles` and `pgnorm dump --schema …` one after the other."
        )
    if style == SUPABASE or keep_comments:
        raise click.UsageError(
            "--roles prints what pg_dumpall prints: leave out --json, --format supabase and --keep-comments."
        )


def _roles(app: App, workspace: "Workspace", restrict_key: str | None) -> str:
    from pgnorm.normalizer.dump.roles import render_roles

    cluster = workspace.roles(source_of(app))
    app.tell_unmodelled(cluster.left_out, title="not printed, as in pg_dumpall --roles-only")
    return render_roles(cluster, restrict_key)


def _schema(
    app: App, workspace: "Workspace", schemas: tuple[str, ...], exclude_schemas: tuple[str, ...], style: "Style"
) -> str:
    from pgnorm.normalizer.dump.writer import render
    from pgnorm.normalizer.platforms.dump_style import SupabaseStyle

    catalog, data = read_source(app, workspace)
    selection = selection_of(app, workspace, catalog, schemas, exclude_schemas)
    _tell_unnamed(app, filter(selection.takes, catalog.objects.values()))
    if not schemas and workspace.platform.managed_schemas:
        tell_beside(app, workspace, catalog, selection, data)
    below = known_baseline(app, workspace) if workspace.platform.api_roles else None
    if below is not None and not isinstance(style, SupabaseStyle):
        _tell_opened(app, catalog, below, filter(selection.takes, catalog.objects.values()))
        below = None
    return render(catalog, selection, style, below=below)


def _tell_opened(app: App, catalog: "Catalog", below: "Catalog", items: "Iterable[Object]") -> None:
    """Say what the platform would open to more roles where the dump is loaded there, as pg_dump can't help it."""
    from pgnorm.normalizer.dump.withdrawing import withdrawal

    if opened := withdrawal(catalog, below, items).opened:
        names = [f"{item.kind} {item.label}" for item in opened]
        app.console.warn(
            "loaded into a database of the platform, which grants rights on what is new there, these have more of them "
            f"than in the source, and `--format supabase` takes those away first: {first_of(names, _NAMED)}"
        )


def _tell_unnamed(app: App, items: "Iterable[Object]") -> None:
    """Say whose operators the dump can't name, as pg_dump can't."""
    from pgnorm.normalizer.dump.operator_path import unnamed

    if found := list(unnamed(items)):
        app.console.warn(
            "SQL can't name the operators of these (IS DISTINCT FROM and its like); "
            "loaded with an empty search_path, as this dump is, they take others:"
        )
        for item in found:
            schemas = ", ".join(sorted({schema for schema, _ in item.operators_used}))
            app.console.warn(f"  {item.kind} {item.label}: needs {schemas} in the search_path")


def _snapshot(app: App, catalog: "Catalog", schemas: tuple[str, ...], exclude_schemas: tuple[str, ...]) -> str:
    """Everything, the platform's own as well, unless schemas are named: a trigger on one of its tables is yours."""
    from pgnorm.catalog.snapshots.writing import dumps
    from pgnorm.normalizer.compare.selection import select, selected

    if not schemas and not exclude_schemas:
        return dumps(catalog)
    selection = select([catalog], schemas, exclude_schemas)
    app.tell_unmatched(selection.unmatched)
    part = selected(catalog, selection)
    return dumps(part, schemas={item.namespace for item in part.objects.values()} - {""})
