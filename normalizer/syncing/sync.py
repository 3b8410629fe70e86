"""Changes of a source brought back into the schema files, and the proof that they are all there and nothing else."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.counting import first_of
from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, Value
from pgnorm.catalog.model.facets import GrantsDefaults

from ..basis import Basis
from ..compare.describing import outlived_casts
from ..compare.difference import CALLS, Difference, differences
from ..compare.like_named import calls
from ..compare.settling import deparsed_changes, settled
from ..comparison import Options
from ..files.edits import Rewrite
from ..files.reading import SourceFile
from ..load.knowledge import contents
from ..project.sources import Files, Source
from ..renaming.proposing import Proposal, proposals
from ..side import Side
from ..sides import Sides
from ..sql.hints import IgnoreHint, hints
from .conflicts import Choice, Conflict
from .editing import Editor
from .homes import with_homes
from .merging import Decide, Merged, merge
from .placing import Places, words_of
from .renaming import Renamed, in_place, renamed
from .sayable import sayable, unproved
from .sheets import Manner

if TYPE_CHECKING:
    from ..dump.layouts import Layout
    from ..load.context import Texts

_ROUNDS: Final = 6
_MANNERS: Final = (
    Manner(fine=True, loose=True, styled=True, inline=True),
    Manner(fine=True, loose=False, styled=True, inline=True),
    Manner(fine=False, loose=False, styled=True, inline=True),
    Manner(fine=False, loose=False, styled=True, inline=False),
    Manner(fine=False, loose=False, styled=False, inline=False),
)
"""Ways to edit, each coarser than the one before it: the first that is proved counts."""


class Synced(Value):
    """Files as the changes leave them, or the conflicts that keep them as they are."""

    rewrites: tuple[Rewrite, ...]
    taken: tuple[Difference, ...]
    """The changes that were taken, from what the files said."""
    conflicts: tuple[Conflict, ...]
    decided: tuple[tuple[Conflict, Choice], ...] = ()
    """The conflicts that were decided, and the side that counts."""
    proposals: tuple[Proposal, ...] = ()
    """The renames that may be what was taken as a drop and something new."""
    apart: tuple[Difference, ...] = ()
    """The differences of the files from the source where nothing was taken: they have it so, or the base has."""

    @property
    def changed(self) -> tuple[Rewrite, ...]:
        """The files that change."""
        return tuple(each for each in self.rewrites if each.changed)


class Syncing:
    """One run: base, the source that has changes (theirs), and the schema files (ours)."""

    def __init__(
        self,
        sides: Sides,
        base: Source,
        theirs: Source,
        ours: Files,
        options: Options,
        layout: "Layout",
        decide: Decide = lambda _: None,
    ) -> None:
        self.base = base
        self.theirs = theirs
        self.ours = ours
        self.layout = layout
        self.decide = decide
        self.sides = sides
        self._renamed = Renamed(sides=sides)
        self._proposals: tuple[Proposal, ...] = ()
        self.texts: Texts = self.sides.texts(ours)
        hinted = [each.subject for file in self.texts.files for each in hints(file) if isinstance(each, IgnoreHint)]
        self.options = options.evolve(ignoring=options.ignoring.evolve(hinted=tuple(hinted)))

    def run(self, renames: Sequence[str] = ()) -> Synced:
        """The files with the changes in them, of which some are `renames` (`public.contacts.status=stage`); nothing is
        written.

        Raises PgnormError where a source can't be read, where a change can't be written into the files, and where these
        would not make just the merged catalog.
        """
        if renames:
            self._renamed = renamed(self.sides, self.base, self.theirs, self.ours, renames)
        merged = self._merged()
        ours = self._renamed.sides.as_it_is(self.ours).catalog
        given = tuple(each.difference for each in self._renamed.of_files)
        taken = (*given, *self._left(ours, merged.catalog))
        if merged.conflicts or not taken:
            conflicts = tuple(map(self._placed, merged.conflicts))
            apart = () if taken or conflicts else self._apart()
            return Synced(rewrites=(), taken=taken, conflicts=conflicts, decided=merged.decided, apart=apart)
        names = {each.item.id for each in taken}
        first: PgnormError | None = None
        for files, made in self._beginnings(ours):
            left = self._left(made, merged.catalog)
            for manner in _MANNERS:
                try:
                    rewrites = self._rewritten(files, made, merged.catalog, left, manner)
                    told = tuple(each for each in self._proposals if {each.old.id, each.new.id} <= names)
                    return Synced(rewrites=rewrites, taken=taken, conflicts=(), decided=merged.decided, proposals=told)
                except PgnormError as error:
                    first = first or error
        assert first is not None
        raise first

    def _beginnings(self, renamed: Catalog) -> Iterator[tuple[tuple[SourceFile, ...], Catalog]]:
        """The files to edit with what they make: with the new names in their places, where they load so, and as they
        are."""
        made = self.sides.as_it_is(self.ours).catalog
        if self._renamed.of_files:
            try:
                files = in_place(self.texts.files, self._renamed.of_files, made, renamed)
                yield files, contents(self.sides.context, self.texts.evolve(files=files)).catalog
            except PgnormError as error:
                self.sides.workspace.telling("verbose", f"renamed in place, the files don't load: {error.message}")
            self.sides.workspace.telling("warning", "the renames can't be made where the names stand in the files")
        yield self.texts.files, made

    def _merged(self) -> Merged:
        sides = self._renamed.sides
        start, theirs = self._side(self.base), self._side(self.theirs)
        ours = sides.as_it_is(self.ours)
        there = Basis(sides.workspace, self.options, sides, self.base, self.theirs)
        of_theirs = there.found(start, theirs)
        of_ours = Basis(sides.workspace, self.options, sides, self.base, self.ours).found(start, ours)
        self._tell_outlived(start.catalog, theirs.catalog)
        self._tell_other_calls(of_theirs, ours.catalog, theirs.catalog)
        reload, doubts = self.sides.reload, deparsed_changes
        self._proposals = proposals(*there.views(start.catalog, theirs.catalog), of_theirs)
        changed_there = sayable(settled(of_theirs, start.states, theirs.states, reload, doubts))
        return merge(
            ours.catalog,
            theirs.catalog,
            sayable(settled(of_ours, start.states, ours.states, reload, doubts)),
            self._without_losses(changed_there, ours.catalog),
            lambda conflict: self.decide(self._placed(conflict)),
        )

    def _apart(self) -> tuple[Difference, ...]:
        """The differences between the files and the source."""
        sides = self._renamed.sides
        ours, theirs = sides.as_it_is(self.ours), self._side(self.theirs)
        found = Basis(sides.workspace, self.options, sides, self.ours, self.theirs).found(ours, theirs)
        differing = sayable(settled(found, ours.states, theirs.states, self.sides.reload, deparsed_changes))
        kept, _ = self._parted(differing, ours.catalog)
        return tuple(each for each in kept if not each.item.placement.derived)

    def _without_losses(self, found: Sequence[Difference], ours: Catalog) -> tuple[Difference, ...]:
        """The changes of the source but for what it lacks of the platform's: no statement of the files makes that."""
        kept, lost = self._parted(found, ours)
        if lost:
            names = first_of([f"{each.item.kind} {each.item.label}" for each in lost], 3)
            said = (
                f"it lacks {names}, which {self.sides.ownership.platform.title} provides: the schema files stay as if "
                "that were there. If it is to be gone, write its DROP or REVOKE into them"
            )
            self.sides.workspace.telling("warning", said, self.theirs)
        return kept

    def _parted(
        self, found: Sequence[Difference], ours: Catalog
    ) -> tuple[tuple[Difference, ...], tuple[Difference, ...]]:
        """The differences, apart from those in what the source lacks of the platform's and the files' catalog has."""
        given = self.sides.ownership.baseline.objects.keys() & ours.objects.keys()
        lost = tuple(each for each in found if each.new is None and each.item.id in given)
        return tuple(each for each in found if each.new is not None or each.item.id not in given), lost

    def _tell_outlived(self, base: Catalog, theirs: Catalog) -> None:
        for name, item in theirs.objects.items():
            before = base.objects.get(name)
            if item.outlived_casts and (before is None or before.outlived_casts != item.outlived_casts):
                called = outlived_casts(item)
                said = f"{item.kind} {item.label} calls {called} by a cast that is there no more: no file can say that"
                self.sides.workspace.telling("warning", said, self.theirs)

    def _tell_other_calls(self, found: Iterable[Difference], ours: Catalog, theirs: Catalog) -> None:
        names = (each.item.id for each in found if CALLS in each.changed)
        if others := [name for name in names if calls(ours, name) != calls(theirs, name)]:
            said = first_of([f"{theirs.objects[name].kind} {theirs.objects[name].label}" for name in others], 3)
            warning = f"by the text of the files another function of its name is called: no edit says that of {said}"
            self.sides.workspace.telling("warning", warning, self.theirs)

    def _placed(self, conflict: Conflict) -> Conflict:
        """A conflict with the place of the statement that is about it, or about the whole that it is a part of."""
        places = Places(self.texts.files)
        found = next(filter(None, map(places.making, conflict.within)), ())
        if isinstance(conflict.item, GrantsDefaults):
            words = words_of(conflict.item.grant_signature())
            found = tuple(each for each in places.beginning("alter", "default") if words[0] in each.words)
        return conflict.evolve(place=found[0].place) if found else conflict

    def _side(self, source: Source) -> Side:
        """A source as files would make it: one of another major than the shadow's by way of a dump."""
        side = self._renamed.sides.as_it_is(source)
        if isinstance(source, Files) or side.catalog.major == self.sides.context.shadow.major:
            return side
        side = self.sides.closed(source)
        if side.untried is not None:
            raise PgnormError(f"it can't be compared with files, which another major version loads: {side.untried}")
        return side

    def _left(self, made: Catalog, goal: Catalog) -> tuple[Difference, ...]:
        return sayable(settled(differences(made, goal), (made,), (goal,), self.sides.reload, deparsed_changes))

    def _rewritten(
        self,
        files: tuple[SourceFile, ...],
        made: Catalog,
        goal: Catalog,
        left: tuple[Difference, ...],
        manner: Manner,
    ) -> tuple[Rewrite, ...]:
        """The files edited until nothing is left between what they make and the goal."""
        known = {file.label for file in self.texts.files}
        project = self.sides.workspace.project
        old = with_homes(self.texts.files, self.layout, project) if project is not None else self.texts.files
        texts = {file.label: file.text for file in files}
        files = tuple(file.evolve(text=texts.get(file.label, file.text)) for file in old)
        given = self.sides.ownership.baseline.objects.keys()
        for _ in range(_ROUNDS if left else 0):
            files = Editor(files, made, goal, self.layout, manner, given).carry_out(left)
            made = contents(self.sides.context, self.texts.evolve(files=files)).catalog
            before, left = left, self._left(made, goal)
            if not left or left == before:
                break
        if left:
            raise unproved(left, {*made.namesakes, *goal.namesakes})
        return tuple(
            Rewrite(source=source, text=file.text, new=source.label not in known)
            for source, file in zip(old, files, strict=True)
        )
