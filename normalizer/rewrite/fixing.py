"""The heart of fix-functions: definitions made canonical, proved to mean what they meant, then written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from attrs import define, evolve, frozen

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.kinds.functions import Function
from pgnorm.catalog.model import Catalog, ObjectId, Target

from ..applying.certificates import is_certified
from ..compare.difference import Difference, differences
from ..compare.settling import ROUNDS, doubtful
from ..files.edits import Edit, Rewrite, apply, write
from ..load.context import Context, Texts
from ..load.session import loaded
from ..project.ways_back import not_run
from .collecting import Collector
from .definitions import Definition
from .messages import Message, messages
from .misreading import ChangedMeaning, misread_in
from .stored_bodies import Body, compare, reworded
from .tolerance import Tolerance

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..files.reading import SourceFile
    from ..postgres.shadow import Session
    from ..sql.statements import Statement
    from .inputs import Chosen

_MISREAD: Final = "without a schema, a name of Postgres' own in it would mean another function or operator"
_PROVED: Final = (
    "the migration was proved as it is, and databases may have applied it. To have it rewritten, take out the line of "
    "its certificate"
)


@frozen(kw_only=True, slots=False)
class Report:
    """Report on the definitions in the files that may be rewritten."""

    rewrites: tuple[Rewrite, ...]
    """The files that may be rewritten, changed or not, in the order of their loading."""
    rewritten: int
    """Definitions whose text changes."""
    unchanged: int
    """Definitions that are canonical already."""
    left: int
    """Definitions that must stay as they are."""
    messages: tuple[Message, ...]
    failed: tuple[PgnormError, ...]
    """Errors in the rest of the project, where the files asked for load."""

    @cached_property
    def changed(self) -> tuple[Rewrite, ...]:
        """The files that change."""
        return tuple(one for one in self.rewrites if one.changed)

    def write(self) -> frozenset[Path]:
        """Write the files that change, all or none. Returns and raises what `files.edits.write` does."""
        return write(self.changed)


def fix(
    context: Context,
    chosen: Chosen,
    *,
    stored: Catalog | None = None,
    take_comments: bool = False,
    written: bool = True,
) -> Report:
    """Make the definitions of the chosen files canonical; nothing is written yet.

    Bodies stay as they are, but for those that `stored` has in other layout, case or spelling (`take_comments`: or
    with other comments): its bytes are taken. `written` says, for the messages, whether the caller will write them.
    Raises PgnormError for files asked for that don't load, for a definition that has no canonical text, and should the
    rewritten files not make the same catalog or not stay as they are in a second run.
    """
    if said := not_run(file.text for file in chosen.files):
        context.tell("note", said)
    return _fixed(context, chosen, stored, frozenset(), take_comments=take_comments, written=written)


def _fixed(
    context: Context,
    chosen: Chosen,
    stored: Catalog | None,
    leaving: frozenset[ObjectId],
    *,
    take_comments: bool,
    written: bool,
) -> Report:
    """The report of `fix`; `leaving` are routines whose canonical text means another thing where the files are read."""
    target = Target(major=context.major)
    watcher = _Watcher(leaving=leaving)
    before: Catalog | None = None
    bodies: dict[Definition, Body] = {}
    tolerance = Tolerance(chosen=chosen)
    texts = Texts(files=chosen.files, kind=chosen.kind)
    with loaded(context, texts, watch=watcher, on_errors=tolerance) as found:
        definitions = watcher.definitions(chosen.files)
        mine = [one for one in definitions if one.source.label in chosen.rewritten]
        if stored is not None:
            before = found.session.read()
            compared = compare(definitions, before, stored, take_comments=take_comments)
            bodies = {one: body for one, body in compared.items() if one in mine and one.obstacle is None}
        edits = _edits(mine, target, bodies)
        proved = {one for one in edits if is_certified(one.source.text)}
        mine = [one.left_alone(_PROVED) if one in proved else one for one in mine]
        edits = {one: edit for one, edit in edits.items() if one not in proved}
        if edits and before is None:
            before = found.session.read()
    rewrites = tuple(_rewrites(chosen, edits))
    if before is not None and edits:
        try:
            rewrites = _proved(context, tolerance, rewrites, target, _expected(before, bodies), leaving)
        except PgnormError as error:
            if not (more := misread_in(edits, before.namesakes, error, target)):
                raise
            return _fixed(context, chosen, stored, leaving | more, take_comments=take_comments, written=written)
    left = sum(one.obstacle is not None for one in mine)
    return Report(
        rewrites=rewrites,
        rewritten=len(edits),
        unchanged=len(mine) - len(edits) - left,
        left=left,
        messages=tuple(messages(chosen, mine, watcher.notes, edits, bodies, written=written)),
        failed=tolerance.errors,
    )


@define(eq=False)
class _Watcher:
    """Collects what a load defines; a load that starts anew starts its collection anew."""

    leaving: frozenset[ObjectId]
    collector: Collector | None = None

    def __call__(self, session: Session) -> Callable[[SourceFile, Statement], None]:
        self.collector = Collector(connection=session.connection)
        return self.collector.see

    def definitions(self, files: Sequence[SourceFile]) -> tuple[Definition, ...]:
        """The definitions in the order of the files: a load may run them in another one."""
        order = {file.label: position for position, file in enumerate(files)}
        found = self.collector.definitions if self.collector else []
        known = {(order[one.source.label], one.statement.start): one for one in found if one.source.label in order}
        ordered = (known[place] for place in sorted(known))
        return tuple(one.left_alone(_MISREAD) if one.routine.id in self.leaving else one for one in ordered)

    @property
    def notes(self) -> Mapping[tuple[str, int], str]:
        return self.collector.notes if self.collector else {}


def _edits(
    definitions: Sequence[Definition], target: Target, bodies: Mapping[Definition, Body]
) -> dict[Definition, Edit]:
    """Edits for the definitions that are not canonical."""
    found = {}
    for one in definitions:
        if one.obstacle is None:
            body = bodies.get(one)
            edit = one.edit(target, body.stored if body and body.taken else None)
            if edit.text != one.source.text[edit.start : edit.stop]:
                found[one] = edit
    return found


def _rewrites(chosen: Chosen, edits: Mapping[Definition, Edit]) -> Iterator[Rewrite]:
    for file in chosen.files:
        if file.label in chosen.rewritten:
            yield Rewrite(source=file, text=apply(file.text, _of_file(edits, file.label)))


def _of_file(edits: Mapping[Definition, Edit], label: str) -> list[Edit]:
    return [edit for one, edit in edits.items() if one.source.label == label]


def _expected(before: Catalog, bodies: Mapping[Definition, Body]) -> Catalog:
    """The catalog that the rewritten files must make: the one before, but for bodies that are taken."""
    objects = dict(before.objects)
    for one, body in bodies.items():
        item = objects[one.routine.id]
        if body.taken and isinstance(item, Function):
            objects[item.id] = item.evolve(source=body.stored)
    return evolve(before, objects=objects)


def _proved(
    context: Context,
    tolerance: Tolerance,
    rewrites: Sequence[Rewrite],
    target: Target,
    expected: Catalog,
    leaving: frozenset[ObjectId],
) -> tuple[Rewrite, ...]:
    """The rewrites, as often rewritten again as makes them stand still. Raises PgnormError where one means another
    thing than `expected`."""
    chosen = tolerance.chosen
    for _ in range(ROUNDS):
        by_label = {one.source.label: one.text for one in rewrites}
        files = tuple(file.evolve(text=by_label.get(file.label, file.text)) for file in chosen.files)
        watcher = _Watcher(leaving=leaving)
        texts = Texts(files=files, kind=chosen.kind)
        with loaded(context, texts, watch=watcher, on_errors=tolerance, quiet=True) as found:
            made = found.session.read()
            _refuse_changes(expected, made, chosen)
            mine = [one for one in watcher.definitions(files) if one.source.label in chosen.rewritten]
            edits = _edits([one for one in mine if not is_certified(one.source.text)], target, {})
        if not edits:
            return tuple(rewrites)
        # Postgres deparses an expression otherwise once it has read its own text.
        rewrites = [one.evolve(text=apply(one.text, _of_file(edits, one.source.label))) for one in rewrites]
        expected = made
    raise _unproved(f"a second run would rewrite {next(iter(edits)).routine.label} again", chosen)


def _refuse_changes(expected: Catalog, made: Catalog, chosen: Chosen) -> None:
    found = [each for each in differences(expected, made) if _means_another(each)]
    if found:
        raise ChangedMeaning.of(_unproved(f"the rewritten files change {found[0].item.label}", chosen), found)
    if set(made.edges) != set(expected.edges) or made.unmodelled != expected.unmodelled:
        raise _unproved("the rewritten files change what depends on what", chosen)


def _means_another(found: Difference) -> bool:
    old, new = found.old, found.new
    alike = old is not None and new is not None and old.operators_used == new.operators_used
    return not alike or bool(found.changed - doubtful(found) - reworded(found))


def _unproved(what: str, chosen: Chosen) -> PgnormError:
    return PgnormError(
        f"nothing is written, since {what}",
        place=", ".join(sorted(chosen.rewritten)),
        hint="Please report it with the definition.",
    )
