"""Function definitions that are not as Postgres stores them."""

from collections.abc import Iterator
from typing import Final

from ..files.edits import Rewrite
from ..project.project import Project
from ..rewrite.inputs import choose
from ..rewrite.known import fixed
from ..rewrite.smallest import changed_statements
from ..sql.defined import target
from ..workspace import Workspace
from .finding import Finding

RULE: Final = "functions"


def not_canonical(workspace: Workspace, project: Project) -> Iterator[Finding]:
    """The definitions that `pgnorm fix-functions` would rewrite. Raises PgnormError where the files do not load."""
    report = fixed(workspace.settled(), choose(project, ()), written=False)
    for rewrite in report.changed:
        yield from _in_file(rewrite)


def _in_file(rewrite: Rewrite) -> Iterator[Finding]:
    for before in changed_statements(rewrite):
        made = target(before)
        name = f"{made.schema}.{made.name}" if made else "a definition"
        yield Finding(
            rule=RULE,
            message=f"{name} is not as Postgres stores it",
            place=rewrite.source.place(before.start),
            cure=f"pgnorm fix-functions {rewrite.source.label}",
        )
