"""Index of a plan's actions: which one makes an object, alters it or takes it away."""

from pgnorm.catalog.model import Catalog, Object, ObjectId, Placement
from pgnorm.catalog.model.dump_facets import MadeAtOnce
from pgnorm.catalog.model.facets import Bodied, DroppedApart, GrantsDefaults
from pgnorm.catalog.model.tie_facets import ForAll

from ..compare.difference import above
from .changes import Decisions, set_with
from .evaluation import Evaluation
from .following import Following
from .graph import Act, Action
from .wholes import Wholes


class Actions:
    """The actions that `decided` asks for, by the objects that they are about.

    Drops follow the old dependencies, creates and alters the new ones; a part comes and goes inside its owner's
    statement unless a loop takes it apart.
    """

    def __init__(self, old: Catalog, new: Catalog, decided: Decisions, last: frozenset[ObjectId] = frozenset()) -> None:
        self.old = old
        self.new = new
        self.decided = decided
        self.takers = {user: shelled for user, shelled in old.shell_users if decided.gone(shelled)}
        """Types that are dropped, by each of the functions that leave with them."""
        self.shells = frozenset(shelled for _, shelled in new.shell_users if decided.fresh(shelled))
        """New objects that a shell goes ahead of: `CREATE TYPE "box";`."""
        emptied = {*filter(decided.alters, decided.emptied)}
        self.hollow: dict[Act, set[ObjectId]] = {Act.SHELL: set(), Act.EMPTY: emptied}
        """Objects that are there without a body before they have it, or before they leave or get another one."""
        self.evaluation = Evaluation(old, new, decided, last)
        self.apart: set[ObjectId] = set()
        """Parts that a loop forces into a statement of their own, instead of inside their owner's."""
        self.claimed: frozenset[tuple[str, ...]] = frozenset()
        """The names that new objects take, where something is set aside: parts of that let go of them first."""
        self.following = Following(old, new, decided, self.apart)
        self.wholes = Wholes(new, decided)

    def item(self, action: Action) -> Object:
        """The object that an action is about: the old one for what leaves."""
        catalog = self.old if action.act.leaves else self.new
        return catalog.objects[action.id]

    def key(self, action: Action) -> tuple[object, ...]:
        """Drops from the last kind to the first, then the rest in the order of a dump, but for what is evaluated, then
        drops of default privileges."""
        if action.act.leaves:
            item = self.old.objects[action.id]
            if isinstance(item, GrantsDefaults):
                return (2, item.id)  # they are for what is made until then
            # The columns of one table follow each other.
            whole = item.detail if item.placement.inside else ""
            return (0, -item.priority, item.kind, item.schema, whole, item.name, item.detail)
        item = self.new.objects[action.id]
        rank = item.priority if action.act is Act.SHELL else self.evaluation.rank(item)
        # REVOKE on a relation takes the privileges on its columns away. A new view comes behind the columns of tables.
        view = isinstance(item, Bodied) and item.parent is None and self.decided.fresh(item.id)
        late = 2 if view else bool(item.grant_columns)
        return (1, rank, late, item.kind, item.schema, item.sort_name, item.sort_key, item.id)

    def alters_itself(self, name: ObjectId) -> bool:
        """True if an object that stays changes in more than its owner, comment and privileges."""
        difference = self.decided.altered.get(name)
        return name in self.decided.rebound or (difference is not None and bool(difference.own))

    def shell(self, name: ObjectId) -> Action | None:
        """The action that makes the shell of a new object."""
        return Action(name, Act.SHELL) if name in self.shells or name in self.hollow[Act.SHELL] else None

    def known(self, name: ObjectId) -> Action | None:
        """The action after which what needs a new object can be made."""
        made = self.maker(name)
        return Action(made.id, Act.SHELL) if made is not None and made.id in self.hollow[Act.SHELL] else made

    def leaver(self, name: ObjectId) -> Action | None:
        """The action that takes the old object away: its own drop or that of what it is a part of."""
        item: Object | None = self.old.objects.get(name)
        while item is not None and self.decided.gone(item.id):
            above = self.takers.get(item.id, item.parent)
            owner = self.old.objects.get(above) if above is not None else None
            alone = isinstance(item, DroppedApart) or item.id in self.apart or self._goes_before_rows(item)
            if owner is None or not self.decided.gone(owner.id) or alone:
                if item.placement.derived:
                    return None
                taker = self.following.taker(item)
                if taker is not None and item.id not in self.decided.set_aside:
                    return self.leaver(taker)
                return Action(item.id, Act.SET_ASIDE if item.id in self.decided.set_aside else Act.DROP)
            item = owner
        return None

    def _goes_before_rows(self, item: Object) -> bool:
        """True if it would keep a name that is `claimed`, or act upon rows, when what it is a part of is set aside."""
        decided = self.decided
        if not decided.set_aside or item.placement not in (Placement.ALONE, Placement.JOINED):
            return False
        aside = decided.set_aside.intersection(above(self.old, item))
        return not decided.refilled.isdisjoint(aside) or (bool(aside) and not self.claimed.isdisjoint(item.claims))

    def maker(self, name: ObjectId) -> Action | None:
        """The action after which the new object is there as it should be."""
        item: Object | None = self.new.objects.get(name)
        while item is not None and self.decided.fresh(item.id):
            owner = self.new.objects.get(item.parent) if item.parent is not None else None
            if owner is None or not self.comes_inside(item, owner):
                return Action(item.id)
            item = owner
        return self.alterer(item.id) if item is not None else None

    def comes_inside(self, item: Object, owner: Object) -> bool:
        """True if the owner's statements create the part, or one of its inline parts is altered, with it."""
        where = item.placement
        if where.derived:
            return self.decided.fresh(owner.id) or owner.id in self.decided.altered
        if self.decided.fills(owner.id) and (where is Placement.EMBEDDED or set_with(item)):
            return where is Placement.EMBEDDED or item.id not in self.apart
        if isinstance(item, MadeAtOnce) and self.wholes.made(owner):
            return item.at_once and item.id not in self.apart
        if where is Placement.JOINED:
            added = owner.placement.inside and self.decided.fresh(owner.id) and self.maker(owner.id) == Action(owner.id)
            alone = isinstance(item, ForAll) and not item.for_followers and self.following.followed(owner)
            return added and item.id not in self.apart and not alone and not any(self.following.bringers(owner))
        inner = where is Placement.EMBEDDED or (where is Placement.INLINE and item.id not in self.apart)
        return inner and self.decided.fresh(owner.id)

    def alterer(self, name: ObjectId) -> Action | None:
        """The action that alters an object that stays."""
        if not self.decided.alters(name):
            return None
        item = self.new.objects[name]
        within = set_with(item) and item.parent is not None and self.decided.fills(item.parent)
        return Action(item.parent) if within and item.parent is not None else Action(name)
