"""Owner, comment, privileges, security labels and extension dependence of whatever object they belong to."""

from collections.abc import Iterator, Sequence

from pgnorm.catalog.acl import AclItem, as_grants, with_owner
from pgnorm.catalog.model import Catalog, DefaultGrants, Object, Statement, Target
from pgnorm.catalog.model.dump_facets import own_comment
from pgnorm.catalog.model.facets import grant_prefix
from pgnorm.catalog.privileges import acl_transition
from pgnorm.catalog.quoting import ident, literal

from ..compare.difference import COMMENT, EXTENSIONS, LABELS, OWNER, PRIVILEGES, effective_acl
from ..compare.initial import initial_acl


def owned(item: Object, target: Target) -> Iterator[Statement]:
    """The owner that a new object lacks: it belongs to its creator, `target.role`."""
    if item.owner is not None and item.ownable and item.owner != target.role:
        yield _set_owner(item, target)


def created(
    item: Object, defaults: Sequence[DefaultGrants], target: Target, *, inside: bool = False
) -> Iterator[Statement]:
    """Statements for what a new object lacks beside its owner. `defaults` say what it was granted when `target.role`
    made it, `inside` another's CREATE or not: that is revoked where it is too much, and granted all the same where not,
    since other databases have other defaults."""
    initial = _sure(item, initial_acl(item, defaults, target.role, inside=inside))
    yield from _set_extensions(item, ())
    if own_comment(item) is not None:
        yield _set_comment(item)
    for provider, label in item.labels:
        yield _set_label(item, provider, label)
    yield from _set_privileges(item, initial, target)


def altered(old: Object, new: Object, changed: frozenset[str], target: Target) -> Iterator[Statement]:
    """Statements that lead from the satellites of `old` to those of `new`."""
    if OWNER in changed:
        yield _set_owner(new, target)
    if EXTENSIONS in changed:
        yield from _set_extensions(new, old.extensions)
    if COMMENT in changed:
        yield _set_comment(new)
    if LABELS in changed:
        gone = [(provider, None) for provider, _ in old.labels if provider not in dict(new.labels)]
        for provider, label in (*gone, *(pair for pair in new.labels if pair not in old.labels)):
            yield _set_label(new, provider, label)
    if PRIVILEGES in changed:
        yield from _set_privileges(new, with_owner(effective_acl(old), old.owner, new.owner), target)


def columns(catalog: Catalog, whole: Object) -> Iterator[Object]:
    """Columns of an object, or entries for them, with privileges of their own: `GRANT SELECT ("id") ON "t"`."""
    if not whole.made_by_parent:
        yield from (part for part in catalog.parts.get(whole.id, ()) if part.grant_columns)
    elif not whole.grant_columns:
        provided = (item for item in catalog.objects.values() if item.made_by_parent and item.grant_columns)
        yield from (item for item in provided if item.grant_signature() == whole.grant_signature())


def restored(column: Object, old: Object, new: Object, target: Target) -> Iterator[Statement]:
    """The column's own privileges that revoking the same ones on the whole, from `old` to `new`, took away."""
    before = as_grants(with_owner(effective_acl(old), old.owner, new.owner))
    after = as_grants(effective_acl(new))
    revoked = {
        (grantee, grantor, letter)
        for grantee, grantor, letter, star in before - after
        if star or (grantee, grantor, letter, True) not in after
    }
    kept = tuple(
        AclItem(item.grantee, "".join(letter + "*" * star for letter, star in letters), item.grantor)
        for item in effective_acl(column)
        if (letters := [pair for pair in item.granted() if (item.grantee, item.grantor, pair[0]) not in revoked])
    )
    yield from _set_privileges(column, kept, target)


def _sure(item: Object, initial: tuple[AclItem, ...]) -> tuple[AclItem, ...]:
    """The privileges of a new object without those that only default privileges give and that it is to have."""
    wanted = as_grants(effective_acl(item)) - as_grants(item.acl_default)
    kept = (
        AclItem(one.grantee, "".join(letter + "*" * star for letter, star in letters), one.grantor)
        for one in initial
        if (letters := [each for each in one.granted() if (one.grantee, one.grantor, *each) not in wanted])
    )
    return tuple(kept)


def _set_owner(item: Object, target: Target) -> Statement:
    return _said(item, f"ALTER {item.owner_signature(target)} OWNER TO {ident(item.owner or '')};")


def _set_comment(item: Object) -> Statement:
    text = "NULL" if item.comment is None else literal(item.comment)
    return _said(item, f"COMMENT ON {item.signature()} IS {text};")


def _set_label(item: Object, provider: str, label: str | None) -> Statement:
    text = "NULL" if label is None else literal(label)
    return _said(item, f"SECURITY LABEL FOR {ident(provider)} ON {item.signature()} IS {text};")


def _set_extensions(item: Object, old: tuple[str, ...]) -> Iterator[Statement]:
    for name in old:
        if name not in item.extensions:
            yield _said(item, f"ALTER {item.signature()} NO DEPENDS ON EXTENSION {ident(name)};")
    for name in item.extensions:
        if name not in old:
            yield _said(item, f"ALTER {item.signature()} DEPENDS ON EXTENSION {ident(name)};")


def _set_privileges(item: Object, old: tuple[AclItem, ...], target: Target) -> Iterator[Statement]:
    new = effective_acl(item)
    if new or old:
        texts = acl_transition(
            item.grant_signature(),
            old,
            new,
            item.owner,
            major=target.major,
            columns=item.grant_columns,
            prefix=grant_prefix(item),
        )
        yield from (_said(item, text) for text in texts)


def _said(item: Object, sql: str) -> Statement:
    return Statement(sql=sql, satellite=True, about=item.id)
