"""`pgnorm diff`: the migration between two sources."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pgnorm.catalog.errors import PgnormError

from .comparison import as_json, scripts
from .general import general_options
from .hazards import WORDS, refused
from .header import headed
from .help import CHANGED, EXIT_CODES, Command
from .new_migrations import write_migrations
from .options import SOURCES, App, schema_options, source_options
from .output import STDIO, deliver
from .renames import ACCEPT, ASK, NEVER, accepted, tell_renames
from .servers import server_options
from .summary import summarize, tell_phantoms

if TYPE_CHECKING:
    from pgnorm.normalizer.comparison import ProofBy
    from pgnorm.normalizer.project.sources import Source

_ONE_SIDED: Final = "not modelled, and on this side only, so not in this plan"
EPILOG: Final = f"""\b
Examples:
  pgnorm diff                      what the schema files have that the migrations don't
  pgnorm diff -f add_notes         the same as a new migration
  pgnorm diff --from migrations --to local
                                   what the local database has that the migrations don't
  pgnorm diff --local --check      does the local database say what the files say?
  pgnorm diff --from files --to postgresql://127.0.0.1/app --schema public

{EXIT_CODES}"""


@click.command(cls=Command, params=general_options(), epilog=EPILOG)
@source_options
@click.option("--to", metavar="SOURCE", help=f"What it is to become: {SOURCES}.  [default: files]")
@server_options
@schema_options
@click.option("--only", multiple=True, metavar="PATTERN", help="Only objects of these names; repeatable.")
@click.option("--ignore", multiple=True, metavar="PATTERN", help="Leave objects of these names alone; repeatable.")
@click.option(
    "--rename",
    "renames",
    multiple=True,
    metavar="OLD=NEW",
    help="Rename instead of drop and create: public.contacts.status=stage; repeatable.",
)
@click.option(
    "--renames",
    "suggested",
    type=click.Choice([ASK, NEVER, ACCEPT]),
    default=ASK,
    help="What to do about renames that the two sides suggest: ask on a terminal and list them elsewhere (default).",
)
@click.option("--keep-hints", is_flag=True, help="With -f: leave the hints of renames in the schema files.")
@click.option("--cosmetic", is_flag=True, help="Take in function bodies that differ in looks only.")
@click.option(
    "--proof",
    type=click.Choice(["catalog", "pg_dump"]),
    default="catalog",
    help="Who judges the plan that was tried in the shadow: pgnorm's own reading, or pg_dump as well.",
)
@click.option(
    "--seed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Try the plan on the rows that this SQL gives the tables of the old side.",
)
@click.option("--no-proof", is_flag=True, help="Print the plan without trying it in the shadow.")
@click.option(
    "--fail-on",
    multiple=True,
    type=click.Choice(WORDS),
    metavar="HAZARD",
    help="End with 1, and write no migration, if the plan has this hazard; repeatable.",
)
@click.option("--check", is_flag=True, help="End with 1 if there are changes; not with -f.")
@click.option("-f", "--file", "name", metavar="NAME", help="Write a migration <UTC time>_NAME.sql instead of stdout.")
@click.option("--no-header", is_flag=True, help="With -f: write no comments at the head of the migration.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file instead of stdout.")
@click.option("--json", "json_", is_flag=True, help="Print one JSON document instead of SQL.")
@click.pass_obj
def diff(
    app: App,
    to: str | None,
    schemas: tuple[str, ...],
    exclude_schemas: tuple[str, ...],
    only: tuple[str, ...],
    ignore: tuple[str, ...],
    renames: tuple[str, ...],
    suggested: str,
    keep_hints: bool,
    cosmetic: bool,
    proof: "ProofBy",
    seed: Path | None,
    no_proof: bool,
    fail_on: tuple[str, ...],
    check: bool,
    name: str | None,
    no_header: bool,
    output: Path | None,
    json_: bool,
) -> int:
    """Write the migration that leads from one source to another.

    In a project it leads from the migrations to the declared schema files unless --from or --to name something else.
    It is tried in a private Postgres before it is printed.
    """
    from pgnorm.normalizer.comparing import compare
    from pgnorm.normalizer.comparison import Options
    from pgnorm.normalizer.plan.plan import BOUNDARY

    from .left_alone import ignoring

    if name is not None:
        if check:
            raise click.UsageError(
                "--check writes no migration, so it can't be combined with -f; run `pgnorm diff --check` first."
            )
        _check_name(app, name, alone=output is None or json_)
    if seed is not None and no_proof:
        raise click.UsageError("--seed is for the proof, so it can't be combined with --no-proof.")
    old, new = _words(app, to)
    options = Options(
        schemas=schemas,
        exclude_schemas=exclude_schemas,
        renames=renames,
        ignoring=ignoring(app.project.ignore if app.project else None, only, ignore),
        cosmetic=cosmetic,
        proof=None if no_proof else proof,
        seed=seed,
    )
    sources = app.parse(old), app.parse(new)
    if _same(*sources):
        raise PgnormError(
            f"both sides are the same source, `{_public(new)}`",
            hint="Name another one for one of them; without --from it is `migrations`, without --to `files`.",
        )
    _spare_sources(output, *sources)
    known = app.project.migration_files() if app.project and name is not None else None
    with app.workspace() as workspace:
        found = compare(workspace, *sources, options, lambda found: accepted(found, suggested))
    app.tell_unmatched(found.unmatched)
    summarize(app.console, found)
    tell_renames(app, found, listed=suggested == ASK)
    tell_phantoms(app.console, found, _way_out(old, new))
    app.tell_unmodelled(sorted(set(found.unmodelled) - set(found.one_sided)))
    for side, one_sided in (("from", found.only_old), ("to", {*found.one_sided} - found.only_old)):
        app.tell_unmodelled(sorted(one_sided), title=f"{side}: {_ONE_SIDED}")
    files: tuple[str, ...] = ()
    failed = refused(app.console, found, fail_on)
    if name is not None and known is not None and found.plan and not failed:
        texts = scripts(found)
        if not no_header:
            texts = headed(found, texts, workspace.platform.name)
        hints = () if keep_hints else found.renamed.hints
        files = write_migrations(app, texts, name, known, behind=old == "migrations", done=hints)
    if json_:
        deliver(app.console, as_json(found, _public(old), _public(new), files), output)
    elif not files and (found.plan or output is not None):
        text = f"\n{BOUNDARY}\n".join(scripts(found)) if found.plan else ""
        deliver(app.console, text, output)
    return CHANGED if failed or (check and (found.plan or found.one_sided)) else 0


def _words(app: App, to: str | None) -> tuple[str, str]:
    """The two source words, by default those of a project."""
    if app.project is None and (app.source is None or to is None):
        raise PgnormError(
            "outside a project diff needs both sources",
            hint="Name them with --from and --to, run it in the project, or name the project with --project.",
        )
    return app.source or "migrations", to or "files"


def _same(old: "Source", new: "Source") -> bool:
    from pgnorm.normalizer.project.sources import Files, SnapshotFile

    if isinstance(old, SnapshotFile) and isinstance(new, SnapshotFile):
        return old.path.resolve() == new.path.resolve()
    if isinstance(old, Files) and isinstance(new, Files):
        paths, others = ([path.resolve() for path in one.paths] for one in (old, new))
        return old.kind == new.kind and paths == others
    return old == new


def _spare_sources(output: Path | None, *sources: "Source") -> None:
    """Refuse to write the product over what is compared."""
    from pgnorm.normalizer.files.reading import real_path
    from pgnorm.normalizer.project.sources import paths_of

    if output is None or str(output) == STDIO:
        return
    if real_path(output) in {real_path(path) for source in sources for path in paths_of(source)}:
        raise PgnormError(
            "the file is compared itself, so -o can't write over it", place=str(output), hint="Name another file."
        )


def _check_name(app: App, name: str, *, alone: bool) -> None:
    """Refuse at once a migration that could not be written in the end."""
    from pgnorm.normalizer.project.migrations import new_paths

    if not alone:
        raise click.UsageError("-f can't be combined with -o.")
    if app.project is None:
        raise PgnormError("-f writes into a project's migrations folder, and there is no project", hint="Use -o FILE.")
    project = app.project
    new_paths(project.migrations_dir, [name], datetime.now(UTC), as_supabase=project.has_supabase_migrations)


def _way_out(old: str, new: str) -> str | None:
    """The command that puts the stored bytes of `old` into the schema files, where those are the new side."""
    if new != "files":
        return None
    return f"pgnorm fix-functions {'--db-url …' if _is_address(old) else f'--from {old}'}"


def _public(word: str) -> str:
    """A source word without what may hold a password."""
    return "database" if _is_address(word) else word


def _is_address(word: str) -> bool:
    return "://" in word or "=" in word
