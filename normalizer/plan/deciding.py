"""Fate of each object: created, dropped, altered, or dropped and created because of what it depends on."""

from collections import deque
from enum import Enum
from typing import Final

from attrs import evolve

from pgnorm.catalog.model import Catalog, Change, Object, ObjectId, Target, own_fields
from pgnorm.catalog.model.facets import settled_by
from pgnorm.catalog.model.tie_facets import Refusing, Undroppable, comes_with_tie
from pgnorm.catalog.model.type_facets import HoldsType, refused_while_stored, retypes, tested, unties

from ..compare.difference import CALLS, OPERATORS, Difference, changes, is_part_of
from ..compare.overloads import called_alike, can_wait
from ..compare.parent_order import misplaced
from .casts import read_anew
from .changes import Decisions
from .following import Following
from .refilling import keeping_rows
from .storage import held_inside, holders, refuse_stored_rows
from .wording import in_two_migrations


class Disturbance(Enum):
    """Change of an object that others depend on."""

    DROPPED = "dropped"
    REPLACED = "replaced"
    RETYPED = "retyped"


def decide(old: Catalog, new: Catalog, differences: tuple[Difference, ...], major: int) -> Decisions:
    """Weigh each difference, then what it drags along. `major` is the version that the plan is for."""
    return _Deciding(old, new, major).decide(differences)


class _Deciding:
    def __init__(self, old: Catalog, new: Catalog, major: int) -> None:
        self.old = old
        self.new = new
        self.result: Final = Decisions(target=Target(major=major, role=old.role))
        self.following: Final = Following(old, new, self.result)
        self.queue: Final[deque[tuple[ObjectId, Disturbance]]] = deque()

    def decide(self, differences: tuple[Difference, ...]) -> Decisions:
        for difference in differences:
            self._weigh(difference)
        while self._pull_apart():
            pass
        self.result.set_aside.update(keeping_rows(self.old, self.result))
        self._tie()
        self._lead()
        return self.result

    def _pull_apart(self) -> bool:
        """Cut the ties that must be cut, with what that drags along; whether what is then free may ask for more."""
        for tie in tuple(self.following.cuts()):
            self._replace(tie)
        self._drag_along()
        while self._let_go():
            self._drag_along()
        for tie in tuple(misplaced(self.old, self.new, self.following.holds)):
            self._replace(tie)
        self._drag_along()
        for rival in tuple(self.following.rivals()):
            self._replace(rival)
        freed = tuple(self.following.freed())
        for found in freed:
            self._weigh(found)
        self._drag_along()
        return bool(freed) and any(self.following.cuts())

    def _let_go(self) -> bool:
        """Replace what holds an object that goes and has no drop of its own; whether there was such a one."""
        for name in (*self.result.dropped, *self.result.replaced):
            item = self.old.objects[name]
            held_by = item.held_by if isinstance(item, Undroppable) else ()
            holders = [holder for holder in held_by if holder in self.old.objects]
            if holders and not any(map(self.result.gone, holders)):
                self._replace(holders[-1])
        return bool(self.queue)

    def _drag_along(self) -> None:
        while self.queue:
            item, disturbance = self.queue.popleft()
            if disturbance is Disturbance.RETYPED:
                refuse_stored_rows(self.old, self.new, self.old.objects[item])
            for part in self.old.parts.get(item, ()) if disturbance is Disturbance.REPLACED else ():
                if part.id in self.new.objects:
                    self._replace(part.id)
            for dependent in sorted(self.old.needed_by.get(item, ())):
                if dependent in self.new.objects and not self.result.gone(dependent):
                    self._drag(dependent, item, disturbance)
                elif dependent not in self.new.objects and not comes_with_tie(self.old.objects[dependent]):
                    self.result.dropped.add(dependent)  # no longer there to become what comes with a tie
            for follower in self.following.led_by(item) if self.result.gone(item) else ():
                leaderless = all(map(self.result.gone, self.following.leaders(follower)))
                # What holds data is left behind as the table's own.
                if follower.goes_along and follower.disposable and leaderless and follower.id in self.new.objects:
                    self._replace(follower.id)

    def _lead(self) -> None:
        """Look at what is led as the alterations of its leaders leave it: only what is then different is altered."""
        leaders = [name for name, difference in self.result.altered.items() if difference.own]
        followers = {item.id: item for leader in leaders for item in self.following.led_by(leader)}
        for name, follower in followers.items():
            if name in self.new.objects and not self.result.gone(name):
                self._lead_one(follower)

    def _lead_one(self, follower: Object) -> None:
        difference = self.result.altered.get(follower.id)
        before = left = (difference and difference.old) or follower
        for leader in self.following.leaders(follower):
            if leader in self.result.altered:
                left = left.led(self.old.objects[leader], self.new.objects[leader])
        if left != before:
            wanted = self.new.objects[follower.id]
            left = left.evolve(operators_used=wanted.operators_used, cast_functions=wanted.cast_functions)
            self.result.altered[follower.id] = Difference(left, wanted, changes(left, wanted))

    def _weigh(self, difference: Difference) -> None:
        before, after = difference.old, difference.new
        whole = difference.item.parent or difference.item.id
        if after and tested(before, after) and held_inside(self.old, whole) & held_inside(self.new, whole):
            self._replace(whole)
        if before is None or after is None:
            (self.result.created if before is None else self.result.dropped).add(difference.item.id)
            if after is None:
                self.queue.append((difference.item.id, Disturbance.DROPPED))
            return
        item = before.id
        left = self._unsettled(difference, before, after)
        if self._must_replace(before, after, left.own):
            self._replace(item)
        elif item not in self.result.replaced and left.changed:
            self.result.altered[item] = left
            if left.own and retypes(before, after, left.own):
                self._retype(before)
            if left.own and unties(before, after, left.own):
                self._untie(item)

    def _untie(self, end: ObjectId) -> None:
        for name in sorted(self.old.needed_by.get(end, ())):
            if self.old.objects[name].ties is not None and name in self.new.objects:
                self._replace(name)

    def _tie(self) -> None:
        """Raise PgnormError for a tie that what is there can't have."""
        for name in sorted(self.result.created | self.result.replaced):
            tie = self.new.objects[name]
            if tie.ties is not None and not self.result.fresh(led := tie.ties[0]):
                kept = (part for part in self.old.parts.get(led, ()) if not self.result.gone(part.id))
                made = (part for part in self.new.parts.get(led, ()) if self.result.fresh(part.id))
                if isinstance(tie, Refusing):
                    tie.refuse((*kept, *made))

    def _unsettled(self, difference: Difference, before: Object, after: Object) -> Difference:
        """The difference without what the creation or drop of other objects changes by itself."""
        settled = {
            name
            for name in difference.own
            if (others := settled_by(before, after, name))
            and all((other in self.old.objects) != (other in self.new.objects) for other in others)
        }
        return evolve(difference, changed=difference.changed - settled) if settled else difference

    def _must_replace(self, before: Object, after: Object, own: frozenset[str]) -> bool:
        if not own:
            return False
        replacing = {field.name for field in own_fields(type(before)) if field.change is Change.REPLACE}
        if not own.isdisjoint({*replacing, OPERATORS}):
            return True
        if any(holders(self.old, before.id)) and refused_while_stored(before, after, own):
            return True
        return before.must_replace(after, own)

    def _replace(self, item: ObjectId) -> None:
        if item not in self.result.replaced:
            self.result.replaced.add(item)
            self.result.altered.pop(item, None)
            self.result.rebound.discard(item)
            self.queue.append((item, Disturbance.REPLACED))

    def _drag(self, name: ObjectId, because: ObjectId, disturbance: Disturbance) -> None:
        """Decide on an object of both catalogs that depended on something disturbed."""
        item = self.old.objects[name]
        if disturbance is Disturbance.REPLACED and is_part_of(self.old, item, because):
            self._replace(name)
        elif item.placement.derived:
            # It needs nothing but its owner; what uses it is disturbed in turn.
            self.queue.append((name, disturbance))
        elif disturbance is Disturbance.RETYPED:
            if not item.survives_retyping(self.new.objects[name]) and item.disposable:
                self._replace(name)
        elif can_wait(self.new, item, self.old.objects[because]):
            self._empty(name)
        elif self._lets_go(name, because, disturbance):
            return
        elif item.disposable:
            self._replace(name)
        elif self.old.objects[because].stands_aside:
            self._rebind(name, because, disturbance)
        elif item.stands_aside:
            self._replace(name)
        else:
            raise in_two_migrations(item, self.old.objects[because])

    def _empty(self, name: ObjectId) -> None:
        self.result.emptied.add(name)
        found = self.result.altered.get(name) or Difference(self.old.objects[name], self.new.objects[name], frozenset())
        self.result.altered[name] = read_anew(evolve(found, changed=found.changed | {CALLS}))

    def _lets_go(self, name: ObjectId, because: ObjectId, disturbance: Disturbance) -> bool:
        """True if altering it is enough, since it needs the other no more once altered."""
        item, difference = self.old.objects[name], self.result.altered.get(name)
        retyped = self._retyped_above(because) and not item.survives_retyping(self.new.objects[name])
        if item.disposable and (retyped or called_alike(self.new, name, self.old.objects[because])):
            return False
        if difference is None or not difference.own:
            # An owned sequence and its column depend on each other's table, not on each other's definition.
            return item.parent == because and disturbance is Disturbance.DROPPED
        if self._keeps_type(difference) and item.parent != because and self.old.objects[because].stands_aside:
            return False
        return disturbance is Disturbance.DROPPED or because not in self.new.needs.get(name, frozenset())

    def _keeps_type(self, difference: Difference) -> bool:
        """True of a column that is altered and stays of a type of this name, be that another one."""
        old, new = difference.old, difference.new
        return isinstance(old, HoldsType) and new is not None and not retypes(old, new, difference.own)

    def _retyped_above(self, name: ObjectId) -> bool:
        """True if an object that goes changes its type before, with what leads it."""
        found = map(self.result.altered.get, self.following.leaders_to_the_end(self.old.objects[name]))
        return any(each and each.old and each.new and retypes(each.old, each.new, each.own) for each in found)

    def _rebind(self, name: ObjectId, because: ObjectId, disturbance: Disturbance) -> None:
        if disturbance is Disturbance.REPLACED:
            self.result.set_aside.add(because)
        if self.old.objects[name].stands_aside:
            self._replace(name)
        elif name not in self.result.rebound:
            self.result.rebound.add(name)
            self._retype(self.old.objects[name])

    def _retype(self, item: Object) -> None:
        if isinstance(item, HoldsType) and item.retyped_with_parent and item.parent is not None:
            self._replace(item.parent)
        else:
            self.queue.append((item.id, Disturbance.RETYPED))
