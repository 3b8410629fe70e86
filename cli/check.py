"""`pgnorm check`: all that a project must hold to, in one command for CI and commit hooks."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pgnorm.catalog.errors import PgnormError

from .app import App
from .check_forms import FORMS, GITHUB, JSON, TEXT
from .general import general_options
from .help import CHANGED, Command, exit_codes
from .html import check_page, html_option
from .output import deliver, plural
from .servers import cache_option, shadow_option, trust_option
from .words import words_option

if TYPE_CHECKING:
    from pgnorm.normalizer.checking.finding import Finding
    from pgnorm.normalizer.project.project import Project
    from pgnorm.normalizer.workspace import Workspace

EPILOG: Final = f"""\b
Examples:
  pgnorm check                     do files, migrations and certificates agree?
  pgnorm check --since origin/main
                                   and does this branch leave applied migrations alone?
  pgnorm check --output-format sarif -o pgnorm.sarif

{exit_codes("something is not as it should be")}"""


def _rules() -> Iterable[str]:
    from pgnorm.normalizer.checking.rules import RULES

    return RULES


@click.command(cls=Command, params=general_options(), epilog=EPILOG)
@shadow_option
@trust_option
@cache_option
@click.option(
    "--since",
    metavar="REVISION",
    help="Migrations that git has at this revision must stand, and new ones must come after them.",
)
@words_option("--skip", "skipped", known=_rules, metavar="RULE", said="Leave out this rule; repeatable.")
@click.option(
    "--level",
    type=click.Choice(["error", "warn", "info"]),
    default="warn",
    help="Lints of this level and worse count (warn).",
)
@click.option(
    "--output-format",
    "form",
    type=click.Choice([*FORMS]),
    help="[default: text; github where GitHub Actions runs it]",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --output-format json.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file instead of stdout.")
@html_option
@click.pass_obj
def check(
    app: App,
    since: str | None,
    skipped: tuple[str, ...],
    level: str,
    form: str | None,
    as_json: bool,
    output: Path | None,
    html: Path | None,
) -> int:
    """Check that the project's files, migrations and certificates agree.

    Functions are as Postgres stores them, files and migrations load and say the same, versions are unique, each
    migration is what was proved and begins where the one before ends, hints of renames are still needed, and access is
    as the table says that the setting `access` names. CSV files that are samples have their tables' columns, and values
    that these take. Lints find what is allowed and seldom meant. Each finding says how to fix it.
    """
    from pgnorm.normalizer.checking.check import findings
    from pgnorm.normalizer.checking.rules import ACCESS, HINTS, LOADS
    from pgnorm.normalizer.checking.squawk import SQUAWK
    from pgnorm.normalizer.linting.lint import Level

    if app.project is None:
        raise PgnormError("check looks at a project, and there is none from here upwards", hint="Use --project.")
    if as_json and form not in (None, JSON):
        raise click.UsageError("--json and --output-format name two forms.")
    check_page(html, output)
    with app.workspace() as workspace:
        asked = SQUAWK not in skipped
        found = [*findings(workspace, app.project, since=since, level=Level[level.upper()], squawk=asked)]
        if ACCESS not in skipped and not any(each.rule in (LOADS, HINTS) for each in found):
            found += _of_access(app, workspace, app.project)
    found = [each for each in found if each.rule not in skipped]
    wanted = JSON if as_json else form or (GITHUB if os.environ.get("GITHUB_ACTIONS") == "true" else TEXT)
    deliver(app.console, FORMS[wanted](found), output)
    if html is not None:
        from pgnorm.normalizer.review.findings_page import findings_page

        deliver(app.console, findings_page(found), html)
    app.console.say(plural(len(found), "finding") if found else "No findings")
    return CHANGED if found else 0


def _of_access(app: App, workspace: "Workspace", project: "Project") -> "Iterator[Finding]":
    """The finding that access is not as the committed table says."""
    from pgnorm.normalizer.checking.finding import Finding
    from pgnorm.normalizer.checking.rules import ACCESS
    from pgnorm.normalizer.files.reading import shown
    from pgnorm.normalizer.project.sources import declared

    from .access import ENDINGS, read_committed, read_found
    from .access_forms import FORMS as TABLES
    from .access_forms import TEXT as PLAIN

    if project.access is None:
        return
    label = shown(project.access)
    known = read_committed(project.access)
    text = TABLES[ENDINGS.get(project.access.suffix, PLAIN)](read_found(app, workspace, declared(project)))
    if text != known:
        lines = zip(known.splitlines(), text.splitlines(), strict=False)
        at = next((number for number, (one, other) in enumerate(lines, start=1) if one != other), 1)
        yield Finding(
            rule=ACCESS,
            message="who may do what is no longer as this table says",
            place=f"{label}:{at}:1",
            cure=f"pgnorm access --check {label} shows it. If it is intended: pgnorm access -o {label}",
        )
