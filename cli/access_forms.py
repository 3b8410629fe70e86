"""The forms that `pgnorm access` prints."""

from collections.abc import Callable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Final

from .documents import printed
from .output import whole_line

if TYPE_CHECKING:
    from pgnorm.catalog.access import Access, Permission

    from .forms import AccessTable, PermissionSaid

TEXT: Final = "text"
MARKDOWN: Final = "markdown"
JSON: Final = "json"
JSON_VERSION: Final = 1


def as_text(access: "Access") -> str:
    """A paragraph for each role, a line for each object."""
    from pgnorm.normalizer.access.wording import by_object, privileges

    paragraphs = []
    for role, permissions in groupby(access.permissions, key=lambda each: each.role):
        lines = [whole_line(f"  {what}: {privileges(some)}") for what, some in by_object(permissions)]
        paragraphs.append("".join(f"{line}\n" for line in (whole_line(role), *lines)))
    return "\n".join(paragraphs)


def as_markdown(access: "Access") -> str:
    """A table of objects by roles."""
    from pgnorm.normalizer.access.wording import table_of

    roles, cells = table_of(access)
    head = [["Object", *map(_escaped, roles)], ["---"] * (len(roles) + 1)]
    rows = [[_escaped(what), *(_escaped(found.get(role, "")) for role in roles)] for what, found in cells.items()]
    return "".join(f"| {' | '.join(row)} |\n" for row in (*head, *rows))


def as_json(access: "Access") -> str:
    """One document."""
    document: AccessTable = {"version": JSON_VERSION, "permissions": [_permission(each) for each in access.permissions]}
    return printed(document)


def _permission(permission: "Permission") -> "PermissionSaid":
    return {
        "role": permission.role,
        "kind": permission.kind,
        "schema": permission.schema,
        "name": permission.name,
        "privilege": permission.privilege,
        "columns": permission.columns,
        "rows": permission.rows.name.lower() if permission.rows else None,
        "policies": permission.policies,
        "runs_as": permission.runs_as,
        "past_row_security_of": permission.past,
    }


def _escaped(text: str) -> str:
    return whole_line(text).replace("\\", "\\\\").replace("|", "\\|")


FORMS: Final[Mapping[str, Callable[["Access"], str]]] = {TEXT: as_text, MARKDOWN: as_markdown, JSON: as_json}
