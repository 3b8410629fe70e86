"""Refusals of `pgnorm diff` before anything is read."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pgnorm.catalog.errors import PgnormError

from .app import App
from .diff_options import JSON, SQL, Given, form_of
from .html import check_page
from .new_migrations import refuse_name
from .output import STDIO

if TYPE_CHECKING:
    from pgnorm.normalizer.project.sources import Source


def check_options(app: App, given: Given) -> None:
    """Refuse at once what can't be combined, and a migration that could not be written in the end."""
    if given["json_"] and given["form"] not in (None, JSON):
        raise click.UsageError("--json and --format name two forms.")
    check_page(given["html"], given["output"])
    if given["name"] is not None:
        if given["check"]:
            raise click.UsageError(
                "--check writes no migration, so it can't be combined with -f; run `pgnorm diff --check` first."
            )
        if given["reverse"] and given["to"] != "migrations":
            raise click.UsageError(
                "--reverse begins where --to is, and a migration where the migrations end: write it with -o FILE."
            )
        _check_name(app, given["name"], alone=given["output"] is None or form_of(given) != SQL)
    if given["down"]:
        _check_way_back(app, given)
    if given["no_roles"] and given["drop_roles"]:
        raise click.UsageError("--no-roles leaves all roles as they are, so it can't be combined with --drop-roles.")
    if given["no_drops"] and (given["safe_only"] or given["allowed_drops"]):
        raise click.UsageError("--no-drops is less than --safe-only and --allow-drop, so leave it out beside them.")
    if given["seed"] is not None and given["no_proof"]:
        raise click.UsageError("--seed is for the proof, so it can't be combined with --no-proof.")


def _check_way_back(app: App, given: Given) -> None:
    """Refuse --down where it says nothing, or where nobody would run what it writes."""
    from pgnorm.normalizer.project.migrations import leads_back

    if given["name"] is None or given["reverse"]:
        raise click.UsageError("--down is the way back of a migration: give it with -f, and without --reverse.")
    if given["calls"]:
        raise click.UsageError("nothing takes calls back, so --down can't be combined with --calls.")
    if given["extension_versions"]:
        raise click.UsageError("extensions have no way back, so --down can't be combined with --extension-versions.")
    assert app.project is not None
    leads_back(app.project.migrations_dir, app.project.migration_files())


def _check_name(app: App, name: str, *, alone: bool) -> None:
    """Refuse at once a migration that could not be written in the end."""
    if not alone:
        raise click.UsageError("-f can't be combined with -o.")
    if app.project is None:
        raise PgnormError("-f writes into a project's migrations folder, and there is no project", hint="Use -o FILE.")
    refuse_name(app.project, name)


def check_calls(old: "Source", new: "Source") -> None:
    """Refuse --calls where it can't be known which calls were made: no catalog says."""
    from pgnorm.normalizer.project.sources import Files

    if not (isinstance(old, Files) and isinstance(new, Files) and new.kind != "migrations"):
        raise PgnormError(
            "--calls takes the calls of schema files that migrations or other files lack, and one side is neither",
            hint="Leave out --db-url, --local and the like: run `pgnorm diff --calls` from migrations to files.",
        )


def check_versions(*sources: "Source") -> None:
    """Refuse --extension-versions for files: a shadow makes what they declare in its own versions."""
    from pgnorm.normalizer.project.sources import Files

    if any(isinstance(each, Files) for each in sources):
        raise PgnormError(
            "--extension-versions compares databases and snapshots: files get the versions of the server they are "
            "loaded into",
            hint="Name two of those: --from URL --to URL, or leave it out.",
        )


def same(old: "Source", new: "Source") -> bool:
    from pgnorm.normalizer.project.sources import Files, SnapshotFile

    if isinstance(old, SnapshotFile) and isinstance(new, SnapshotFile):
        return old.path.resolve() == new.path.resolve()
    if isinstance(old, Files) and isinstance(new, Files):
        paths, others = ([path.resolve() for path in one.paths] for one in (old, new))
        return old.kind == new.kind and paths == others
    return old == new


def spare_sources(outputs: Mapping[str, Path | None], *sources: "Source") -> None:
    """Refuse to write a product, by the option that names it, over what is compared."""
    from pgnorm.normalizer.files.reading import real_path
    from pgnorm.normalizer.project.sources import paths_of

    compared = {real_path(path) for source in sources for path in paths_of(source)}
    for option, output in outputs.items():
        if output is not None and str(output) != STDIO and real_path(output) in compared:
            raise PgnormError(
                f"the file is compared itself, so {option} can't write over it",
                place=str(output),
                hint="Name another file.",
            )
