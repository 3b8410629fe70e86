"""`pgnorm fix-functions`: function definitions rewritten in place as Postgres stores them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pgnorm.catalog.errors import PgnormError

from .app import App
from .documents import deliver_outcome, json_option, outcome
from .general import general_options
from .help import CHANGED, CHECKED, Command, exit_codes
from .options import source_options
from .output import STDIO, plural, read_bytes, write, write_bytes
from .servers import server_options

if TYPE_CHECKING:
    from pgnorm.catalog.model import Catalog
    from pgnorm.normalizer.load.context import Context
    from pgnorm.normalizer.rewrite.fixing import Report
    from pgnorm.normalizer.rewrite.inputs import Chosen, Text
    from pgnorm.normalizer.workspace import Workspace

    from .outcomes import FixOutcome

_COLORS: Final = {"+": "green", "-": "red", "@": "cyan"}
EPILOG: Final = f"""\b
Examples:
  pgnorm fix-functions                     every declared schema file
  pgnorm fix-functions --check             for CI: would anything change?
  pgnorm fix-functions --diff 02_functions.sql
  pgnorm fix-functions --from migrations   end differences in looks by taking the stored bodies

{exit_codes(CHECKED)}"""


@click.command("fix-functions", cls=Command, params=general_options(), epilog=EPILOG)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@source_options
@server_options
@click.option(
    "--take",
    type=click.Choice(["comments"]),
    help="With a source: take its bodies too where they differ in comments.",
)
@click.option("--check", is_flag=True, help="Write nothing; end with 1 if something would change.")
@click.option("--diff", "show_diff", is_flag=True, help="Write nothing; print a unified diff of what would change.")
@click.option(
    "--stdin-filename", type=click.Path(path_type=Path), help="With -: the file that stdin stands for in its project."
)
@json_option
@click.pass_obj
def fix_functions(
    app: App,
    files: tuple[Path, ...],
    take: str | None,
    check: bool,
    show_diff: bool,
    stdin_filename: Path | None,
) -> int:
    """Rewrite function, procedure and aggregate definitions as Postgres prints them.

    FILES are rewritten in place, by default every declared schema file; `-` reads stdin and writes stdout. Everything
    outside the definitions stays as it is, and so do bodies, unless a source is named: then its stored bodies are
    taken where they differ from the file's in layout, letter case or spelling only.
    """
    from pgnorm.normalizer.files.reading import real_path
    from pgnorm.normalizer.rewrite.fixing import fix
    from pgnorm.normalizer.rewrite.known import fixed

    if take and not app.source:
        raise click.UsageError("--take goes with a source (--from, --local, --db, --db-url, --linked, --remote).")
    text = _stdin(files, stdin_filename)
    if app.as_json and text is not None and not (check or show_diff):
        raise click.UsageError("- writes the text to stdout, so --json goes with it only beside --check or --diff.")
    paths = () if text else files
    named = tuple(path for path in (*paths, text.path if text else None) if path is not None)
    _enter_project(app, named)
    written = not (check or show_diff)
    with app.workspace() as workspace:
        chosen = _chosen(workspace, paths, text)
        for note in workspace.project.schema_files.unmatched() if workspace.project else ():
            app.console.warn(note)
        stored, context = _stored(app, workspace)
        with _hinting(text):
            if stored is None:
                report = fixed(context, chosen, written=written)
            else:
                report = fix(context, chosen, stored=stored, take_comments=take == "comments", written=written)
    if report.failed:
        app.console.warn("Other files do not load, and the named ones are not checked against them:")
        app.console.errors(report.failed, warning=True)
    for message in report.messages:
        app.tell(message.level, f"{message.place}: {message.text}")
    if text is not None and not (check or show_diff):
        _print_fixed(report, text)
    elif show_diff and not app.as_json:
        _print_diff(report)
    elif written:
        at = report.write()
        for rewrite in report.changed:
            if rewrite.source.path is not None and real_path(rewrite.source.path) not in at:
                app.console.say(f"{rewrite.source.label} says so already: another run has written it meanwhile")
    _summarize(app, report, text, written=written)
    _tell_outcome(app, report, written=written, show_diff=show_diff)
    return CHANGED if check and report.changed else 0


def _stdin(files: tuple[Path, ...], filename: Path | None) -> "Text | None":
    """The text on stdin, if it is wanted."""
    from pgnorm.normalizer.rewrite.inputs import Text

    if not any(str(path) == STDIO for path in files):
        if filename is not None:
            raise click.UsageError("--stdin-filename goes with - as the only file.")
        return None
    if len(files) > 1:
        raise click.UsageError("- can't be combined with other files.")
    return Text(content=read_bytes(), path=filename)


@contextmanager
def _hinting(text: "Text | None") -> Iterator[None]:
    """Says of a text without a name, where something beside it is missing or in its way, what a name is good for."""
    from pgnorm.normalizer.load.errors import Misfit
    from pgnorm.normalizer.rewrite.inputs import STDIN

    try:
        yield
    except PgnormError as problem:
        nameless = text is not None and text.path is None
        errors = (problem, *problem.others) if nameless else ()
        misfits = [one for one in errors if isinstance(one, Misfit) and (one.place or "").startswith(STDIN)]
        for one in misfits[-1:]:
            name = "Name the file of the project that stdin stands for with --stdin-filename."
            one.hint = f"{one.hint} {name}" if one.hint else name
        raise


def _enter_project(app: App, named: tuple[Path, ...]) -> None:
    """Make the project of the named files the run's, unless --project names one."""
    from pgnorm.normalizer.files.reading import shown
    from pgnorm.normalizer.files.repair import around
    from pgnorm.normalizer.rewrite.inputs import project_of

    for path in named:
        app.repair(around(path))
    if not named or app.project_path is not None:
        return
    here = app.project
    app.project = project_of(named, here)
    if app.project is not None and app.project is not here:
        app.console.say(f"project: {shown(app.project.root)}")
        app.repair(app.project.folders())


def _stored(app: App, workspace: "Workspace") -> "tuple[Catalog | None, Context]":
    """The catalog whose bodies are compared, if any, and what the files are loaded with for that."""
    from pgnorm.normalizer.project.sources import Files

    source = app.source_or(app.source) if app.source else None
    if source is None or isinstance(source, Files):
        stored = workspace.contents(source).catalog if source is not None else None
        return stored, workspace.settled()
    stored = workspace.read(source)
    return stored, workspace.settled(stored)


def _chosen(workspace: "Workspace", paths: tuple[Path, ...], text: "Text | None") -> "Chosen":
    from pgnorm.normalizer.rewrite.inputs import choose

    return choose(workspace.project, paths, text)


def _print_fixed(report: "Report", text: "Text") -> None:
    from pgnorm.normalizer.files.edits import encoded

    for rewrite in report.rewrites:
        write_bytes(encoded(rewrite.source, rewrite.text))


def _print_diff(report: "Report") -> None:
    from pgnorm.normalizer.files.edits import unified

    for rewrite in report.changed:
        diff = unified(rewrite)
        context = click.get_current_context()
        colored = context.color if context.color is not None else sys.stdout.isatty()
        write("".join(_colored(line) for line in diff.splitlines(keepends=True)) if colored else diff)


def _colored(line: str) -> str:
    bold = line.startswith(("---", "+++"))
    return click.style(line, bold=True) if bold else click.style(line, fg=_COLORS.get(line[:1]))


def _tell_outcome(app: App, report: "Report", *, written: bool, show_diff: bool) -> None:
    """Print, where JSON is asked for, what became of the files."""
    from pgnorm.normalizer.files.edits import unified

    for rewrite in report.changed:
        app.note_file(rewrite.source.label, "edited", unified(rewrite) if show_diff else None)
    done: FixOutcome = {
        **outcome(app, dry_run=not written),
        "rewritten": report.rewritten,
        "unchanged": report.unchanged,
        "left": report.left,
        "messages": [{"place": each.place, "level": each.level, "message": each.text} for each in report.messages],
    }
    deliver_outcome(app, done)


def _summarize(app: App, report: "Report", text: "Text | None", *, written: bool) -> None:
    verb = "rewrote" if written else "would rewrite"
    for rewrite in report.changed:
        name = rewrite.source.label
        what = name if text is None else f"stdin (for {name})" if text.path else "stdin"
        app.console.say(f"{verb} {what}")
    if not report.rewritten + report.unchanged + report.left:
        app.console.say("No function definitions found.")
        return
    became = (
        (report.rewritten, "rewritten" if written else "would be rewritten"),
        (report.unchanged, "unchanged"),
        (report.left, "left as written"),
    )
    (count, what), *others = [(count, what) for count, what in became if count]
    said = [f"{plural(count, 'function')} {what}", *(f"{count} {what}" for count, what in others)]
    app.console.say(f"{', '.join(said)}.")
