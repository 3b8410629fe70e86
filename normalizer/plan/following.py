"""Objects that go with their like on the other end of a tie: a partition's column with that of the whole table."""

from collections.abc import Iterator, Mapping, Set
from functools import cached_property

from pgnorm.catalog.model import Catalog, Lead, Object, ObjectId
from pgnorm.catalog.model.tie_facets import comes_with_tie

from ..compare.difference import Difference, alone, changes
from .changes import Decisions


class Following:
    """Who leads whom while a plan runs, given the decisions on every object."""

    def __init__(self, old: Catalog, new: Catalog, decided: Decisions, apart: Set[ObjectId] = frozenset()) -> None:
        self.old = old
        self.new = new
        self.decided = decided
        self.apart = apart
        """Parts that leave by a statement of their own, as in `Actions`."""

    @cached_property
    def _followers(self) -> Mapping[ObjectId, list[Object]]:
        found: dict[ObjectId, list[Object]] = {}
        for item in self.old.objects.values():
            for lead in item.leads:
                found.setdefault(lead.leader, []).append(item)
        return found

    def led_by(self, leader: ObjectId) -> Iterator[Object]:
        """Objects that one of the old catalog leads, by ties that hold."""
        return (item for item in self._followers.get(leader, ()) if leader in self.leaders(item))

    def holds(self, name: ObjectId) -> bool:
        """True if an object, a tie say, is there before, after and all the while."""
        return name in self.old.objects and name in self.new.objects and not self.decided.gone(name)

    def leaders(self, item: Object) -> Iterator[ObjectId]:
        """Leaders of an object, by ties that hold."""
        return (lead.leader for lead in item.leads if self.holds(lead.tie))

    def cuts(self) -> Iterator[ObjectId]:
        """The ties that hold, but must be cut for what is altered or created."""
        for name in (*self.decided.altered, *self.decided.created, *self.decided.replaced):
            difference = self.decided.altered.get(name)
            old = difference.old if difference else self.old.objects.get(name)
            new = (difference and difference.new) or self.new.objects[name]
            for lead in (old or new).leads:
                if self._cut(lead, old, new):
                    yield lead.tie
            if old is not None:
                yield from self._cuts_below(old, new, name)

    def _cuts_below(self, leader: Object, leader_after: Object, top: ObjectId) -> Iterator[ObjectId]:
        """The ties to cut where altering `top` alters `leader` to `leader_after`, and so what follows it."""
        for follower in self._followers.get(leader.id, ()):
            ties = [lead.tie for lead in follower.leads if lead.leader == leader.id and self.holds(lead.tie)]
            wanted = self.new.objects.get(follower.id)
            if not ties or wanted is None:
                continue
            if follower.cut_for(wanted, leader, leader_after, shared=self._shared(follower, top)):
                yield from ties
            elif (led := follower.led(leader, leader_after)) != follower:
                yield from self._cuts_below(follower, led, top)

    def _shared(self, item: Object, top: ObjectId) -> bool:
        """True if something leads it that is neither `top` nor led by it."""
        if len(item.leads) == 1:
            return False
        reached = self._reached(top)
        return any(lead.leader not in reached and not self.decided.gone(lead.tie) for lead in item.leads)

    def _reached(self, top: ObjectId) -> Set[ObjectId]:
        """All that an object of the old catalog leads, itself or by way of another, and that object."""
        found: set[ObjectId] = set()
        waiting = {top}
        while waiting:
            found |= waiting
            waiting = {led.id for name in waiting for led in self.led_by(name)} - found
        return found

    def rivals(self) -> Iterator[ObjectId]:
        """Parts that stay apart, and are so like what a new tie has adopted that they would be taken instead."""
        for tie in map(self.new.objects.__getitem__, (*self.decided.created, *self.decided.replaced)):
            parts = [part for part in self.new.parts.get(tie.ties[0], ()) if part.adopted] if tie.ties else []
            led = {(part.kind, part.adopted) for part in parts if any(lead.tie == tie.id for lead in part.leads)}
            stay = (part for part in parts if not part.leads and not self.decided.fresh(part.id))
            yield from (part.id for part in stay if (part.kind, part.adopted) in led)

    def _cut(self, lead: Lead, old: Object | None, new: Object) -> bool:
        before, after = self.old.objects.get(lead.leader), self.new.objects.get(lead.leader)
        if after is None or not self.holds(lead.tie):
            return False
        if old is None:
            brought = after.brought(new)
            return new.comes_along and before is None and brought.cut_for(new, after, after, shared=False)
        if before is None:
            return False
        if not (lead.leader in self.decided.altered or self.decided.fresh(lead.leader)):
            after = before  # what is done to it, if anything, comes from further up
        return old.cut_for(new, before, after, shared=self._shared(old, lead.leader))

    def freed(self) -> Iterator[Difference]:
        """Differences of objects that lose a leader while the plan runs, or meet one, from what they must be."""
        for name, item in self.old.objects.items():
            wanted = self.new.objects.get(name)
            if wanted is None or not (item.leads or wanted.leads) or self.decided.gone(name):
                continue
            meets = any(self.merged_into(wanted))
            if item.leads and all(self.holds(lead.tie) for lead in item.leads) and not meets:
                continue
            holding = [] if meets else self.leaders(wanted)
            staying = [self.new.objects[leader] for leader in holding if self.holds(leader)]
            left, goal = alone(item, staying), alone(wanted, staying)
            if (left, goal) != (item, wanted) and (changed := changes(left, goal)):
                yield Difference(left, goal, changed)

    def further_up(self, item: Object) -> Iterator[ObjectId]:
        """Leaders of an object of the old catalog by way of another."""
        for leader in (self.old.objects[lead.leader] for lead in item.leads if lead.leader in self.old.objects):
            yield from (lead.leader for lead in leader.leads)
            yield from self.further_up(leader)

    def altered_leaders(self, item: Object) -> Iterator[ObjectId]:
        """Leaders of an object of the old catalog that are altered, be it led itself or by way of another."""
        for leader in self.leaders(item):
            if self.decided.alters(leader):
                yield leader
            if leader in self.old.objects:
                yield from self.altered_leaders(self.old.objects[leader])

    def leaders_to_the_end(self, item: Object) -> Iterator[ObjectId]:
        """Leaders of an object of the old catalog, led itself or by way of another, for as long as it is there: by ties
        that hold, and by those that go with its table."""
        for lead in item.leads:
            if lead.tie in self.old.objects and (self.holds(lead.tie) or not self.cut_alone(lead.tie)):
                yield lead.leader
                if lead.leader in self.old.objects:
                    yield from self.leaders_to_the_end(self.old.objects[lead.leader])

    def bringers(self, item: Object) -> Iterator[ObjectId]:
        """Objects whose creation creates a new one too (`ALTER TABLE parent ADD COLUMN`): its leader, one level up and
        perhaps brought itself, or the tie to it."""
        if not self.decided.fresh(item.id):
            return
        for lead in item.leads:
            if item.comes_along and self._added(lead.leader) and self._tied_before(item, lead.tie):
                yield lead.leader
            elif comes_with_tie(item) and self.decided.fresh(lead.tie):
                yield from (lead.tie, lead.leader)

    def first_bringer(self, name: ObjectId) -> ObjectId:
        """The one among it and its bringers whose own statement creates all below it."""
        above = next(self.bringers(self.new.objects[name]), None)
        return name if above is None else self.first_bringer(above)

    def followed(self, item: Object) -> bool:
        """True if a new object leads others by ties that hold, or becomes one with them."""
        return item.id in self._led_by_ties

    @cached_property
    def _led_by_ties(self) -> Set[ObjectId]:
        return {leader for item in self.new.objects.values() for leader in self.leaders(item)}

    def merged_into(self, item: Object) -> Iterator[ObjectId]:
        """New leaders whose creation finds an object of the new catalog there already."""
        there = item.id in self.old.objects and not self.decided.gone(item.id)
        if item.merged and (there or not item.comes_along):
            yield from (leader for leader in self.leaders(item) if self._added(leader))

    def _tied_before(self, item: Object, tie: ObjectId) -> bool:
        """True if a tie is there when a new leader of `item` is created."""
        return self.holds(tie) or (item.adopted != "" and self.decided.fresh(tie))

    def _added(self, name: ObjectId) -> bool:
        """True if it is new on what is there, be it by another's statement, or not made inside its parent's."""
        item = self.new.objects.get(name)
        if item is None or not self.decided.fresh(name) or item.parent is None:
            return False
        return not self.decided.fresh(item.parent) or not item.placement.may_be_inside

    def taker(self, item: Object) -> ObjectId | None:
        """The leader whose drop drops an old object too."""
        if not item.goes_along or not item.leads:
            return None
        leaders = [lead.leader for lead in item.leads if lead.leader in self.old.objects and self._to_the_end(lead)]
        taken = leaders and all(self.decided.gone(name) and not self._drops_alone(name) for name in leaders)
        return leaders[-1] if taken else None

    def takers(self, item: Object) -> Iterator[ObjectId]:
        """Leaders whose drop may drop an old object too before it goes, led itself or by way of another."""
        for lead in item.leads if item.goes_along else ():
            if self.decided.gone(lead.leader) and self._to_the_end(lead) and not self._drops_alone(lead.leader):
                yield lead.leader
                yield from self.takers(self.old.objects[lead.leader])

    def _drops_alone(self, name: ObjectId) -> bool:
        return self.left_behind(self.old.objects[name])

    def _to_the_end(self, lead: Lead) -> bool:
        """True if a tie is there for as long as the old leader is, or what it leads."""
        if lead.tie not in self.old.objects or self.holds(lead.tie):
            return lead.tie in self.old.objects
        return not self.cut_alone(lead.tie) or lead.leader in self.ahead(lead.tie)

    def cut_alone(self, tie: ObjectId) -> bool:
        """True if a tie that leaves is cut by a statement of its own, not by the drop of the end that is led."""
        whole = self.old.objects[tie].parent
        return tie in self.apart or whole is None or not self.decided.gone(whole)

    def ahead(self, tie: ObjectId) -> Set[ObjectId]:
        """Objects that leave before an old tie is cut: those that need it, themselves or by way of others, and the
        leaders of what came with it where that leaves, too."""
        return self._bound(tie) | self._taking(tie)

    def _bound(self, tie: ObjectId) -> Set[ObjectId]:
        found: set[ObjectId] = set()
        waiting = {tie}
        while waiting:
            found |= waiting
            waiting = {user for name in waiting for user in self.old.needed_by.get(name, ())} - found
        return found - {tie}

    def _taking(self, tie: ObjectId) -> Set[ObjectId]:
        led, _ = self.old.objects[tie].ties or (tie, tie)
        along = [part for part in self.old.parts.get(led, ()) if comes_with_tie(part) and self.decided.gone(part.id)]
        return {part.leads[0].leader for part in along if self.decided.gone(part.leads[0].leader)}

    def left_behind(self, item: Object) -> bool:
        """True if dropping an old object must leave some that would go along with it."""
        along = [led for led in self.led_by(item.id) if led.goes_along and not comes_with_tie(led)]
        # What another leads too stays by itself.
        alone = (led for led in along if all(map(self.decided.gone, {*self.leaders(led)} - {item.id})))
        return any(not self.decided.gone(led.id) or self.left_behind(led) for led in alone)
