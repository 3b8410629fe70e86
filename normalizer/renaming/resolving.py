"""Requests found in the catalogs that they are about."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, Object, Value
from pgnorm.catalog.model.type_facets import HasValues

from ..compare.called import Path, is_called, path_of
from ..compare.difference import NAME, Difference
from ..sql.hints import RenameHint
from .requests import DEFAULT_SCHEMA, Request, words


class Thing(NamedTuple):
    """An object, or a value of one, that can be renamed."""

    item: Object
    value: str = ""

    def rename(self, name: str) -> tuple[str, ...]:
        """The statements that do it, empty where there is no such way."""
        if self.value:
            assert isinstance(self.item, HasValues)
            return (self.item.rename_value(self.value, name),)
        return self.item.rename(name)

    def succeeds(self, old: "Thing") -> bool:
        """True if it is what another would be under this name."""
        # What is no part has its arguments there.
        other = self.item.parent is None and old.item.detail != self.item.detail
        return self.item.kind == old.item.kind and bool(self.value) == bool(old.value) and not other

    def fits(self, keyword: str) -> bool:
        """True if it is what SQL calls so: a materialized view is a VIEW, a value VALUE."""
        return keyword in ("", "VALUE") if self.value else is_called(self.item, keyword)


class Renaming(Value):
    """One thing of the old side and its name on the new one."""

    path: Path
    name: str
    old: Object
    new: Object
    """The object on the new side; for a value, the one that it is of."""
    value: str = ""
    """The value that gets the name, empty where the object does."""
    statements: tuple[str, ...]
    hint: RenameHint | None = None
    """The hint that asked for it, None where an option did, or where it follows from another."""

    @property
    def said(self) -> str:
        """The rename as a person reads it: `column public.contacts.status to stage`."""
        kind = f"value of {self.old.kind}" if self.value else self.old.kind
        return f"{kind} {words(self.path)} to {words((self.name,))}"

    @property
    def difference(self) -> Difference:
        """The difference that it makes by itself."""
        return Difference(self.old, self.new, frozenset({"values" if self.value else NAME}))


class Resolved(Value):
    """Outcome of requests: renames to carry out, and those carried out before."""

    renamings: tuple[Renaming, ...] = ()
    """Parts before what they belong to, so that each statement finds it by its old name."""
    satisfied: tuple[Request, ...] = ()
    """The hints that have been carried out before: the old name is gone, the new one is there."""

    @property
    def statements(self) -> tuple[str, ...]:
        """All statements in order."""
        return tuple(statement for each in self.renamings for statement in each.statements)

    @property
    def hints(self) -> tuple[RenameHint, ...]:
        """The hints that are carried out."""
        return tuple(dict.fromkeys(each.hint for each in self.renamings if each.hint is not None))


def resolve(requests: Sequence[Request], old: Catalog, new: Catalog) -> Resolved:
    """The renamings asked for. Raises PgnormError for a request that does not fit the two sides, at its place."""
    before, after = things(old), things(new)
    renamings: list[Renaming] = []
    satisfied: list[Request] = []
    owners: dict[Path, Path] = {}
    # An owner first: its hints and those of its parts speak of it by its new name, --rename by its old one.
    seen: dict[tuple[str, Path], Request] = {}
    for request in sorted(requests, key=lambda each: len(each.path)):
        asked = _Asked(request, before, after, owners)
        known = seen.setdefault((request.keyword, asked.path), request)
        if known is not request:
            if known.new == request.new:
                continue
            raise PgnormError(
                f"{words(asked.path)} is to be renamed to {words((request.new,))} and to {words((known.new,))}",
                place=request.place,
                hint=f"The other name is asked for by {known.place}: leave one of them out.",
            )
        if found := tuple(asked.found()):
            renamings += found
            owners[*asked.new_owner, request.new] = found[0].path
        elif asked.done:
            satisfied.append(request)
        else:
            raise asked.error()
    renamings.sort(key=lambda each: -len(each.path))
    return Resolved(renamings=tuple(renamings), satisfied=tuple(satisfied))


class _Asked:
    """A request beside what has its names on either side."""

    def __init__(
        self,
        request: Request,
        before: Mapping[Path, Sequence[Thing]],
        after: Mapping[Path, Sequence[Thing]],
        owners: Mapping[Path, Path],
    ) -> None:
        self.request = request
        path = request.path
        if request.hint is None and path not in before and (DEFAULT_SCHEMA, *path) in before:
            path = (DEFAULT_SCHEMA, *path)
        owner, self.name = path[:-1], path[-1]
        backwards = {old: new for new, old in owners.items()}
        # What is proposed behind the rename of a whole has the new name of that.
        by_new = request.hint is not None or (path not in before and (*_led(owner, owners), self.name) in before)
        self.old_owner = _led(owner, owners) if by_new else owner
        self.new_owner = owner if by_new else _led(owner, backwards)
        self.old_old = self._fitting(before, (*self.old_owner, self.name))
        self.old_new = self._fitting(before, (*self.old_owner, request.new))
        self.new_old = self._fitting(after, (*self.new_owner, self.name))
        self.new_new = self._fitting(after, (*self.new_owner, request.new))

    @property
    def path(self) -> Path:
        """The path by old names."""
        return (*self.old_owner, self.name)

    def _fitting(self, found: Mapping[Path, Sequence[Thing]], path: Path) -> list[Thing]:
        return [thing for thing in found.get(path, ()) if thing.fits(self.request.keyword)]

    def found(self) -> Iterator[Renaming]:
        """Each that has the old name on the old side alone, and the new name on the new side alone."""
        name = self.request.new
        for thing in self.old_old:
            meant = next((each for each in self.new_new if each.succeeds(thing)), None)
            taken = any(each.succeeds(thing) for each in (*self.old_new, *self.new_old))
            if meant is not None and not taken and (statements := thing.rename(name)):
                yield Renaming(
                    path=self.path,
                    name=name,
                    old=thing.item,
                    new=meant.item,
                    value=thing.value,
                    statements=statements,
                    hint=self.request.hint,
                )

    @property
    def done(self) -> bool:
        """True if a hint has been carried out before."""
        return self.request.hint is not None and bool(self.old_new and self.new_new) and not self.old_old

    def error(self) -> PgnormError:
        """The error for a request, with what does not fit."""
        old, new = words((*self.old_owner, self.name)), words((*self.old_owner, self.request.new))
        at = words((*self.new_owner, self.request.new))
        if not self.old_old and not self.old_new:
            said, hint = f"the old side has neither {old} nor {new}", "Is the old name right, and its schema and table?"
        elif not self.old_old:
            said, hint = f"the old side has no {old}", "Is the old name right, and its schema and table?"
        elif self.old_new:
            said, hint = f"the old side has both {old} and {new}", "What is there under both names can't be renamed."
        elif self.new_old:
            still = words((*self.new_owner, self.name))
            said, hint = f"the new side still has {still} beside {at}", "Take it out of the files, or the rename back."
        elif not self.new_new:
            said, hint = f"the new side has no {at}", "Give it that name on the new side, or leave the rename out."
        else:
            kinds = ", ".join(sorted({thing.item.kind for thing in self.old_old}))
            said, hint = f"no statement renames {old} ({kinds}) to {at}", "It is another kind of object there."
        return PgnormError(
            f"can't rename {old} to {words((self.request.new,))}: {said}", place=self.request.place, hint=hint
        )


def things(catalog: Catalog) -> Mapping[Path, Sequence[Thing]]:
    """All that can be renamed by what it is called: schema and name, of a part schema, owner and name."""
    found: dict[Path, list[Thing]] = {}
    for item in catalog.objects.values():
        path = path_of(item)
        found.setdefault(path, []).append(Thing(item))
        if isinstance(item, HasValues):
            for value in item.value_names:
                found.setdefault((*path, value), []).append(Thing(item, value))
    return found


def _led(owner: Path, owners: Mapping[Path, Path]) -> Path:
    """An owner by its name on the other side."""
    for length in range(len(owner), 0, -1):
        if owner[:length] in owners:
            return (*owners[owner[:length]], *owner[length:])
    return owner
