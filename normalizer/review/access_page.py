"""Who may do what, as one page."""

from collections.abc import Sequence
from itertools import islice

from pgnorm.catalog.access import Access

from ..access.findings import findings
from ..access.wording import table_of
from .frame import Section, cut, fact, page
from .html import code, element, joined, line, table
from .limits import NAMES


def access_page(access: Access, source: str) -> str:
    """The page of the permissions that a source gives."""
    roles, cells = table_of(access)
    doubtful = [*findings(access)]
    facts = (
        fact(len(roles), "role" + "s" * (len(roles) != 1), "other"),
        fact(len(cells), "object" + "s" * (len(cells) != 1), "other"),
        fact(len(doubtful), "to check", "warning" if doubtful else "none"),
    )
    sections = [_doubtful(doubtful)] if doubtful else []
    subtitle = joined(("Who may do what in ", code(source), ", row security counted in"))
    return page("Access", subtitle, facts, [*sections, _permissions(roles, cells)])


def _doubtful(found: Sequence[str]) -> Section:
    lines = (element("li", line(each), class_="item") for each in found)
    title = "Please check that these are intended"
    return Section(id="check", title=title, count=len(found), body=element("ul", *lines))


def _permissions(roles: Sequence[str], cells: dict[str, dict[str, str]]) -> Section:
    rows = [(code(what), *(found.get(role, "") for role in roles)) for what, found in islice(cells.items(), NAMES)]
    said = table("What each role may do", ("Object", *roles), rows) if rows else element("p", "Nothing is granted.")
    rest = cut(len(cells) - len(rows), "object", "pgnorm access --json prints all.")
    return Section(id="permissions", title="Permissions", count=len(cells), body=joined((said, *rest)))
