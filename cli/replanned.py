"""One new plan in the place of migrations that no longer fit behind those of another branch."""

from typing import TYPE_CHECKING

from .app import App
from .comparison import scripts
from .header import headed
from .new_migrations import without_hints, write_migrations
from .output import write
from .telling import tell_comparison
from .ways_back import as_text, find_way_back

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pgnorm.normalizer.comparison import Options
    from pgnorm.normalizer.files.staging import Writing
    from pgnorm.normalizer.rebasing.rebase import Rebase


def replan(app: App, run: "Rebase", *, dry_run: bool, shown: bool) -> "tuple[Path, ...]":
    """Write the plan from the migrations of the others to the schema files, and take away one's own; the files written.
    With `dry_run` it is printed, if it is to be `shown`.

    Raises PgnormError where one of these has statements that are no plan's.
    """
    from pgnorm.normalizer.comparing import compare
    from pgnorm.normalizer.files.writing import write_all
    from pgnorm.normalizer.project.sources import declared
    from pgnorm.normalizer.rebasing.replanning import refuse_written

    refuse_written(run.mine)
    old, new, options = run.files(0), declared(run.project), _options(run)
    found = compare(run.workspace, old, new, options)
    gone = [*_gone(run)]
    has_back = any(each.path in run.parted.found.back for each in gone) or any(each.leads_back for each in run.mine)
    back = find_way_back(run.workspace, old, new, options, found) if has_back and found.plan else None
    with app.console.fitting():
        tell_comparison(app, found, listed=False)
    names = ", ".join(each.file.label for each in run.mine)
    if dry_run:
        write(f"\n{found.plan.boundary}\n".join(scripts(found, bare=False)) if found.writes and shown else "")
        app.console.say(f"Would write this in the place of {names}" if found.writes else f"Would take away {names}")
        return ()
    if not found.writes:
        write_all(gone)
        app.console.say(f"Took away {names}: the others' migrations lead to the schema files without them")
        return ()
    hints = without_hints(found.renamed.hints)
    written = write_migrations(
        app,
        headed(found, scripts(found, bare=False), run.workspace.platform),
        run.mine[0].migration.name or "rebased",
        run.parted.found,
        behind=True,
        alone=found.plan.alone,
        files=[*gone, *hints],
        back=as_text(back, bare=False) if back is not None else "",
    )
    app.console.say(f"It takes the place of {names}")
    return written.paths


def _options(run: "Rebase") -> "Options":
    """Options of a plan that carries out the same renames and calls as those in whose place it comes."""
    from pgnorm.normalizer.comparison import ONLINE, Options
    from pgnorm.normalizer.left_alone import ignoring
    from pgnorm.normalizer.project.sources import declared
    from pgnorm.normalizer.rebasing.replanning import calls, renames

    old, new = (run.workspace.contents(each).catalog for each in (run.files(0), declared(run.project)))
    return Options(
        renames=renames(run.mine, old, new),
        ignoring=ignoring(run.project.ignore),
        calls=calls(run.mine),
        online=ONLINE if run.project.online else None,
    )


def _gone(run: "Rebase") -> "Iterator[Writing]":
    """One's own migrations taken away, and what lies beside them."""
    from pgnorm.normalizer.files.reading import read_bytes, shown
    from pgnorm.normalizer.files.staging import Writing
    from pgnorm.normalizer.project.renumbering import paths_beside

    mine = [each.migration for each in run.mine]
    paths = [each.path for each in mine]
    for path in (*paths, *(beside for beside, _ in paths_beside(run.parted.found, mine, paths))):
        label = shown(path)
        yield Writing(path=path, content=None, expected=read_bytes(path, label=label), label=label)
