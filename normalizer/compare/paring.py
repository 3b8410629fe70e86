"""Two databases pared of what both have alike, before any of it is made objects: rows are compared as they came.

A plan needs of a catalog what differs, what depends on that, and all that these depend on. So much is made, with
whatever is no relation nor belongs to one (types, functions, default privileges): nobody records all that those need.
"""

from collections.abc import Callable, Iterator
from typing import Final

from pgnorm.catalog.answers import COLUMNS_OF_OIDS, Answers, calls_by_cast, objects_of
from pgnorm.catalog.edges import DEPENDS_ON_EXTENSION
from pgnorm.catalog.model import Catalog, Object, ObjectId
from pgnorm.catalog.model.facets import Converts
from pgnorm.catalog.model.row_facets import GuardsRows, HoldsRows, Presets
from pgnorm.catalog.model.run_time import NOWHERE
from pgnorm.catalog.model.tie_facets import Matched
from pgnorm.catalog.model.type_facets import HasValues
from pgnorm.catalog.pipeline import Row

from .alike_rows import matched
from .difference import Difference, changes

_RELATIONS: Final = "pg_class"
_TYPES: Final = "pg_type"
_AUTO: Final = "a"
_INTERNAL: Final = frozenset("iPS")
"""Of pg_depend.deptype, those of what goes with the whole and not without it."""
_OF_ROWS: Final = (GuardsRows, Matched, Presets)
"""Parts with a say where their relation is merely needed: CHECKs and defaults may call code, policies hide rows."""


def pared(old: Answers, new: Answers, differing: Callable[[], None] = lambda: None) -> tuple[Catalog, Catalog] | None:
    """The parts of two catalogs that any plan between them is made of; None where their rows can't be compared.

    `differing` is called as soon as a row of one is in no row of the other.
    """
    if old.version // 10000 != new.version // 10000 or not (old.run_time == new.run_time == NOWHERE):
        return None
    if any(map(_is_ambiguous, (old, new))):
        return None
    sides = _Side(old), _Side(new)
    if _match(*sides):
        differing()
    while any(side.waiting for side in sides):
        for side, other in (sides, sides[::-1]):
            for oid, disturbed in side.grown():
                other.waiting += [(twin, disturbed) for twin in side.twins.get(oid, ())]
    return old.part(sides[0].taken), new.part(sides[1].taken)


def _is_ambiguous(answers: Answers) -> bool:
    """True if entries of different catalogs have one OID, as happens where a server has used up all of them."""
    if not (rows := answers.common.dependencies.rows):
        return False
    catalogs, oids, _, of, wholes, *_ = zip(*rows, strict=True)
    entries, places = (*oids, *wholes), (*catalogs, *of)
    return places != tuple(map(dict(zip(entries, places, strict=True)).__getitem__, entries))


class _Side:
    """One of the two databases by OIDs: what depends on what, and what of it is taken. A column's is its relation's."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.taken: set[int] = set()
        self.twins: dict[int, set[int]] = {}
        """The same objects on the other side."""
        self.waiting: list[tuple[int, bool]] = []
        """OIDs to take, each with whether something is done to it that those which depend on it can tell."""
        self._disturbed: set[int] = set()
        self._uses: dict[int, list[int]] = {}
        self._users: dict[int, list[int]] = {}
        self._whole: dict[int, int] = {}
        self._internal: dict[int, list[int]] = {}
        """The wholes of what is nothing without them: of the rule of a view, of the type of a table's rows."""
        self._insides: dict[int, list[int]] = {}
        """The reverse, and the parts of each that are taken with it."""
        self._tied: dict[int, list[int]] = {}
        """The tables that inherit from one, and those that it inherits from."""
        self.calls: dict[int, set[Row]] = {}
        """Functions and operators that each one calls, by name, and whether a parse tree tells that it is by a cast:
        text need not tell which one of a name, nor that of a cast."""
        self._objects = {row[0] for _, result in answers.kinds for row in result.rows}
        self._follow()

    def take(self, oid: int, *, disturbed: bool) -> None:
        """Take an object, with the whole of what it belongs to where that is `disturbed`."""
        self.waiting.append((self._wholes(oid)[-1] if disturbed else oid, disturbed))

    def grown(self) -> Iterator[tuple[int, bool]]:
        """Take what waits and all that follows from it; the OIDs taken, each with whether it is disturbed."""
        waiting, self.waiting = self.waiting, []
        while waiting:
            oid, disturbed = waiting.pop()
            if oid in (self._disturbed if disturbed else self.taken):
                continue
            yield oid, disturbed
            if disturbed:
                self._disturbed.add(oid)
                waiting += [(user, True) for user in self._users.get(oid, ())]
                waiting += [(whole, True) for whole in self._internal.get(oid, ())]
            if oid not in self.taken:
                self.taken.add(oid)
                waiting += [(each, False) for each in (*self._uses.get(oid, ()), *self._insides.get(oid, ()))]
                if oid in self._tied:
                    waiting += [(each, True) for each in (oid, *self._tied[oid])]

    def _follow(self) -> None:
        """Note what depends on what, and take what is of no relation and what only pg_depend tells of."""
        common = self.answers.common
        relations, types = common.numbers[_RELATIONS], common.numbers[_TYPES]
        holders = {row[0] for kind, result in self.answers.kinds if issubclass(kind, HoldsRows) for row in result.rows}
        of_rows = {row[0] for kind, result in self.answers.kinds if issubclass(kind, _OF_ROWS) for row in result.rows}
        operators = {oid for oid, _, _ in common.operators.rows}
        overloaded = dict(_overloaded(self.answers))
        there: set[int] = set()
        inheriting: set[int] = set()
        told = [row[0] for kind, result in self.answers.kinds if kind.made_by_parent for row in result.rows]
        calling: list[tuple[int, int]] = []
        by_cast = {
            (user[1], called[1])
            for kind, result in self.answers.kinds
            if issubclass(kind, Converts)
            for user, called in calls_by_cast(common.numbers, result)
        }
        for catalog, oid, _, of, whole, _, how in common.dependencies.rows:
            self._uses.setdefault(oid, []).append(whole)
            self._users.setdefault(whole, []).append(oid)
            if catalog == relations:
                there.add(oid)
                if oid in holders and whole in holders:
                    if oid in inheriting:
                        told.append(oid)  # no row says in which order it inherits
                    inheriting.add(oid)
                    self._tied.setdefault(oid, []).append(whole)
                    self._tied.setdefault(whole, []).append(oid)
                    continue
            if how in _INTERNAL or (how == _AUTO and of in (relations, types)):
                self._whole.setdefault(oid, whole)
                if how in _INTERNAL:
                    self._insides.setdefault(whole, []).append(oid)
                    self._internal.setdefault(oid, []).append(whole)
                elif oid in of_rows:
                    self._insides.setdefault(whole, []).append(oid)
            if how == DEPENDS_ON_EXTENSION or whole in operators:
                told.append(oid)
            if whole in overloaded:
                calling.append((oid, whole))
        for _, oid, owner in (row for result in self.answers.members for row in result.rows):
            self._uses.setdefault(oid, []).append(owner)
        for oid, called in calling:
            for user in self._wholes(oid):
                self.calls.setdefault(user, set()).add((*overloaded[called], (oid, called) in by_cast))
        self.waiting += ((whole, False) for oid in told for whole in self._wholes(oid))
        self.waiting += ((oid, False) for oid in self._objects if there.isdisjoint(self._wholes(oid)))

    def _wholes(self, oid: int) -> list[int]:
        """The object, and all that it belongs to, the outermost last."""
        found = [oid]
        while (whole := self._whole.get(found[-1])) is not None and whole not in found:
            found.append(whole)
        return found


def _match(old: _Side, new: _Side) -> bool:
    """Note which rows are alike on both sides, and take what the others are about; True if there are any."""
    results = [dict(side.answers.kinds) for side in (old, new)]
    left: tuple[dict[ObjectId, tuple[int, Object]], ...] = ({}, {})
    remarks = _Remarks(old.answers), _Remarks(new.answers)
    pairs: set[tuple[int, int]] = set()
    for kind in {**results[0], **results[1]}:
        if kind.made_by_parent:
            continue
        columns = next(result[kind].columns for result in results if kind in result)
        before, after = (result[kind].rows if kind in result else () for result in results)
        alike, rest = matched(before, after, len(COLUMNS_OF_OIDS.intersection(columns)))
        pairs.update((pair[0][0], pair[1][0]) for pair in alike)
        for pair in alike:
            if pair[0][0] in remarks[0].about or pair[1][0] in remarks[1].about:
                said, theirs = (
                    each.of(kind, row[0], row[1] if "subid" in columns else 0)
                    for each, row in zip(remarks, pair, strict=True)
                )
                if said != theirs:
                    old.take(pair[0][0], disturbed=False)
        for mine, result, other in zip(left, results, rest, strict=True):
            if other:
                items = objects_of(kind, result[kind].columns, other)
                mine |= {item.id: (row[0], item) for item, row in zip(items, other, strict=True)}
    for oid, twin in pairs:
        _pair(old, oid, new, twin)
    for name in left[0].keys() & left[1].keys():
        (oid, item), (twin, changed) = left[0][name], left[1][name]
        _pair(old, oid, new, twin)
        old.take(oid, disturbed=not _is_quiet(Difference(item, changed, changes(item, changed))))
    for oid in {*old.calls, *(twin for each in new.calls for twin in new.twins.get(each, ()))}:
        if any(old.calls.get(oid) != new.calls.get(twin) for twin in old.twins.get(oid, ())):
            old.take(oid, disturbed=True)
    for side, mine, others in zip((old, new), left, left[::-1], strict=True):
        for name in mine.keys() - others.keys():
            side.take(mine[name][0], disturbed=True)
    return any(left)


def _pair(old: _Side, oid: int, new: _Side, twin: int) -> None:
    old.twins.setdefault(oid, set()).add(twin)
    new.twins.setdefault(twin, set()).add(oid)


def _overloaded(answers: Answers) -> Iterator[tuple[int, Row]]:
    """The OID of each that others of its name may be called instead of, and what it is called by."""
    for kind, result in answers.kinds:
        if kind.overloaded:
            places = [result.columns.index(name) for name in ("schema", "name", "detail")]
            yield from ((row[0], tuple(row[place] for place in places)) for row in result.rows)


def _is_quiet(difference: Difference) -> bool:
    """True if nothing that depends on an object can tell: `Difference.quiet`, and a type that gets a value more."""
    before, after = difference.old, difference.new
    if isinstance(before, HasValues) and isinstance(after, HasValues):
        return {*before.value_names} <= {*after.value_names} and not before.must_replace(after, difference.own)
    return difference.quiet


class _Remarks:
    """Sayings about the objects of one side beside their rows."""

    def __init__(self, answers: Answers) -> None:
        self._numbers = answers.common.numbers
        self._said = [said for _, said, _ in answers.common.remarks if said]
        self.about = {address[1] for said in self._said for address in said}
        """The OIDs of what anything is said of."""

    def of(self, kind: type[Object], oid: int, part: int) -> list[object]:
        """Sayings about the object of a kind with this OID, or of a part of it."""
        address = self._numbers[kind.catalog], oid, part
        return [found for said in self._said if (found := said.get(address)) is not None]
