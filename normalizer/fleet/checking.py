"""Databases of a fleet compared with what they are to be: once for all that are alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value, untold

from ..compare.describing import describe
from ..compare.difference import Difference
from ..comparing import compare_sides
from ..comparison import Comparison, Options
from ..project.sources import Files, Source, migrations
from ..reads import Read
from ..review.changes import outermost, with_parts
from ..sides import Sides
from ..workspace import Workspace
from .crew import CrewOptions, Executor
from .reading import Found, Reader
from .tenants import Tenant


class Group(Value):
    """Databases that are alike, beside what they are to be."""

    names: tuple[str, ...]
    lacking: tuple[str, ...] = ()
    """Versions of the migrations that their history lacks."""
    all_lacking: bool = False
    """True if it has none of them."""
    unknown: tuple[str, ...] = ()
    """Versions in their history that the folder lacks."""
    begun: tuple[str, ...] = ()
    """Versions that they have carried out in part."""
    drift: tuple[str, ...] | None = None
    """Objects that they have more (+), less (-) or otherwise (~) than the migrations in their history make; None where
    nobody looked, since they are as they are to be or keep no history."""
    differences: tuple[str, ...] = ()
    """The same beside what they are to be."""
    comparison: Comparison | None = untold(default=None)
    """The comparison from them to that; None where it failed."""
    failure: PgnormError | None = untold(default=None)

    @property
    def equal(self) -> bool:
        """True if they are what they are to be."""
        return self.comparison is not None and not (self.comparison.writes or self.comparison.one_sided)

    @property
    def settled(self) -> bool:
        """True if their history says so as well."""
        return self.equal and not (self.lacking or self.unknown or self.begun)


class Checked(Value):
    """A fleet beside what it is to be."""

    groups: tuple[Group, ...]
    """The largest first, those that are settled before all."""
    unread: tuple[tuple[str, PgnormError], ...]
    """Databases that could not be connected to or read, and why."""


class Checking:
    """A fleet read, grouped and compared."""

    def __init__(
        self, workspace: Workspace, target: Source, options: Options, reader: Reader, *, has_history: bool
    ) -> None:
        self._workspace = workspace
        self._target = target
        self._options = options
        self._reader = reader
        self._read: dict[Source, Read] = {}
        if not isinstance(target, Files):
            self._read[target] = Read(catalog=workspace.read(target))
        project = workspace.project
        self._migrations = project.migration_files().files if project is not None and has_history else ()

    def check(
        self,
        tenants: Sequence[Tenant],
        executor: Executor,
        read_there: Callable[[Tenant], Found],
        progress: Callable[[int], None],
    ) -> Checked:
        """The fleet. Raises PgnormError where what it is to be can't be read or loaded."""
        alike: dict[tuple[object, ...], list[Tenant]] = {}
        found: dict[tuple[object, ...], Found] = {}
        unread: list[tuple[str, PgnormError]] = []
        options = CrewOptions(progress=progress, cut_short=self._reader.live.cut_short)
        with executor.crew(tenants, read_there, options) as crew:
            for tenant, read in crew:
                if isinstance(read, PgnormError):
                    unread.append((tenant.name, read))
                elif isinstance(read, BaseException):
                    raise read
                else:
                    alike.setdefault(read.key, []).append(tenant)
                    found.setdefault(read.key, read)
        places = {tenant: place for place, tenant in enumerate(tenants)}
        groups = [self._group(sorted(some, key=places.__getitem__), found[key]) for key, some in alike.items()]
        _raise_what_is_common(groups)
        names = {tenant.name: place for tenant, place in places.items()}
        groups = _joined(groups, names)
        return Checked(
            groups=tuple(sorted(groups, key=lambda each: (not each.settled, -len(each.names), names[each.names[0]]))),
            unread=tuple(sorted(unread, key=lambda each: names[each[0]])),
        )

    def _group(self, tenants: Sequence[Tenant], found: Found) -> Group:
        """Tenants that are alike, of which the first is compared."""
        versions = [each.version for each in self._migrations]
        applied = found.applied
        lacking = [each for each in versions if applied is not None and each not in applied]
        group = Group(
            names=tuple(tenant.name for tenant in tenants),
            lacking=tuple(each for each in lacking if each not in found.begun),
            all_lacking=len(lacking) == len(versions),
            unknown=tuple(sorted((applied or frozenset()).difference(versions))),
            begun=tuple(sorted(found.begun)),
        )
        database = tenants[0].database
        try:
            found = self._whole(tenants[0], found)
            sides = self._sides(tenants[0], database, self._target, found)
            comparison = compare_sides(sides, database, self._target, self._options)
            group = group.evolve(comparison=comparison, differences=tuple(_lines(comparison, turned=True)))
            if not group.equal and applied is not None and self._workspace.project is not None:
                files = migrations(self._workspace.project)
                paths = tuple(each.path for each in self._migrations if each.version in applied)
                group = group.evolve(drift=tuple(self._drift(tenants[0], files.evolve(paths=paths), found)))
        except PgnormError as error:
            return group.evolve(failure=error)
        return group

    def _whole(self, tenant: Tenant, found: Found) -> Found:
        """The state of a tenant, with its catalog. Raises PgnormError where it is something else by now."""
        if found.catalog is not None:
            return found
        whole = self._reader.read(tenant)
        if whole.digest != found.digest:
            raise PgnormError("it was changed while it was looked at", place=tenant.name, hint="Run it again.")
        return whole

    def _drift(self, tenant: Tenant, base: Files, found: Found) -> Iterator[str]:
        """The objects that a tenant has otherwise than these migrations make them."""
        sides = self._sides(tenant, base, tenant.database, found)
        options = self._options.evolve(proof=None, renames=())
        return _lines(compare_sides(sides, base, tenant.database, options), turned=False)

    def _sides(self, tenant: Tenant, old: Source, new: Source, found: Found) -> Sides:
        self._workspace.telling.sides = {tenant.database: tenant.name}
        assert found.catalog is not None
        read = {tenant.database: Read(catalog=found.catalog), **self._read}
        return Sides.of(self._workspace, old, new, {source: read[source] for source in (old, new) if source in read})


def _joined(groups: Sequence[Group], places: Mapping[str, int]) -> list[Group]:
    """The groups, those in one of which the same is to be said: roles that own all of it have other names, say."""
    found: dict[tuple[object, ...], list[Group]] = {}
    for each in groups:
        plan = each.comparison.plan.scripts() if each.comparison is not None else None
        key = (each.evolve(names=(), comparison=None, failure=None), plan, each.failure and each.failure.message)
        found.setdefault((*key, each.equal), []).append(each)
    return [
        some[0].evolve(names=tuple(sorted((name for each in some for name in each.names), key=places.__getitem__)))
        for some in found.values()
    ]


def _raise_what_is_common(groups: Sequence[Group]) -> None:
    """Raise what nothing could be compared for: it is about what they are to be."""
    failures = [each.failure for each in groups if each.failure is not None]
    if failures and len(failures) == len(groups) and len({(each.message, each.place) for each in failures}) == 1:
        raise failures[0]


def _lines(comparison: Comparison, *, turned: bool) -> Iterator[str]:
    """The objects that the new side of a comparison has more (+), less (-) or otherwise (~); `turned`, the old side."""
    shown, parts = outermost(comparison.plan)
    for each in shown:
        found = Difference(each.new, each.old, each.changed) if turned else each
        yield f"{describe(found)}{with_parts(parts.get(each.item.id, ()))}"
    for what, name in comparison.one_sided:
        more = ((what, name) in comparison.only_old) is turned
        yield f"{'+' if more else '-'} {what} {name}"
