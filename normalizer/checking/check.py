"""All that `pgnorm check` looks at, in one workspace."""

from collections.abc import Callable, Iterable, Iterator

from pgnorm.catalog.errors import PgnormError

from ..linting.lint import Level
from ..project.project import Project
from ..sql.hints import HintError
from ..workspace import Workspace
from . import numbered
from .behind import compared, hints_done, not_in_step
from .chained import Certified
from .finding import Finding, of_error
from .functions import not_canonical
from .linted import linted
from .rules import HINTS, LOADS
from .samples import out_of_step
from .squawk import SQUAWK
from .styled import styled


def findings(
    workspace: Workspace,
    project: Project,
    *,
    since: str | None = None,
    level: Level = Level.WARN,
    squawk: bool = True,
) -> Iterator[Finding]:
    """All that is not as it should be. With `since`, a revision of git, migrations that it has must stand; lints count
    from this level on. `squawk` is asked where the project wants it.

    What hangs on files that do not load is not looked at. Raises PgnormError for what is no fault of a file.
    """
    told: set[Finding] = set()

    def looked(find: Callable[[], Iterable[Finding]], rule: str = LOADS) -> Iterator[Finding]:
        try:
            yield from untold(find())
        except PgnormError as error:
            yield from untold(of_error(error, HINTS if isinstance(error, HintError) else rule))

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
    if squawk:
        yield from looked(lambda: styled(project, lambda: workspace.settled().major, since=since, level=level), SQUAWK)


def _of_migrations(workspace: Workspace, project: Project) -> Iterator[Finding]:
    certified = Certified(project)
    yield from certified.edited()
    comparison = compared(workspace, project)
    yield from not_in_step(comparison, project)
    yield from certified.broken(comparison, workspace.platform)
    yield from hints_done(comparison)
