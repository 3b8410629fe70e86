"""Two sources compared: the differences, the plan that ends them, and its proof."""

from .as_read import AsRead
from .comparison import Comparison, Options
from .project.sources import Source
from .sides import Sides
from .whole import Whole
from .workspace import Workspace


def compare(workspace: Workspace, old: Source, new: Source, options: Options) -> Comparison:
    """What leads from `old` to `new`, proved in the shadow.

    Raises PgnormError where a source can't be read, and where the plan fails its proof.
    """
    sides = Sides.between(workspace, old, new)
    if sides.alike:
        comparison = AsRead(workspace, options, sides, old, new).compare()
        if comparison is not None:
            return comparison
    return Whole(workspace, options, sides, old, new).compare()
