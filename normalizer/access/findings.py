"""Findings among the permissions that deserve a look: the ways past row security."""

from collections.abc import Iterator

from pgnorm.catalog.access import Access, Rows

from .wording import called


def findings(access: Access) -> Iterator[str]:
    """A line for each way by which a role that row security is meant for gets past it, or acts as somebody else."""
    ways: dict[tuple[str, str, str], list[str]] = {}
    for each in access.permissions:
        if each.role in access.exempt:
            continue
        if each.runs_as is not None:
            way = ("may execute", called(each), f"which runs as {each.runs_as} (SECURITY DEFINER)")
        elif each.past and each.stored:
            way = ("reads", called(each), f"which holds what its owner read of {', '.join(each.past)}")
        elif each.past:
            way = ("reaches", called(each), f"past the row security of {', '.join(each.past)} (no security_invoker)")
        elif each.rows is Rows.UNGUARDED:
            way = ("reaches all rows of", called(each), "which has no row security")
        else:
            continue
        roles = ways.setdefault(way, [])
        if each.role not in roles:
            roles.append(each.role)
    for (verb, what, why), roles in ways.items():
        comma = "" if why.startswith("past") else ","
        yield f"{', '.join(roles)}: {verb} {what}{comma} {why}"
