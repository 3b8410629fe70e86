"""The definitions of one text made canonical, as edits of what is on the screen."""

from pathlib import Path

from pgnorm.catalog.model import Value

from ..files.edits import Edit
from ..rewrite.inputs import Text, choose
from ..rewrite.known import fixed
from ..rewrite.messages import Message
from ..rewrite.smallest import smallest
from ..sql.defined import makes_routine
from ..sql.statements import split
from ..workspace import Workspace
from .unsaved import Unsaved, on_screen


class Canonical(Value):
    """Edits that make a text canonical, by character offsets, and messages about definitions in it."""

    edits: tuple[Edit, ...] = ()
    messages: tuple[Message, ...] = ()


def canonical(workspace: Workspace, text: str, path: Path | None, unsaved: Unsaved) -> Canonical:
    """The edits that make the definitions of a text canonical, which is that of the file at `path`, or of none.

    Raises PgnormError where it does not load, and for a definition that has no canonical text.
    """
    given = Text(content=text.encode(), path=path)
    if not any(map(makes_routine, split(text, label=given.file.label))):
        return Canonical()
    chosen = choose(workspace.project, (), given)
    report = fixed(workspace.settled(), chosen.evolve(files=on_screen(chosen.files, unsaved)))
    (rewrite,) = report.rewrites
    messages = tuple(each for each in report.messages if each.place.startswith(f"{rewrite.source.label}:"))
    return Canonical(edits=smallest(rewrite), messages=messages)
