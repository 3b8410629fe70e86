"""Tables on the pages: columns, parts, and who was granted what."""

from collections.abc import Iterator, Sequence
from typing import Final

from pgnorm.catalog.counting import plural
from pgnorm.catalog.kinds.columns import Column
from pgnorm.catalog.kinds.composites import Attribute
from pgnorm.catalog.kinds.defaults import Default
from pgnorm.catalog.kinds.identities import Identity
from pgnorm.catalog.kinds.views import ViewColumn
from pgnorm.catalog.model import Object, Placement, Printing
from pgnorm.catalog.model.facets import GrantsDefaults
from pgnorm.catalog.model.statement import printed
from pgnorm.catalog.privileges import known_privileges
from pgnorm.catalog.quoting import plain
from pgnorm.catalog.secrets import masked_sql

from ..compare.difference import effective_acl
from ..review.frame import Section
from ..review.html import Html, code, element, joined, table, text
from .content import Content

EVERYBODY: Final = "public"


def comment(item: Object) -> Html:
    """Remarks on an object, nothing where nothing was."""
    return element("span", text(item.comment), class_="comment") if item.comment else Html()


def columns(content: Content, item: Object) -> Section:
    """The columns of an object."""
    found = content.columns(item)
    rows = [(code(each.name), *_typed(content, each), comment(each)) for each in found]
    said = _filled(f"Columns of {item.label}", ("Column", "Type", "Default", "Comment"), rows)
    return Section(id="columns", title="Columns", count=len(found), body=said)


def _typed(content: Content, column: Object) -> tuple[Html, Html]:
    """The type of a column, and what it holds where nothing is said."""
    if isinstance(column, ViewColumn | Attribute):
        return code(plain(column.type)) if column.type else Html(), Html()
    if not isinstance(column, Column):
        return Html(), Html()
    type_ = plain(column.type) + (" not null" if column.not_null else "")
    if column.generated:
        return code(type_), element("span", "generated as ", code(column.expression or ""))
    for part in content.shown.parts.get(column.id, ()):
        if isinstance(part, Default):
            return code(type_), code(part.expression)
        if isinstance(part, Identity):
            return code(type_), element("span", "identity")
    return code(type_), Html()


def parts(content: Content, item: Object) -> Iterator[Section]:
    """Anything else that belongs to an object, a section for each kind."""
    for kind, some in content.parts(item):
        rows = [(code(each.name or kind), _definition(content, each), comment(each)) for each in some]
        said = _filled(f"{titled(kind)} of {item.label}", ("Name", "Definition", "Comment"), rows)
        yield Section(id=kind.replace(" ", "-"), title=titled(kind), count=len(rows), body=said)


def _definition(content: Content, part: Object) -> Html:
    sql = part.clause(content.target) if part.placement is Placement.INLINE else ""
    sql = sql or printed(part.create(Printing(target=content.target)))
    return element("code", text(masked_sql(sql).strip()), class_="sql")


def grants(content: Content, item: Object) -> Iterator[Section]:
    """The privileges on an object and on its columns, those of its owner apart."""
    rows = [row for each in (item, *content.columns(item)) for row in _granted(content, each, of_part=each is not item)]
    if rows:
        said = _filled(f"Privileges on {item.label}", ("Role", "May", "On", "Granted by"), rows)
        yield Section(id="privileges", title="Privileges", count=len(rows), body=said)


def granted(content: Content, item: Object) -> Html:
    """The privileges on an object in one line, nothing where only its owner has any."""
    found: dict[str, list[str]] = {}
    for role, may, _, _ in _granted(content, item, of_part=False):
        found.setdefault(may, []).append(role)
    said = (joined((f"{may}: ", joined(roles, ", "))) for may, roles in found.items())
    return element("p", joined(said, "; ")) if found else Html()


def _granted(content: Content, item: Object, *, of_part: bool) -> Iterator[tuple[Html, str, Html, Html]]:
    if isinstance(item, GrantsDefaults) or (of_part and item.acl is None):
        return
    for each in sorted(effective_acl(item), key=lambda each: (each.grantee, each.grantor)):
        if each.grantee != item.owner:
            words = dict(known_privileges(item.grant_signature(), "(column)" if of_part else "", content.catalog.major))
            said = [words.get(letter, letter) + " (and grant it)" * passed for letter, passed in each.granted()]
            on = code(item.name) if of_part else Html()
            yield code(each.grantee or EVERYBODY), ", ".join(sorted(said)), on, code(each.grantor)


def _filled(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Html:
    """A table without the columns in which nothing stands."""
    kept = [place for place in range(len(heads)) if any(row[place] for row in rows)]
    return table(caption, [heads[place] for place in kept], [[row[place] for place in kept] for row in rows])


def titled(kind: str) -> str:
    """A kind as the heading of several: `Foreign keys`."""
    many = plural(2, kind).removeprefix("2 ")
    return many[:1].upper() + many[1:]
