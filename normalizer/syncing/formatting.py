"""Statements of schema files in the words of Postgres: rewritten where they stand, and proved to say the same."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, Object, ObjectId, Value

from ..compare.difference import Difference, differences
from ..compare.ownership import owned
from ..compare.settling import deparsed_changes, settled
from ..dump.layouts import Layout
from ..files.edits import Rewrite
from ..files.reading import SourceFile
from ..load.knowledge import contents
from ..project.sources import Files
from ..sides import Sides
from .placing import Placed, Places
from .wording import Left, Wording

_ROUNDS: Final = 4
"""Texts that Postgres deparses may take some readings until they stand still."""


class Formatted(Value):
    """Files with statements in the words of Postgres."""

    rewrites: tuple[Rewrite, ...]
    items: tuple[Object, ...]
    """The objects whose statements were rewritten."""
    left: tuple[Left, ...]
    """Objects whose statements stay as they are."""

    @property
    def changed(self) -> tuple[Rewrite, ...]:
        """The files that change."""
        return tuple(each for each in self.rewrites if each.changed)


class Formatting:
    """One run over schema files, on objects of these kinds."""

    def __init__(self, sides: Sides, ours: Files, layout: Layout, kinds: Collection[str]) -> None:
        self.sides = sides
        self.texts = sides.texts(ours)
        self.layout = layout
        self.kinds = kinds
        self.goal = sides.as_it_is(ours).catalog
        self._left: dict[ObjectId, Left] = {}

    def run(self) -> Formatted:
        """The files rewritten, which make the same catalog; nothing is written.

        Raises PgnormError where they do not load as they are.
        """
        files, made = self.texts.files, self.goal
        items: dict[ObjectId, Object] = {}
        for _ in range(_ROUNDS):
            files, made, found = self._round(files, made)
            items |= {item.id: item for item in found}
            if not found:
                break
        rewrites = (Rewrite(source=old, text=new.text) for old, new in zip(self.texts.files, files, strict=True))
        left = sorted(self._left.values(), key=lambda each: each.place)
        return Formatted(rewrites=tuple(rewrites), items=tuple(items.values()), left=tuple(left))

    def _round(
        self, files: tuple[SourceFile, ...], made: Catalog
    ) -> tuple[tuple[SourceFile, ...], Catalog, list[Object]]:
        """The files with all that they make in the words of the catalog, without what would make something else."""
        while True:
            wording = Wording(files, made, self.layout)
            found = [*wording.reworded(self._chosen(made), self._left)]
            if not found:
                return files, made, []
            edited = wording.sheets.edited()
            blamed, there = self._tried(edited, found)
            if there is not None:
                return edited, there, found
            self._left |= {
                item.id: wording.left(item, "in the words of Postgres it would say something else") for item in blamed
            }

    def _chosen(self, made: Catalog) -> Iterator[Object]:
        mine = owned(made, self.sides.ownership).objects.values()
        return (item for item in mine if item.kind in self.kinds and not item.placement.inseparable)

    def _tried(self, files: tuple[SourceFile, ...], found: Sequence[Object]) -> tuple[Sequence[Object], Catalog | None]:
        """The catalog that the files make, where it is as it was; else the objects that are to blame, all of them where
        that can't be told."""
        try:
            made = contents(self.sides.context, self.texts.evolve(files=files)).catalog
        except PgnormError as error:
            return _at(Places(files), error, found) or found, None
        different = settled(differences(made, self.goal), (made,), (self.goal,), self.sides.reload, deparsed_changes)
        if not different and made.unmodelled == self.goal.unmodelled:
            return (), made
        return _about(different, found) or found, None


def _at(places: Places, error: PgnormError, found: Sequence[Object]) -> list[Object]:
    """The objects that the statements make in which the errors are."""
    errors = [each.place for each in (error, *error.others) if each.place is not None]
    wrong = [each for each in places.all if any(_holds(each, place) for place in errors)]
    made = [item for item in found if any(each.makes(item) for each in wrong)]
    return made or [item for item in found if any(item.name in each.words for each in wrong)]


def _holds(placed: Placed, place: str) -> bool:
    """True if a place is in a statement."""
    label, *at = place.rsplit(":", 2)
    first, last = (
        placed.file.place(each).rsplit(":", 2)[1:] for each in (placed.statement.start, placed.statement.stop)
    )
    return label == placed.file.label and [*map(int, first)] <= [*map(int, at)] <= [*map(int, last)]


def _about(different: Sequence[Difference], found: Sequence[Object]) -> list[Object]:
    """The objects that differ, or of which a part does."""
    names = {name for each in different for name in (each.item.id, each.item.parent)}
    owners = {(each.item.schema, each.item.detail) for each in different}
    return [item for item in found if item.id in names or (item.schema, item.name) in owners]
