"""`pgnorm diff`: the migration between two sources."""

from importlib import import_module
from typing import TYPE_CHECKING, Final, Unpack

import click

from pgnorm.catalog.errors import PgnormError

from .app import App
from .comparison import scripts
from .diff_checks import check_calls, check_options, check_versions, same, spare_sources
from .diff_options import SQL, Given, diff_options, form_of
from .general import general_options
from .hazards import refused
from .header import headed
from .help import CHANGED, CHECKED, Command, exit_codes
from .html import public
from .left_alone import keeping, uncompared
from .new_migrations import without_hints, write_migrations
from .output import deliver
from .renames import ASK, accepted
from .reviews import as_form, as_page
from .targets import named_database, tell_history
from .telling import tell_comparison
from .ways_back import as_text, find_way_back

if TYPE_CHECKING:
    from pgnorm.normalizer.comparison import Comparison, Options
    from pgnorm.normalizer.platforms import Platform
    from pgnorm.normalizer.project.forms import Migrations

EPILOG: Final = f"""\b
Examples:
  pgnorm diff                      what the schema files have that the migrations don't
  pgnorm diff -f add_notes         the same as a new migration
  pgnorm diff --from migrations --to local
                                   what the local database has that the migrations don't
  pgnorm diff --local --check      does the local database say what the files say?
  pgnorm diff --from files --to postgresql://127.0.0.1/app --schema public

{exit_codes(CHECKED + "; with --fail-on: the plan has it")}"""


@click.command(cls=Command, params=general_options(), epilog=EPILOG)
@diff_options
@click.pass_obj
def diff(app: App, **given: Unpack[Given]) -> int:
    """Write the migration that leads from one source to another.

    In a project it leads from the migrations to the declared schema files unless --from or --to name something else.
    It is tried in a private Postgres before it is printed.
    """
    from pgnorm.normalizer.asking import asking

    check_options(app, given)
    words = old, new = _words(app, given["to"])
    sources = app.parse(old), app.parse(new)
    if same(*sources):
        raise PgnormError(
            f"both sides are the same {f'source, `{new}`' if public(new) == new else 'database'}",
            hint="Name another one for one of them; without --from it is `migrations`, without --to `files`.",
        )
    spare_sources({"-o": given["output"], "--html": given["html"]}, *sources)
    if given["calls"]:
        check_calls(*sources)
    if given["extension_versions"]:
        check_versions(*sources)
    database = named_database(words, sources)
    known = app.project.migration_files() if app.project and given["name"] is not None else None
    with app.workspace() as workspace:
        # Imports take as long as servers with a question.
        with asking(workspace, *sources, meanwhile=lambda: import_module("pgnorm.normalizer.comparison")) as asked:
            import_module("pgnorm.normalizer.plan.assessing")
            from pgnorm.normalizer.comparing import compare_sides, reads
            from pgnorm.normalizer.sides import Sides

            options = _options(app, given)
            told = reads(workspace, asked, options)
        sides = Sides.of(workspace, *sources, told)
        found = compare_sides(sides, *sources, options, lambda found: accepted(app.console, found, given["suggested"]))
        back = find_way_back(workspace, *sources, options, found) if given["down"] and found.plan else None
    if given["reverse"]:
        words = old, new = new, old
    if app.project is not None:
        from pgnorm.normalizer.consumers import consumers

        found = found.evolve(consumers=consumers(found, app.project, app.tell))
    with app.console.fitting():
        tell_comparison(app, found, listed=given["suggested"] == ASK, way_out=_way_out(*words))
    if found.plan and database is not None:
        tell_history(app, database)
    failed = refused(app.console, found, given["fail_on"])
    if failed and known is not None:
        app.console.warn("No migration is written")
    files = () if known is None or failed else _written(app, found, back, given, workspace.platform, known, old)
    _deliver(app, found, given, words, files)
    return CHANGED if failed or (given["check"] and (found.writes or found.one_sided)) else 0


def _options(app: App, given: Given) -> "Options":
    from pgnorm.normalizer.comparison import Options
    from pgnorm.normalizer.left_alone import ignoring

    return Options(
        schemas=given["schemas"],
        exclude_schemas=given["exclude_schemas"],
        renames=given["renames"],
        ignoring=ignoring(app.project.ignore if app.project else None, given["only"], given["ignore"], given["kinds"]),
        uncompared=uncompared(given),
        backwards=given["reverse"],
        roles=not given["no_roles"],
        drop_roles=given["drop_roles"],
        keeping=keeping(given),
        cosmetic=given["cosmetic"],
        calls=given["calls"],
        versions=given["extension_versions"],
        online=_timeouts(given) if _is_online(app, given) else None,
        proof=None if given["no_proof"] else given["proof"],
        pared=given["name"] is None and given["html"] is None and form_of(given) == SQL,
        seed=given["seed"],
    )


def _is_online(app: App, given: Given) -> bool:
    return given["online"] if given["online"] is not None else app.project is not None and app.project.online


def _timeouts(given: Given) -> tuple[tuple[str, str], ...]:
    """The settings of an online plan."""
    values = {"lock_timeout": given["online_lock_timeout"], "statement_timeout": given["online_statement_timeout"]}
    return tuple((name, value) for name, value in values.items() if value)


def _written(
    app: App,
    found: "Comparison",
    back: "Comparison | None",
    given: Given,
    platform: "Platform",
    known: "Migrations",
    old: str,
) -> tuple[str, ...]:
    """The paths of the migrations written, none without a plan."""
    from pgnorm.normalizer.files.reading import shown

    if given["name"] is None or not found.writes:
        return ()
    texts = scripts(found, bare=given["no_header"])
    if not given["no_header"]:
        texts = headed(found, texts, platform)
    files = () if given["keep_hints"] else without_hints(found.renamed.hints)
    written = write_migrations(
        app,
        texts,
        given["name"],
        known,
        behind=old == "migrations",
        alone=found.plan.alone,
        files=files,
        back=as_text(back, bare=given["no_header"]) if back is not None else "",
    )
    for writing in files if written.own else ():
        app.console.say(f"Removed the hints that are carried out from {writing.label}")
    return tuple(map(shown, written.paths))


def _deliver(app: App, found: "Comparison", given: Given, words: tuple[str, str], files: tuple[str, ...]) -> None:
    """Hand over the document, the comment, or the plan that is to be no migration; and the page."""
    from pgnorm.normalizer.review.document import document

    old, new = map(public, words)
    if form_of(given) != SQL:
        said = document(found, old, new, files)
        deliver(app.console, as_form(found, said, form_of(given)), given["output"])
    elif given["name"] is None if found.writes else given["output"] is not None:
        text = f"\n{found.plan.boundary}\n".join(scripts(found, bare=given["no_header"])) if found.writes else ""
        deliver(app.console, text, given["output"])
    if given["html"] is not None:
        deliver(app.console, as_page(found, document(found, old, new, files)), given["html"])


def _words(app: App, to: str | None) -> tuple[str, str]:
    """The two source words, by default those of a project."""
    if app.project is None and (app.source is None or to is None):
        raise PgnormError(
            "outside a project diff needs both sources",
            hint="Name them with --from and --to, run it in the project, or name the project with --project.",
        )
    return app.source or "migrations", to or "files"


def _way_out(old: str, new: str) -> str | None:
    """The command that puts the stored bytes of `old` into the schema files, where those are the new side."""
    if new != "files":
        return None
    return f"pgnorm fix-functions {f'--from {old}' if public(old) == old else '--db-url URL'}"
