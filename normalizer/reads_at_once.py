"""The databases and snapshots of a comparison, read at once."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from .project.sources import Files, Source
from .reads import Read
from .unsure import refuse_lacking
from .workspace import Workspace

if TYPE_CHECKING:
    from pgnorm.catalog.answers import Answers


def read_at_once(
    workspace: Workspace, sources: Sequence[Source], *, of_platform: bool, pared: bool
) -> dict[Source, Read]:
    """Reads of those of the sources that are no files, as `Sides.between` asks for them."""
    live = [source for source in sources if not isinstance(source, Files)]
    found: dict[Source, Read] = {}
    with ExitStack() as stack:
        asked = {each: stack.enter_context(workspace.reading(each)) for each in live}
        answering = {source: each.answers for source, each in asked.items() if each.answers is not None}
        if pared and len(answering) > 1:
            return _pared({source: answers() for source, answers in answering.items()})
        for source, each in asked.items():
            found[source] = each.read()
            if of_platform:
                refuse_lacking(workspace.telling, workspace.platform, source, found[source])
    return found


def _pared(answers: "Mapping[Source, Answers]") -> dict[Source, Read]:
    from .compare.paring import pared

    parts = pared(*answers.values())
    if parts is None:
        return {source: Read(catalog=each.whole) for source, each in answers.items()}
    pairs = zip(answers.items(), parts, strict=True)
    return {source: Read(catalog=part, answers=each) for (source, each), part in pairs}
