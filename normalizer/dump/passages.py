"""Passages of a dump: what it says of single objects, each with all that belongs to it."""

from collections.abc import Collection, Mapping

from pgnorm.catalog.model import Catalog, ObjectId, Target
from pgnorm.catalog.ordering import arrange

from ..compare.difference import outermost_known
from ..compare.selection import EVERYTHING
from .styles import PgDumpStyle
from .writer import Printed, Writer, whole


def passages(catalog: Catalog, wanted: Collection[ObjectId]) -> Mapping[ObjectId, str]:
    """The text of each of these objects that the catalog has and a dump prints; each belongs to no other."""
    target = Target(major=catalog.major, role=catalog.role)
    arrangement = arrange(catalog)
    style = PgDumpStyle(comments=False)
    printed: dict[ObjectId, list[Printed]] = {}
    for pair in Writer(catalog, EVERYTHING, style, arrangement, target).chosen():
        about = outermost_known(catalog, pair[0].id)
        if about in wanted:
            printed.setdefault(about, []).append(pair)
    return {
        about: Writer(catalog, EVERYTHING, style, arrangement, target).write_passage(some, whole(some))
        for about, some in printed.items()
    }
