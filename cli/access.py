"""`pgnorm access`: who may do what."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pgnorm.catalog.errors import PgnormError

from .access_forms import FORMS, JSON, MARKDOWN, TEXT
from .app import App
from .general import general_options
from .help import CHANGED, CHECKED, Command, exit_codes
from .html import check_page, html_option, public
from .options import schema_options, source_options
from .output import deliver, write
from .reading import source_of
from .servers import server_options

if TYPE_CHECKING:
    from pgnorm.catalog.access import Access
    from pgnorm.normalizer.project.sources import Source
    from pgnorm.normalizer.workspace import Workspace

ENDINGS: Final = {".json": JSON, ".md": MARKDOWN}
EPILOG: Final = f"""\b
Examples:
  pgnorm access                    what the roles of the API may do, as the schema files say
  pgnorm access --linked --role anon
  pgnorm access --format markdown -o docs/access.md
  pgnorm access --check docs/access.md
                                   exit code 1 if it is no longer so

{exit_codes(CHECKED)}"""


@click.command(cls=Command, params=general_options(), epilog=EPILOG)
@source_options
@server_options
@schema_options
@click.option(
    "--role",
    "roles",
    multiple=True,
    metavar="ROLE",
    help="Of this role; repeatable. `public` is everybody.  [default: those of the API; else all that have a grant]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice([TEXT, MARKDOWN, JSON]),
    help="[default: text, or as the name of the file with -o or --check ends]",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--check",
    "committed",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Print nothing but what differs from this file, which -o wrote; exit code 1 if anything does.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file instead of stdout.")
@html_option
@click.pass_obj
def access(
    app: App,
    schemas: tuple[str, ...],
    exclude_schemas: tuple[str, ...],
    roles: tuple[str, ...],
    form: str | None,
    as_json: bool,
    committed: Path | None,
    output: Path | None,
    html: Path | None,
) -> int:
    """Print what roles may do with each object, row security counted in, as Postgres itself answers.

    In a project the source is its declared schema files, elsewhere the database that libpq's settings name. Types,
    languages and foreign servers are left out, and so are routines that only triggers can call.
    """
    if as_json and form not in (None, JSON):
        raise click.UsageError("--json and --format name two forms.")
    if committed is not None and output is not None:
        raise click.UsageError("--check writes nothing: it can't be combined with -o.")
    check_page(html, output)
    if committed is not None:
        _refuse_absent(committed)
    ending = (committed or output or Path()).suffix
    wanted = JSON if as_json else form or ENDINGS.get(ending, TEXT)
    with app.workspace() as workspace:
        found = read_found(app, workspace, source_of(app), schemas, exclude_schemas, roles)
    text = FORMS[wanted](found)
    if html is not None:
        from pgnorm.normalizer.review.access_page import access_page

        word = app.source or ("files" if app.project else "database")
        deliver(app.console, access_page(found, public(word)), html)
    if committed is not None:
        return _compare(app, committed, text)
    deliver(app.console, text, output)
    _tell_findings(app, found)
    return 0


def read_found(
    app: App,
    workspace: "Workspace",
    source: "Source",
    schemas: tuple[str, ...] = (),
    exclude_schemas: tuple[str, ...] = (),
    roles: tuple[str, ...] = (),
) -> "Access":
    """Permissions of roles, as a server that has the source says. Raises PgnormError, for a missing role too."""
    from pgnorm.catalog.access import grantees, read_access
    from pgnorm.normalizer.compare.selection import select_of

    with workspace.asked(source) as (connection, patience):
        asked = tuple(dict.fromkeys(roles or workspace.roles_asked)) or grantees(connection, patience)
        found = read_access(connection, asked, patience)
        managed = () if schemas else workspace.platform.managed_schemas
    if found.absent:
        raise PgnormError(
            f"there is no role {', '.join(found.absent)}",
            hint="Name roles with --role, or in `roles` of pgnorm.toml or [tool.pgnorm].",
        )
    selection = select_of(found.schemas, schemas, (*managed, *exclude_schemas))
    app.tell_unmatched(selection.unmatched)
    return found.evolve(
        permissions=tuple(
            each for each in found.permissions if not each.namespace or selection.takes_schema(each.namespace)
        )
    )


def read_committed(path: Path) -> str:
    """A committed table, with the line ends that git may have put others in the place of. Raises PgnormError."""
    from pgnorm.normalizer.files.reading import read_file, shown

    return read_file(path, label=shown(path)).text.replace("\r\n", "\n")


def _refuse_absent(committed: Path) -> None:
    from pgnorm.normalizer.files.reading import shown

    if not committed.exists():
        label = shown(committed)
        raise PgnormError("there is no such file", place=label, hint=f"Write it first: pgnorm access -o {label}")


def _compare(app: App, committed: Path, text: str) -> int:
    from pgnorm.normalizer.files.edits import unified_texts
    from pgnorm.normalizer.files.reading import shown

    label = shown(committed)
    known = read_committed(committed)
    if known == text:
        app.console.say(f"{label} says so")
        return 0
    write(unified_texts(known, text, label))
    app.console.warn(
        f"Access is not as {label} says",
        hint=f"If this is intended, write it anew with the same options and -o {label}",
    )
    return CHANGED


def _tell_findings(app: App, found: "Access") -> None:
    from pgnorm.normalizer.access.findings import findings

    app.console.listing("Please check that these are intended:", tuple(findings(found)))
