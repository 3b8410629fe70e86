"""Two sources compared: the differences, the plan that ends them, and its proof."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, Object
from pgnorm.catalog.model.row_facets import HoldsRows

from .as_read import AsRead
from .asking import asking
from .basis import Basis
from .broken import with_places
from .compare.allowing import Allowing
from .compare.difference import Difference
from .comparison import Comparison, Options
from .plan.keeping import grafted
from .plan.renames import with_ahead
from .project.sources import Files, Source
from .reads import Asked, Read, last_major, read
from .renaming.followers import followers
from .renaming.moving import moved
from .renaming.proposing import Proposal, proposals
from .renaming.requests import Request, of_hints, of_options
from .renaming.resolving import Resolved, resolve
from .renaming.turning import turned
from .sides import Sides
from .sql.hints import AllowHint, Hint, IgnoreHint, RenameHint, hints
from .whole import Whole
from .workspace import Workspace

if TYPE_CHECKING:
    from .compare.mentions import Mention
    from .plan.assessing import Assessed


Choose: TypeAlias = Callable[[Sequence[Proposal]], Iterable[Proposal]]
"""Takes the renames that two sides suggest, and answers with those to carry out."""


def compare(
    workspace: Workspace, old: Source, new: Source, options: Options, choose: Choose = lambda _: ()
) -> Comparison:
    """The comparison with the plan that leads from `old` to `new`, proved in the shadow; where the options say
    `backwards`, from `new` to `old`.

    Raises PgnormError where a source can't be read, where a rename that is asked for does not fit them, and where the
    plan fails its proof.
    """
    with asking(workspace, old, new) as asked:
        found = reads(workspace, asked, options)
    return compare_sides(Sides.of(workspace, old, new, found), old, new, options, choose)


def reads(workspace: Workspace, asked: Mapping[Source, Asked], options: Options) -> dict[Source, Read]:
    """Reads of what is asked by now, for a comparison with these options. Once two databases are known to differ, the
    server that a plan is to be tried in comes up meanwhile."""

    def differing() -> None:
        if options.proof is not None:
            workspace.shadow(last_major(asked)).launch()

    return read(asked, pare=options.may_pare, differing=differing)


def compare_sides(
    sides: Sides, old: Source, new: Source, options: Options, choose: Choose = lambda _: ()
) -> Comparison:
    """As `compare`, for who has read the two sources already."""
    workspace = sides.workspace
    said = {source: tuple(_hints(sides, source)) for source in (new, old)}
    requests = (*of_options(options.renames), *of_hints(said[new]))
    if options.backwards:
        requests = tuple(turned(resolve(requests, sides.as_it_is(old).catalog, sides.as_it_is(new).catalog)))
        old, new = new, old
    options = _with_hints(options, [*said[new], *said[old]])
    comparison = _compared(workspace, options, sides, old, new, requests)
    found = proposals(*comparison.views, comparison.plan.differences)
    wanted = [*choose([each for each in found if not each.harmless])]
    accepted: list[str] = []
    while wanted := [*wanted, *(each for each in found if each.harmless)]:
        accepted += (each.option for each in wanted)
        requests = (*requests, *of_options(each.option for each in wanted))
        comparison = _compared(workspace, options, sides, old, new, requests)
        found = proposals(*comparison.views, comparison.plan.differences)
        wanted = []
    allowing = Allowing(
        hints=tuple(hint for hint in options.hints if isinstance(hint, AllowHint)), catalogs=comparison.views
    )
    return comparison.evolve(
        mentions=_placed(comparison, sides, new),
        accepted=tuple(accepted),
        proposals=tuple(each.turned for each in found) if options.backwards else found,
        assessed=_assessed(comparison),
        allowing=allowing,
        not_restored=tuple(_not_restored(comparison)) if options.backwards else (),
    )


def _placed(comparison: Comparison, sides: Sides, new: Source) -> "tuple[Mention, ...]":
    """The bodies that fail, with their places where schema files make them."""
    if not comparison.mentions or not isinstance(new, Files) or new.kind == "migrations":
        return comparison.mentions
    return tuple(with_places(comparison.mentions, sides.texts(new).files))


def _not_restored(comparison: Comparison) -> Iterator[Object]:
    """The tables and columns that a way back makes, without what they held."""
    made = {each.item.id: each.item for each in comparison.plan.differences if each.old is None}
    for item in made.values():
        whole = comparison.views[1].objects.get(item.parent) if item.parent is not None else None
        rows = item.placement.inside and isinstance(whole, HoldsRows) and item.parent not in made
        if not item.disposable and (isinstance(item, HoldsRows) or rows):
            yield item


def _assessed(comparison: Comparison) -> "tuple[Assessed, ...]":
    if not comparison.plan:
        return ()
    from .plan.assessing import assessed

    return tuple(assessed(comparison.plan, comparison.views[0], comparison.effects))


def _hints(sides: Sides, source: Source) -> Iterator[Hint]:
    """The hints of schema files, none of other sources."""
    if isinstance(source, Files) and source.kind != "migrations":
        for file in sides.texts(source).files:
            yield from hints(file)


def _with_hints(options: Options, found: Sequence[Hint]) -> Options:
    """The options with what hints say of objects that stay as they are called."""
    hinted = tuple(hint.subject for hint in found if isinstance(hint, IgnoreHint))
    return options.evolve(
        hints=tuple(hint for hint in found if not isinstance(hint, RenameHint)),
        ignoring=options.ignoring.evolve(hinted=(*options.ignoring.hinted, *hinted)),
    )


def _compared(
    workspace: Workspace, options: Options, sides: Sides, old: Source, new: Source, requests: Sequence[Request]
) -> Comparison:
    """The comparison, from what the renames asked for make of the old side."""
    if requests:
        return _renamed(workspace, options, sides, old, new, requests)
    if sides.alike:
        comparison = AsRead(workspace, options, sides, old, new).compare()
        if comparison is not None:
            return comparison
    return Whole(workspace, options, sides, old, new).compare()


def _renamed(
    workspace: Workspace, options: Options, sides: Sides, old: Source, new: Source, requests: Sequence[Request]
) -> Comparison:
    """The comparison from what the renames make of the old side, with them ahead of its plan."""
    start, goal = sides.as_it_is(old), sides.as_it_is(new)
    before, after = Basis(workspace, options, sides, old, new).views(start.catalog, goal.catalog)
    resolved = _compared_too(resolve(requests, start.catalog, goal.catalog), before, after)
    if not resolved.renamings:
        return _compared(workspace, options, sides, old, new, ()).evolve(renamed=resolved)
    there = sides.renamed(old, resolved.statements)
    if following := followers(resolved.renamings, there.as_it_is(old).catalog, goal.catalog):
        there = there.renamed(old, [statement for each in following for statement in each.statements])
        resolved = resolved.evolve(renamings=(*resolved.renamings, *following))
    left_out = options.ignoring.left_out(start.catalog, goal.catalog)
    ignoring = options.ignoring.evolve(names=moved(left_out, start.catalog, resolved.renamings))
    comparison = _compared(workspace, options.evolve(ignoring=ignoring), there, old, new, ())
    reached = grafted(goal.catalog, comparison.views[0], [item.id for item in comparison.kept])
    return comparison.evolve(
        moved=comparison.views[0],
        plan=with_ahead(comparison.plan, [(each.difference, each.statements) for each in resolved.renamings]),
        views=(before, comparison.views[1]),
        mentions=(*comparison.mentions, *_named(resolved, start.catalog, reached)),
        renamed=resolved,
    )


def _compared_too(resolved: Resolved, old: Catalog, new: Catalog) -> Resolved:
    """The renames of what is compared: a hint elsewhere waits.

    Raises PgnormError for an option about something else, and for a rename of which only one name is selected.
    """
    mine = []
    for each in resolved.renamings:
        before, after = each.old.id in old.objects, each.new.id in new.objects
        if before and after:
            mine.append(each)
        elif before or after or each.hint is None:
            raise PgnormError(
                f"{each.said}: {'its other name' if before or after else 'it'} is not part of what is compared",
                place=each.hint.place if each.hint is not None else None,
                hint="Select both names (--schema, --only, --ignore), or leave the rename out.",
            )
    return resolved.evolve(renamings=tuple(mine))


def _named(resolved: Resolved, old: Catalog, new: Catalog) -> "tuple[Mention, ...]":
    """The bodies of the new side that name something by its old name."""
    from .compare.mentions import mentions

    # A part is looked for in what its whole is called by now.
    gone = [each.old.evolve(detail=each.new.detail) for each in resolved.renamings if not each.value]
    return mentions(old, new, [Difference(item, None) for item in gone], None, lambda: new)
