"""Privileges that an object has once it is made, before anybody grants or revokes."""

from collections.abc import Sequence

from pgnorm.catalog.acl import AclItem, merged, with_owner
from pgnorm.catalog.model import DefaultGrants, Object


def initial_acl(
    item: Object, defaults: Sequence[DefaultGrants], role: str, *, inside: bool = False
) -> tuple[AclItem, ...]:
    """The privileges that an object has when `role` has made it (aclchk.c, get_user_default_acl) and its owner has it.

    What is a part without an owner of its own (the sequence of an identity) that owner makes, unless it is made
    `inside` the CREATE of the whole, before that gets its owner.
    """
    creator = role if inside or item.ownable or item.owner is None else item.owner
    return with_owner(_granted(item, defaults, creator), creator, item.owner)


def _granted(item: Object, defaults: Sequence[DefaultGrants], role: str) -> tuple[AclItem, ...]:
    builtin = with_owner(item.acl_default, item.owner, role)
    if not item.default_acl_type:
        return builtin
    in_schema: tuple[AclItem, ...] = ()
    for grants in defaults:
        if (grants.role, grants.type) != (role, item.default_acl_type):
            continue
        if not grants.schema:
            builtin = grants.acl
        elif grants.schema == item.schema:
            in_schema = grants.acl
    return merged((*builtin, *in_schema))
