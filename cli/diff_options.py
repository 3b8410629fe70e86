"""The options of `pgnorm diff`, by what they are about."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, ParamSpec, TypedDict, TypeVar

import click

from .hazards import WORDS
from .html import html_option
from .options import SOURCES, schema_options, source_options, with_options
from .renames import rename_options
from .servers import server_options, time_or_none
from .words import completed_source, kinds, words_option

if TYPE_CHECKING:
    from pgnorm.normalizer.comparison import ProofBy

SQL: Final = "sql"
MARKDOWN: Final = "markdown"
JSON: Final = "json"
P = ParamSpec("P")
R = TypeVar("R")


class Given(TypedDict):
    """The values of the options of one run."""

    to: str | None
    schemas: tuple[str, ...]
    exclude_schemas: tuple[str, ...]
    only: tuple[str, ...]
    ignore: tuple[str, ...]
    kinds: tuple[str, ...]
    no_owner: bool
    no_privileges: bool
    no_comments: bool
    no_security_labels: bool
    renames: tuple[str, ...]
    suggested: str
    keep_hints: bool
    reverse: bool
    no_roles: bool
    drop_roles: bool
    no_drops: bool
    safe_only: bool
    allowed_drops: tuple[str, ...]
    cosmetic: bool
    calls: bool
    extension_versions: bool
    online: bool | None
    online_lock_timeout: str
    online_statement_timeout: str
    proof: "ProofBy"
    seed: Path | None
    no_proof: bool
    fail_on: tuple[str, ...]
    check: bool
    name: str | None
    no_header: bool
    down: bool
    output: Path | None
    form: str | None
    json_: bool
    html: Path | None


def form_of(given: Given) -> str:
    """The form of the product."""
    return JSON if given["json_"] else given["form"] or SQL


_SIDES: Final = (
    source_options,
    click.option(
        "--to",
        metavar="SOURCE",
        shell_complete=completed_source,
        help=f"What it is to become: {SOURCES}.  [default: files]",
    ),
    server_options,
)
_SELECTION: Final = (
    schema_options,
    click.option("--only", multiple=True, metavar="PATTERN", help="Only objects of these names; repeatable."),
    click.option("--ignore", multiple=True, metavar="PATTERN", help="Leave objects of these names alone; repeatable."),
    words_option(
        "--kind",
        "kinds",
        known=kinds,
        metavar="KIND",
        said="Only objects of this kind, with all that belongs to them: table, function, policy; repeatable.",
    ),
    click.option("--no-owner", is_flag=True, help="Leave owners as they are."),
    click.option("--no-privileges", is_flag=True, help="Leave privileges as they are, default ones too."),
    click.option("--no-comments", is_flag=True, help="Leave comments as they are."),
    click.option("--no-security-labels", is_flag=True, help="Leave security labels as they are."),
)
_RENAMES: Final = (
    rename_options,
    click.option("--keep-hints", is_flag=True, help="With -f: leave the hints of renames in the schema files."),
)
_PLAN: Final = (
    click.option("--reverse", is_flag=True, help="Write the way back, from what --to names to what --from names."),
    click.option("--no-roles", is_flag=True, help="Leave roles out that the files of either side make."),
    click.option("--drop-roles", is_flag=True, help="Drop roles that only the old side's files make."),
    click.option(
        "--no-drops",
        is_flag=True,
        help="Leave as it is what the plan would lose data with; what holds none (views, functions) still goes.",
    ),
    click.option(
        "--safe-only",
        is_flag=True,
        help="Drop nothing for good, and lose nothing; a view may be dropped and made again as the new side has it.",
    ),
    words_option(
        "--allow-drop",
        "allowed_drops",
        known=kinds,
        metavar="KIND",
        said="As --safe-only, but drop objects of this kind: index, view, function; repeatable.",
    ),
    click.option("--cosmetic", is_flag=True, help="Take in function bodies that differ in formatting only."),
    click.option(
        "--calls",
        is_flag=True,
        help="End the migration with the calls that the schema files have and the migrations don't.",
    ),
    click.option(
        "--extension-versions",
        is_flag=True,
        help="End the migration with updates of extensions that have another version in the new database.",
    ),
    click.option(
        "--online/--no-online",
        default=None,
        help="Come to the same end by steps that don't lock busy tables for long, or don't; else the settings say.",
    ),
    click.option(
        "--online-lock-timeout",
        metavar="TIME",
        callback=time_or_none,
        default="4s",
        help="With --online: how long what others would wait behind waits itself (4s); 0 is no limit.",
    ),
    click.option(
        "--online-statement-timeout",
        metavar="TIME",
        callback=time_or_none,
        default="0",
        help="With --online: how long such a statement may run; 0 leaves that to the database (default).",
    ),
    words_option(
        "--fail-on",
        known=lambda: WORDS,
        metavar="HAZARD",
        said=f"End with 1, and write no migration, if the plan has this hazard; repeatable: {', '.join(WORDS)}.",
    ),
)
_PROOF: Final = (
    click.option(
        "--proof",
        type=click.Choice(["catalog", "pg_dump"]),
        default="catalog",
        help="Who judges the plan that was tried in the shadow: pgnorm's own reading, or pg_dump as well.",
    ),
    click.option(
        "--seed",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Try the plan on the rows that this SQL gives the tables of the old side.",
    ),
    click.option("--no-proof", is_flag=True, help="Print the plan without trying it in the shadow."),
)
_PRODUCT: Final = (
    click.option("--check", is_flag=True, help="End with 1 if there are changes; not with -f."),
    click.option(
        "-f", "--file", "name", metavar="NAME", help="Write a migration <UTC time>_NAME.sql instead of stdout."
    ),
    click.option("--down", is_flag=True, help="With -f: write the way back too, where the tool keeps ways back."),
    click.option(
        "--no-header",
        is_flag=True,
        help="Write no comments about the plan: no head, no hazards above statements.",
    ),
    click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file instead of stdout."),
    click.option(
        "--format",
        "form",
        type=click.Choice([SQL, MARKDOWN, JSON]),
        help="SQL (default), a comment for a pull request, or one JSON document.",
    ),
    click.option("--json", "json_", is_flag=True, help="Print one JSON document instead of SQL: --format json."),
    html_option,
)


def diff_options(function: Callable[P, R]) -> Callable[P, R]:
    """All options of `diff`, in the order of its help; the command gets them as `Given`."""
    return with_options(function, *_SIDES, *_SELECTION, *_RENAMES, *_PLAN, *_PROOF, *_PRODUCT)
