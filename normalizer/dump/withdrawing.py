"""Default privileges of a platform that a dump must take away first, for all to have no more rights than it says."""

from collections.abc import Iterable, Iterator

from pgnorm.catalog.acl import AclItem, as_grants
from pgnorm.catalog.model import Catalog, DefaultGrants, Object, Value
from pgnorm.catalog.model.facets import GrantsDefaults
from pgnorm.catalog.privileges import Words, known_privileges

from ..compare.difference import effective_acl
from ..compare.initial import initial_acl


class Withdrawal(Value):
    """Default privileges of a baseline that give too much, and the objects that would have it."""

    defaults: tuple[Object, ...] = ()
    opened: tuple[Object, ...] = ()


def withdrawal(catalog: Catalog, below: Catalog, printed: Iterable[Object]) -> Withdrawal:
    """The default privileges of `below`, the baseline that a dump is loaded on, under which anything that is `printed`
    would have more rights than in `catalog`. A dump says what rights there are beyond Postgres' own."""
    objects = tuple(printed)
    defaults: list[Object] = []
    opened: dict[Object, None] = {}
    for given in given_defaults(below, catalog.major):
        if not isinstance(given, GrantsDefaults) or given.default_grants.role not in (below.role, catalog.role):
            continue
        wider = [item for item in objects if _wider(item, given.default_grants)]
        own = catalog.objects.get(given.id)
        if wider or as_grants(effective_acl(given)) - as_grants(effective_acl(own) if own else ()):
            defaults.append(given)
            opened.update(dict.fromkeys(wider))
    return Withdrawal(defaults=tuple(defaults), opened=tuple(opened))


def given_defaults(below: Catalog, major: int) -> Iterator[Object]:
    """The default privileges of a baseline as a server of `major` has them: a right that is new there is in ALL too."""
    for given in below.objects.values():
        if isinstance(given, GrantsDefaults):
            here, there = (known_privileges(given.grant_signature(), "", each) for each in (below.major, major))
            yield given.evolve(acl=tuple(_spread(item, here, there) for item in effective_acl(given)))


def _spread(item: AclItem, here: Words, there: Words) -> AclItem:
    granted = dict(item.granted())
    if granted.keys() != dict(here).keys():
        return item
    star = "*" if all(granted.values()) else ""
    return AclItem(item.grantee, "".join(letter + star for letter, _ in there), item.grantor)


def _wider(item: Object, grants: DefaultGrants) -> bool:
    """True if an object would have more rights were it made under these default privileges."""
    with_them = as_grants(initial_acl(item, (grants,), grants.role))
    return bool(with_them - as_grants(initial_acl(item, (), grants.role)) - as_grants(effective_acl(item)))
