"""The way back that `pgnorm diff -f NAME --down` writes beside the migration."""

from typing import TYPE_CHECKING, Final

from pgnorm.catalog.errors import PgnormError

from .comparison import scripts
from .header import summary_lines

if TYPE_CHECKING:
    from pgnorm.normalizer.comparison import Comparison, Options
    from pgnorm.normalizer.project.sources import Source
    from pgnorm.normalizer.workspace import Workspace

_ALONE: Final = "Leave out --down, and write the way back before the migration: pgnorm diff --reverse -o FILE."


def find_way_back(
    workspace: "Workspace", old: "Source", new: "Source", options: "Options", forth: "Comparison"
) -> "Comparison":
    """The comparison from `new` to `old`, in which all renames of the way forth are turned round.

    Raises PgnormError where either way is more than one transaction, so that its file is not the other's.
    """
    from pgnorm.normalizer.comparing import compare

    turned = options.evolve(backwards=True, renames=(*options.renames, *forth.accepted))
    back = compare(workspace, old, new, turned)
    for way, found in (("migration", forth), ("way back", back)):
        if (count := len(found.plan.transactions)) > 1:
            raise PgnormError(f"--down writes one file each way, and the {way} needs {count} transactions", hint=_ALONE)
        if any(found.plan.alone):
            raise PgnormError(f"the {way} can't run in a transaction, as tools run ways back", hint=_ALONE)
    return back


def as_text(back: "Comparison", *, bare: bool) -> str:
    """The SQL of a way back below what there is to say of it; `bare` without that."""
    (text,) = scripts(back, bare=bare)
    return text if bare else "\n".join([*summary_lines(back), "", text])
