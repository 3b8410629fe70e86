"""Names that objects had on the old side, before the renames with which a plan begins."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pgnorm.catalog.model import ObjectId

from ..renaming.moving import moved

if TYPE_CHECKING:
    from ..comparison import Comparison


def earlier_names(comparison: "Comparison") -> Mapping[ObjectId, ObjectId]:
    """The name that each object of the old side has there, by the one that it has once the renames have run."""
    old = comparison.views[0]
    names = {name: name for name in old.objects}
    return names if comparison.moved is None else moved(names, old, comparison.renamed.renamings)
