"""All that `pgnorm check` looks at, in one workspace."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from pgnorm.catalog.errors import PgnormError

from ..linting.lint import Level
from ..linting.lints import LINTS
from ..project.project import Project
from ..workspace import Workspace
from . import numbered
from .behind import BEHIND, DONE, compared, hints_done, not_in_step
from .chained import CHAIN, EDITED, Certified
from .finding import Finding, of_error
from .functions import RULE as FUNCTIONS
from .functions import not_canonical
from .linted import linted
from .sampled import RULE as SAMPLES
from .samples import out_of_step

LOADS: Final = "loads"
"""The rule of files that Postgres does not take."""
RULES: Final = (LOADS, FUNCTIONS, numbered.RULE, EDITED, BEHIND, CHAIN, DONE, SAMPLES, *(each.name for each in LINTS))
"""The rules, in the order in which they are looked at."""


def findings(
    workspace: Workspace, project: Project, *, since: str | None = None, level: Level = Level.WARN
) -> Iterator[Finding]:
    """All that is not as it should be. With `since`, a revision of git, migrations that it has must stand; lints count
    from this level on.

    What hangs on files that do not load is not looked at. Raises PgnormError for what is no fault of a file.
    """
    told: set[Finding] = set()

    def looked(find: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
        try:
            yield from untold(find())
        except PgnormError as error:
            yield from untold(of_error(error, LOADS))

    def untold(found: Iterable[Finding]) -> Iterator[Finding]:
        for each in found:
            if each not in told:
                told.add(each)
                yield each

    yield from looked(lambda: not_canonical(workspace, project))
    yield from looked(lambda: numbered.of_one_version(project))
    if since is not None:
        yield from numbered.since(project, since)
    yield from looked(lambda: _of_migrations(workspace, project))
    yield from looked(lambda: out_of_step(workspace, project))
    yield from looked(lambda: linted(workspace, project, level))


def _of_migrations(workspace: Workspace, project: Project) -> Iterator[Finding]:
    certified = Certified(project)
    yield from certified.edited()
    comparison = compared(workspace, project)
    yield from not_in_step(comparison, project)
    yield from certified.broken(comparison, workspace.platform)
    yield from hints_done(comparison)
