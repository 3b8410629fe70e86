"""Objects that a comparison leaves alone, counted for people by the reason and by kind."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pgnorm.catalog.model import Catalog, Object

from .difference import changes
from .ignoring import ROLE, Ignoring, Reason
from .ownership import Ownership, owned


def counted(
    ignoring: Ignoring,
    ownership: Ownership,
    catalogs: Sequence[Catalog],
    *,
    roles: int = 0,
    declared: tuple[Catalog, Catalog] | None = None,
) -> Mapping[Reason, Mapping[str, int]]:
    """Counts of the project's objects among those that are left alone, by reason and kind, and of roles. Of `declared`,
    the old side and files, also what these say where the platform rules."""
    names = ignoring.left_out(*catalogs)
    both = {name: item for catalog in catalogs for name, item in catalog.objects.items() if name in names}
    found = {Reason.ASKED: Counter({ROLE: roles})} if roles else {}
    for name, item in both.items():
        if item.parent not in names and ownership.owns(item):
            found.setdefault(names[name], Counter())[item.kind] += 1
    if of_extensions := Counter(item.kind for item in _of_extensions(ownership, catalogs) if item.id not in names):
        found[Reason.EXTENSION] = of_extensions
    if declared and (of_platform := Counter(item.kind for item in _on_platform(ownership, *declared))):
        found[Reason.PLATFORM] = of_platform
    return found


def _of_extensions(ownership: Ownership, catalogs: Sequence[Catalog]) -> Iterable[Object]:
    """Wholes that would be the project's, did they not lie in a schema of an extension."""
    if not ownership.extensions:
        return ()
    else_ours = ownership.evolve(extensions=frozenset())
    kept = {name for catalog in catalogs for name in owned(catalog, ownership).objects}
    both = {name: item for each in catalogs for name, item in owned(each, else_ours).objects.items()}
    return [item for name, item in both.items() if name not in kept and item.parent not in both]


def _on_platform(ownership: Ownership, old: Catalog, new: Catalog) -> Iterator[Object]:
    """Wholes, and parts of what is on both sides, that files make or alter in schemas of the platform, and that the old
    side has otherwise."""
    made = {
        name: item
        for name, item in new.objects.items()
        if ownership.platform.manages(item.namespace)
        and not (ownership.owns(item) or item.placement.derived or ownership.is_baseline(item))
        and ((there := old.objects.get(name)) is None or changes(there, item))
    }
    return (item for item in made.values() if item.parent not in made)
