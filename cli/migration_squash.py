"""`pgnorm migration squash`: several migrations made one that leaves the same schema and the same rows."""

from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

import click

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.quoting import ident

from . import VERSION
from .app import App
from .documents import deliver_outcome, json_option, outcome
from .general import general_options
from .help import Command, exit_codes
from .output import plural, write
from .servers import cache_option, shadow_option, trust_option
from .squashed_history import SquashedHistory, finish
from .targets import option_of, project_of, target, target_options

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pgnorm.normalizer.applying.pieces import Applicable
    from pgnorm.normalizer.project.forms import Migration, Migrations
    from pgnorm.normalizer.project.sources import Files
    from pgnorm.normalizer.squashing.squash import Squashed

    from .outcomes import SquashOutcome

NAME: Final = "squashed"
EPILOG: Final = f"""\b
Examples:
  pgnorm migration squash --dry-run    print the one migration that would take the place of all
  pgnorm migration squash --to 20250611095226
                                       leave alone what comes after that one
  pgnorm migration squash --linked     and have the linked database's history say the same

{exit_codes()}"""


@click.command(cls=Command, params=general_options(), epilog=EPILOG)
@target_options
@shadow_option
@trust_option
@cache_option
@click.option(
    "--to", "last", metavar="VERSION", help="The last migration to be squashed; those after it stay.  [default: all]"
)
@click.option("--dry-run", is_flag=True, help="Print the migration, and write nothing.")
@click.option("--force", is_flag=True, help="Replace files that have changes which git has not committed.")
@json_option
@click.pass_obj
def squash(app: App, last: str | None, dry_run: bool, force: bool) -> int:
    """Make migrations one file that leaves the same schema and the same rows.

    It has the schema as it is at their end, and the statements that wrote rows (buckets, jobs, lookup tables) as they
    stand in the files. Loaded, it must make an equal catalog and equal rows; only then it takes their place. A database
    is touched where one is named: its history then has the one migration instead.
    """
    from pgnorm.normalizer.applying.standing import read
    from pgnorm.normalizer.files.restoring import refuse_unrestorable
    from pgnorm.normalizer.squashing.choosing import FEWEST, choose, refuse_unfit

    project, at = project_of(app), option_of(app, "local")
    known = project.migration_files()
    with ExitStack() as stack:
        found = None
        if app.source is not None:
            found = stack.enter_context(target(app))
            stack.enter_context(found.lock.held())
            if not dry_run and finish(app, found, project, at) and len(known.files) < FEWEST:
                deliver_outcome(app, outcome(app))
                return 0
        chosen = choose(known, last)
        read_files = [read(each.path, each.version, each.name) for each in chosen]
        refuse_unfit(known, read_files)
        for each in () if force or dry_run else chosen:
            refuse_unrestorable(each.path)
        history = None
        if found is not None:
            history = SquashedHistory(found, project, [each.version for each in chosen], at)
            history.check()
        path = _path(known, chosen)
        squashed = _squashed(app, chosen, path)
        _tell(app, squashed)
        if not dry_run:
            _replace(app, known, read_files, path, squashed.text, history)
        elif not app.as_json:
            write(squashed.text)
        if dry_run:
            app.console.say(f"Would write {_shown(path)} in the place of {plural(len(chosen), 'migration')}")
    _deliver(app, squashed, read_files, path, dry_run=dry_run)
    return 0


def _deliver(app: App, squashed: "Squashed", files: "Sequence[Applicable]", path: "Path", *, dry_run: bool) -> None:
    """Print, where JSON is asked for, what was squashed."""
    app.note_file(_shown(path), "wrote")
    for each in files:
        if each.source.path != path:
            app.note_file(each.label, "removed")
    done: SquashOutcome = {
        **outcome(app, dry_run=dry_run),
        "sql": squashed.text,
        "carried": [step.place for step in squashed.carried],
        "rows": squashed.rows,
        "tables": squashed.tables,
    }
    deliver_outcome(app, done)


def _path(known: "Migrations", chosen: "Sequence[Migration]") -> "Path":
    last = chosen[-1]
    return last.path.with_name((known.named or "").format(version=last.version, name=NAME))


def _squashed(app: App, chosen: "Sequence[Migration]", path: "Path") -> "Squashed":
    """The migration, proved. Raises PgnormError."""
    from pgnorm.normalizer.applying.pieces import MARK
    from pgnorm.normalizer.applying.squashes import squash_head
    from pgnorm.normalizer.comparing import compare
    from pgnorm.normalizer.comparison import Options
    from pgnorm.normalizer.squashing.squash import NOTHING, Squashing

    from .comparison import scripts
    from .header import certificate_line

    source = _source(chosen)
    with app.workspace() as workspace:
        try:
            comparison = compare(workspace, NOTHING, source, Options())
        except PgnormError:
            # It may need what the migrations change of the platform; all of it is proved together.
            untried = compare(workspace, NOTHING, source, Options(proof=None))
            comparison = untried.evolve(unproved=None, judge="catalog")
        texts = scripts(comparison, bare=True)
        squashed = Squashing(workspace, source, "\n".join(texts), path).run()
        head = [
            *([MARK] if len(texts) > 1 or any(comparison.plan.alone) else []),
            *squash_head(VERSION, (each.path.name for each in chosen)),
            certificate_line(comparison, workspace.platform, squashed.text),
        ]
        return squashed.evolve(text="\n".join([*head, "", squashed.text]))


def _source(chosen: "Sequence[Migration]") -> "Files":
    from pgnorm.normalizer.project.sources import Files

    return Files(
        word="migrations",
        paths=tuple(each.path for each in chosen),
        kind="migrations",
        title=f"{plural(len(chosen), 'migration')} up to {chosen[-1].path.name}",
    )


def _tell(app: App, squashed: "Squashed") -> None:
    for step in squashed.carried:
        app.console.detail(f"carried over: {step.place}")
    if squashed.carried:
        app.console.say(f"{plural(len(squashed.carried), 'statement')} carried over as they stand there")
    for what, names in (
        ("is written as its rows are at the end", squashed.held),
        ("is filled anew", squashed.refreshed),
    ):
        for name in names:
            app.console.say(f"{'.'.join(name)} {what}")
    for name, columns in squashed.volatile.columns.items():
        counted = name in squashed.volatile.tables
        part = "only by the number of its rows: the rest differs" if counted else _without(columns)
        app.console.say(f"{'.'.join(name)} was compared {part} each time that the migrations run")
    rows = f"{plural(squashed.rows, 'row')} in {plural(squashed.tables, 'table')}"
    app.console.say(f"Proved: the catalog is equal, and so are the rows ({rows})")


def _without(columns: "Iterable[str]") -> str:
    """The words for columns that are left out: `without its columns "a" and "b": they differ`."""
    *others, last = map(ident, sorted(columns))
    if others:
        return f"without its columns {', '.join(others)} and {last}: they differ"
    return f"without its column {last}: it differs"


def _replace(
    app: App,
    known: "Migrations",
    files: "Sequence[Applicable]",
    path: "Path",
    text: str,
    history: "SquashedHistory | None",
) -> None:
    """Put the one file in the place of the others, and the one row of the history in that of theirs."""
    from pgnorm.normalizer.files.edits import encoded
    from pgnorm.normalizer.files.folders import alone_in
    from pgnorm.normalizer.files.staging import Writing
    from pgnorm.normalizer.files.writing import write_alone

    last = files[-1]
    old = {each.source.path: encoded(each.source, each.source.text) for each in files if each.source.path is not None}
    writings = [Writing(path=path, content=text.encode(), expected=old.get(path), label=_shown(path))]
    writings += [
        Writing(path=each, content=None, expected=content, label=_shown(each))
        for each, content in old.items()
        if each != path
    ]

    def put() -> None:
        with alone_in([path.parent]):
            if project_of(app).migration_files().files != known.files:
                raise PgnormError(
                    "migrations were added or taken away meanwhile",
                    place=_shown(path.parent),
                    hint="Nothing is written: run it again.",
                )
            write_alone(writings)

    if history is not None:
        history.replace(last.version, NAME, path, text, put)
    else:
        put()
    app.console.say(f"Wrote {_shown(path)} in the place of {plural(len(files), 'migration')}")
    if history is not None:
        app.console.say(f"The history has {last.version} instead of {plural(len(files), 'migration')}")
    else:
        gone = " ".join(each.version for each in files[:-1])
        told = (f"reverted {gone}", f"applied {last.version}")
        app.console.listing(
            "A database that has applied them is to be told:",
            [f"pgnorm migration repair --status {each}" for each in told],
        )


def _shown(path: "Path | None") -> str:
    from pgnorm.normalizer.files.reading import shown

    return shown(path) if path is not None else ""
