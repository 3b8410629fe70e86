"""HTML from values: whatever is not markup already is escaped."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from .odd import in_one_line, with_odd_shown

_VOID: Final = frozenset({"br", "input", "meta"})


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def text(said: str) -> Html:
    """Text as markup, with characters that nobody sees by their numbers."""
    if isinstance(said, Html):
        return said
    return Html(with_odd_shown(escape(said, quote=False), _odd))


def _odd(number: str) -> str:
    return f'<span class="odd">{number}</span>'


def line(said: str) -> Html:
    """A name or a sentence, which stays one line."""
    return said if isinstance(said, Html) else text(in_one_line(said))


def drawn(said: str) -> Html:
    """A name or a sentence where no markup can be, as in a drawing: an odd character is shown by its bare number."""
    return Html(_value(said))


def joined(parts: Iterable[str], between: str = "") -> Html:
    """Markup one behind the other."""
    return Html(between.join(map(text, parts)))


def element(tag: str, *children: str, **attributes: str | int | bool | None) -> Html:
    """An element. `class_` is the attribute class, `aria_label` aria-label; True is an attribute without a value, None
    and False are none."""
    named = (
        (name.rstrip("_").replace("_", "-"), value)
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    head = tag + "".join(f" {name}" if value is True else f' {name}="{_value(value)}"' for name, value in named)
    return Html(f"<{head}>" if tag in _VOID else f"<{head}>{joined(children)}</{tag}>")


def _value(value: str | int) -> str:
    return escape(with_odd_shown(in_one_line(str(value)), lambda number: number))


def code(said: str) -> Html:
    """A name or a word of SQL, on one line."""
    return element("code", line(said))


def listed(lines: Iterable[str], **attributes: str | int | bool | None) -> Html:
    """A list of lines."""
    return element("ul", *(element("li", line(each)) for each in lines), **attributes)


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Html:
    """A table whose first column says what each row is about; on a narrow screen each row is a card."""
    head = element("tr", *(element("th", line(each), scope="col", role="columnheader") for each in heads), role="row")
    body = element("tbody", *(_row(heads, each) for each in rows), role="rowgroup")
    said = element("caption", line(caption))
    return element("table", said, element("thead", head, role="rowgroup"), body, class_="cards", role="table")


def _row(heads: Sequence[str], cells: Sequence[str]) -> Html:
    """A row that tells its roles, which a browser forgets where it is shown as a card."""
    first, *others = cells
    rest = (
        element("td", line(each), data_head=head if each else None, role="cell")
        for head, each in zip(heads[1:], others, strict=True)
    )
    return element("tr", element("th", line(first), scope="row", role="rowheader"), *rest, class_="item", role="row")
