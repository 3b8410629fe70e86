"""Differences between the permissions before and after."""

from collections.abc import Iterator

from pgnorm.catalog.access import Access, Permission
from pgnorm.catalog.model import Value

from .wording import by_object, called, privileges


class AccessChange(Value):
    """Permissions that one role has on one object and had not before, or had before and has no more."""

    role: str
    what: str
    """The object in words."""
    namespace: str = ""
    """The schema that it is in, or is."""
    gained: tuple[Permission, ...] = ()
    lost: tuple[Permission, ...] = ()

    def __str__(self) -> str:
        both = {each.privilege for each in self.gained} & {each.privilege for each in self.lost}
        said = []
        for verb, some in (("may now", self.gained), ("no longer", self.lost)):
            fresh = [each for each in some if each.privilege not in both]
            if fresh:
                said.append(f"{verb} {privileges(fresh)}")
        if both:
            after = privileges([each for each in self.gained if each.privilege in both])
            before = privileges([each for each in self.lost if each.privilege in both])
            said.append(f"{after}, before {before}")
        return f"{self.role}: {self.what}: {'; '.join(said)}"


def access_changes(before: Access, after: Access) -> tuple[AccessChange, ...]:
    """The changes, by role and object."""
    return tuple(_changes(before, after))


def _changes(before: Access, after: Access) -> Iterator[AccessChange]:
    old, new = set(before.permissions), set(after.permissions)
    gained = {_key(some[0]): some for _, some in by_object(each for each in after.permissions if each not in old)}
    lost = {_key(some[0]): some for _, some in by_object(each for each in before.permissions if each not in new)}
    for key in dict.fromkeys((*gained, *lost)):
        more, less = gained.get(key, []), lost.get(key, [])
        either = (more or less)[0]
        yield AccessChange(
            role=key[0], what=called(either), namespace=either.namespace, gained=tuple(more), lost=tuple(less)
        )


def _key(permission: Permission) -> tuple[str, str, str, str]:
    return permission.about
