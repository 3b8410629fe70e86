"""`pgnorm docs`: a schema as pages to read."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pgnorm.catalog.errors import PgnormError

from .app import App
from .documents import deliver_outcome, json_option, outcome
from .general import general_options
from .help import CHANGED, CHECKED, Command, exit_codes
from .options import schema_options, source_options
from .output import plural
from .reading import read_source, selection_of, with_own
from .servers import server_options

if TYPE_CHECKING:
    from pgnorm.normalizer.files.staging import Writing

EPILOG: Final = f"""\b
Examples:
  pgnorm docs docs/schema              in a project: as its declared schema files say
  pgnorm docs docs/schema --check      exit code 1 if the pages there are no longer so
  pgnorm docs out --linked --schema public

{exit_codes(CHECKED)}"""


@click.command(cls=Command, params=general_options(), epilog=EPILOG)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@source_options
@server_options
@schema_options
@click.option(
    "--check", is_flag=True, help="Write nothing; name the pages that would change, exit code 1 if any would."
)
@json_option
@click.pass_obj
def docs(app: App, folder: Path, schemas: tuple[str, ...], exclude_schemas: tuple[str, ...], check: bool) -> int:
    """Write the schema as pages for any browser into a folder: an index with a search, a page of each schema and table.

    In a project the source is its declared schema files, elsewhere the database that libpq's settings name. Pages that
    are there from an earlier run and have nothing to show any more are removed; other files stay as they are.
    """
    from pgnorm.normalizer.schema_pages.pages import pages

    app.repair([folder])
    with app.workspace() as workspace:
        catalog = read_source(app, workspace).catalog
        selection = selection_of(app, workspace, catalog, schemas, exclude_schemas)
        if not schemas:
            selection = with_own(workspace, catalog, selection)
        texts = pages(catalog, selection)
    changes = _changes(folder, texts)
    if changes and not check:
        _write(folder, changes)
    for each in changes:
        app.note_file(each.label, "removed" if each.content is None else "wrote")
    _tell(app, folder, texts, changes, check=check)
    deliver_outcome(app, outcome(app, dry_run=check))
    return CHANGED if check and changes else 0


def _changes(folder: Path, texts: Mapping[str, str]) -> "list[Writing]":
    """Pages to be written, and which pages of an earlier run go. Raises PgnormError for a file of another origin in
    the place of a page."""
    from pgnorm.normalizer.files.reading import shown
    from pgnorm.normalizer.files.staging import Writing

    there = {path.name: path.read_bytes() for path in sorted(folder.glob("*.html"))} if folder.is_dir() else {}
    found = []
    for name, text in texts.items():
        content, old = text.encode(), there.get(name)
        if old is not None and not _ours(old):
            raise PgnormError(
                "the file is no page of pgnorm docs, so it is not written over",
                place=shown(folder / name),
                hint="Name another folder, or take the file away.",
            )
        if old != content:
            found.append(Writing(path=folder / name, content=content, label=shown(folder / name), expected=old))
    for name, old in there.items():
        if name not in texts and _ours(old):
            found.append(Writing(path=folder / name, content=None, label=shown(folder / name), expected=old))
    return found


def _ours(content: bytes) -> bool:
    from pgnorm.normalizer.schema_pages.pages import MARK

    return f'<meta name="generator" content="{MARK}">'.encode() in content


def _write(folder: Path, changes: "list[Writing]") -> None:
    from pgnorm.normalizer.files.folders import made
    from pgnorm.normalizer.files.writing import write_all

    with made(folder):
        write_all(changes)


def _tell(app: App, folder: Path, texts: Mapping[str, str], changes: "list[Writing]", *, check: bool) -> None:
    from pgnorm.normalizer.files.reading import shown

    index = shown(folder / "index.html")
    if not changes:
        app.console.say(f"{plural(len(texts), 'page')} say what the schema is: {index}")
        return
    for title, gone in (("Would write" if check else "Wrote", False), ("Would remove" if check else "Removed", True)):
        names = [each.label for each in changes if (each.content is None) is gone]
        app.console.listing(f"{title} {plural(len(names), 'page')}:", names)
    if not check:
        app.console.say(f"All {plural(len(texts), 'page')} begin at {index}")
