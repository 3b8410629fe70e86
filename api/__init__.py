"""pgnorm as a library: schemas of files, migrations and databases printed, and the way from one to another.

A source is named as on the command line: an address (`postgresql://…`), a .sql file or a folder of them, a snapshot
(.json) or, with a project, `files`, `migrations`, `migrations@VERSION`, `git:REF`, `local`, `linked`.

What this module has is kept from one minor version to the next (semantic versioning); the packages below it are not.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from pgnorm.catalog.errors import PgnormError

if TYPE_CHECKING:
    from pgnorm.normalizer.project.sources import Source
    from pgnorm.normalizer.workspace import Workspace

    from .plans import Plan, PlannedStatement

__all__ = ["PgnormError", "Plan", "PlannedStatement", "Tell", "diff", "dump"]

PROOFS: Final = ("catalog", "pg_dump", None)
Tell: TypeAlias = Callable[[str, str], None]
"""A function that takes what there is to say meanwhile: a level (`warning`, `note`, `verbose`) and the message."""


def diff(
    old: str | Path,
    new: str | Path,
    *,
    project: str | Path | None = None,
    schemas: Sequence[str] = (),
    renames: Sequence[str] = (),
    only: Sequence[str] = (),
    ignore: Sequence[str] = (),
    proof: Literal["catalog", "pg_dump"] | None = "catalog",
    tell: Tell = lambda _level, _message: None,
) -> "Plan":
    """The plan that leads from one source to another, tried in a private Postgres unless `proof` is None.

    `project` is the folder of a project, whose settings and platform then count; `schemas`, `only` and `ignore` are
    patterns as the options of `pgnorm diff` take them; `renames` are `public.contacts.status=stage`.

    Raises PgnormError for a source that can't be read, a rename that does not fit and a plan that fails its proof.
    """
    from pgnorm.normalizer.comparing import compare
    from pgnorm.normalizer.comparison import Options
    from pgnorm.normalizer.left_alone import ignoring

    from .plans import planned

    if proof not in PROOFS:
        raise PgnormError(f"there is no proof {proof!r}", hint='Take "catalog", "pg_dump" or None.')
    for name, given in (("schemas", schemas), ("renames", renames), ("only", only), ("ignore", ignore)):
        _refuse_text(name, given)
    with ExitStack() as stack, _workspace(project, tell) as workspace:
        settings = workspace.project.ignore if workspace.project is not None else None
        options = Options(
            schemas=tuple(schemas),
            renames=tuple(renames),
            ignoring=ignoring(settings, tuple(only), tuple(ignore)),
            proof=proof,
        )
        start, goal = (_source(word, workspace, stack) for word in (old, new))
        return planned(compare(workspace, start, goal, options))


def dump(
    source: str | Path,
    *,
    project: str | Path | None = None,
    schemas: Sequence[str] = (),
    tell: Tell = lambda _level, _message: None,
) -> str:
    """The canonical SQL of a source, as `pg_dump --schema-only --quote-all-identifiers` prints it.

    Raises PgnormError for a source that can't be read and a pattern that names no schema.
    """
    from pgnorm.normalizer.compare.selection import select
    from pgnorm.normalizer.dump.writer import render
    from pgnorm.normalizer.project.sources import Files

    _refuse_text("schemas", schemas)
    with ExitStack() as stack, _workspace(project, tell) as workspace:
        found = _source(source, workspace, stack)
        catalog = workspace.contents(found).catalog if isinstance(found, Files) else workspace.read(found)
        return render(catalog, select([catalog], tuple(schemas), ()))


def _source(word: str | Path, workspace: "Workspace", stack: ExitStack) -> "Source":
    from pgnorm.normalizer.project.sources import close, parse

    found = parse(str(word), workspace.project)
    stack.callback(close, found)
    return found


def _refuse_text(name: str, given: Sequence[str]) -> None:
    """Raise PgnormError for one text where several are expected: each of its letters would be taken for a pattern."""
    if isinstance(given, str):
        raise PgnormError(f"{name} takes a list, and this is one text: {given!r}", hint=f"Write {name}=[{given!r}].")


@contextmanager
def _workspace(project: str | Path | None, tell: Tell) -> "Iterator[Workspace]":
    from pgnorm.normalizer.project.finding import find
    from pgnorm.normalizer.workspace import Workspace

    found = find(Path.cwd(), Path(project)) if project is not None else None
    for note in found.notes if found is not None else ():
        tell("warning", note)
    with Workspace(found, tell=tell) as workspace:
        yield workspace


def __getattr__(name: str) -> type:
    if name in ("Plan", "PlannedStatement"):
        from . import plans

        return plans.Plan if name == "Plan" else plans.PlannedStatement
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
