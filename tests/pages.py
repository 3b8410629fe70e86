"""Pages as a strict parser of HTML reads them."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from html5lib import HTMLParser
from html5lib.treebuilders import getTreeBuilder


def parsed(path: Path) -> Element:
    """The tree of a page that has no fault."""
    parser = HTMLParser(tree=getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False)
    tree: Element = parser.parse(path.read_text(encoding="utf-8"))
    return tree


def section(page: Element, name: str) -> Element:
    """The section of this id."""
    (found,) = (each for each in page.iter("section") if each.get("id") == name)
    return found


def said(element: Element) -> str:
    """All text in an element."""
    return "".join(element.itertext())


def rows(element: Element) -> Iterator[list[Element]]:
    """The cells of each row of the tables of values in an element."""
    for body in element.iter("tbody"):
        yield from ([*row] for row in body.iter("tr") if row.get("role") == "row")


def with_class(element: Element, word: str) -> list[Element]:
    """The elements below it of one class."""
    return [each for each in element.iter() if word in each.get("class", "").split()]
