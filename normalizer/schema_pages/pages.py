"""All pages of a schema."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pgnorm.catalog.model import Catalog, Object, ObjectId

from ..compare.selection import Selection
from ..review.diagram import diagram_of
from ..review.frame import Section, cut, fact, page
from ..review.html import Html, code, element, joined, line, text
from ..review.limits import TABLES
from ..review.mermaid import mermaid
from ..review.svg import drawing
from . import addresses
from .content import Content, by_kind
from .tables import columns, comment, granted, grants, parts, titled

MARK: Final = "pgnorm docs"
"""The generator that each page names, by which a later run knows it."""
_TITLE: Final = "Schema"
_SHORT: Final = 14
"""Lines up to which a text is open from the start."""


def pages(catalog: Catalog, selection: Selection) -> Mapping[str, str]:
    """The pages by the names of their files. The same schema gives the same bytes, whatever it was read from."""
    content = Content(catalog, selection)
    found = {addresses.INDEX: _index(content)}
    for name, items in content.by_schema.items():
        file = addresses.of_schema(name) if name else addresses.OUTSIDE
        if name or items:
            found[file] = _schema(content, name, items)
        found |= {addresses.of_object(item.id): _object(content, item) for item in items if content.has_page(item)}
    return found


def _page(title: str, about: Html, facts: Sequence[Html], sections: Sequence[Section]) -> str:
    of = "" if title == _TITLE else f" – {_TITLE}"
    return page(title, about, facts, sections, of=of, generator=MARK)


def _index(content: Content) -> str:
    items = [item for some in content.by_schema.values() for item in some]
    kinds = {item.kind: 0 for item in sorted(items, key=lambda item: item.kind)}
    for item in items:
        kinds[item.kind] += 1
    facts = [fact(count, _worded(count, kind), "other") for kind, count in kinds.items()]
    sections = [_listed(content, number, name) for number, name in enumerate(content.by_schema, start=1)]
    if not sections:
        sections = [Section(id="empty", title="Objects", body=element("p", "There is nothing in this schema."))]
    about = Html("The search finds names, comments and columns.")
    return _page(_TITLE, about, facts, [*sections, *_picture(content, [*content.links])])


def _worded(count: int, kind: str) -> str:
    many = titled(kind)
    return kind if count == 1 else many[:1].lower() + many[1:]


def _listed(content: Content, number: int, name: str) -> Section:
    """The objects of a schema, each with a link to where it is shown."""
    items = content.by_schema[name]
    file = addresses.of_schema(name) if name else addresses.OUTSIDE
    heads = [element("p", element("a", "The page of all these", href=file))] if name or items else []
    schema = content.schema(name) if name else None
    if schema is not None and schema.comment:
        heads.append(element("p", comment(schema)))
    for kind, some in by_kind(items):
        entries = element("ul", *(_entry(content, item) for item in some), class_="changes")
        heads += [element("h3", titled(kind)), entries]
    title = name or "Outside of schemas"
    return Section(id=f"schema-{number}", title=title, count=len(items), body=joined(heads))


def _entry(content: Content, item: Object) -> Html:
    said: list[str] = [element("a", line(item.label), href=content.address(item))]
    if item.comment:
        said += [" ", element("span", line(item.comment))]
    if names := ", ".join(column.name for column in content.columns(item)):
        said += [" ", element("span", line(names), class_="values")]
    return element("li", *said, class_="item")


def _schema(content: Content, name: str, items: Sequence[Object]) -> str:
    """The page of a schema: links to what has a page of its own, and all else."""
    sections = []
    for kind, some in by_kind(items):
        own = [item for item in some if content.has_page(item)]
        body = [element("ul", *(_entry(content, item) for item in own), class_="changes")] if own else []
        others = [item for item in some if not content.has_page(item)]
        body += [_article(content, item) for item in others]
        entries = tuple((addresses.anchor(item.id), "", line(item.label)) for item in others)
        id_ = f"kind-{kind.replace(' ', '-')}"
        sections.append(Section(id=id_, title=titled(kind), count=len(some), body=joined(body), entries=entries))
    schema = content.schema(name) if name else None
    if schema is not None:
        sections += grants(content, schema)
    sections += _picture(content, [table for table in content.links if table.schema == name] if name else [])
    if not sections:
        sections = [Section(id="empty", title="Objects", body=element("p", "There is nothing in it."))]
    about = [_back()] + ([" · ", comment(schema)] if schema is not None and schema.comment else [])
    return _page(
        name or "Outside of schemas",
        joined(about),
        [fact(len(items), _worded(len(items), "object"), "other")],
        sections,
    )


def _article(content: Content, item: Object) -> Html:
    """An object without a page of its own."""
    heading = element("h3", element("span", line(item.kind), class_="kind"), " ", code(item.label))
    said = [element("p", comment(item))] if item.comment else []
    said += [section.body for section in parts(content, item)]
    said += [granted(content, item)]
    body = element("div", *said, class_="inside") if any(said) else Html()
    is_open = content.texts.get(item.id, "").count("\n") <= _SHORT
    return element(
        "article",
        heading,
        body,
        *_text(content, item, is_open=is_open),
        class_="item object",
        id=addresses.anchor(item.id),
    )


def _object(content: Content, item: Object) -> str:
    """The page of an object with columns."""
    sections = [columns(content, item), *parts(content, item), *grants(content, item)]
    sections += _picture(content, [item.id, *content.links[item.id]] if item.id in content.links else [])
    if content.texts.get(item.id):
        sections.append(Section(id="text", title="Text", body=joined(_text(content, item, is_open=True))))
    schema = element("a", line(item.schema), href=addresses.of_schema(item.schema))
    about = [_back(), " · ", schema, " · ", line(item.kind)]
    about += [element("br"), comment(item)] if item.comment else []
    kinds = [("column", content.columns(item)), *content.parts(item)]
    facts = [fact(len(some), _worded(len(some), kind), "other") for kind, some in kinds]
    return _page(item.label, joined(about), facts, sections)


def _back() -> Html:
    return element("a", _TITLE, href=addresses.INDEX)


def _text(content: Content, item: Object, *, is_open: bool = False) -> Iterator[Html]:
    sql = content.texts.get(item.id)
    if sql:
        unseen = element("span", line(f" of {item.kind} {item.label}"), class_="unseen")
        yield element(
            "details", element("summary", "SQL", unseen), element("pre", element("code", text(sql))), open=is_open
        )


def _picture(content: Content, tables: Sequence[ObjectId]) -> Iterator[Section]:
    """The tables with what they refer to, as a picture; nothing where there are none."""
    known = [name for name in dict.fromkeys(tables) if name in content.shown.objects]
    if not known:
        return
    some = frozenset(known[:TABLES])
    diagram = diagram_of(content.excerpt(some), some)
    targets = {name: addresses.of_object(name) for name in some}
    picture = drawing(diagram, targets)
    shown = element("div", picture, class_="wide", tabindex=0, role="region", aria_label="Diagram of tables")
    words = element("details", element("summary", "Mermaid"), element("pre", text(mermaid(diagram))))
    rest = cut(len(known) - len(some), "table", "Their own pages show them.")
    yield Section(id="diagram", title="Diagram", body=joined((element("figure", shown), *rest, words)))
