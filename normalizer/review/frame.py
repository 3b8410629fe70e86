"""The frame of a page: one file that asks nobody for anything, and in which nothing runs but its own script."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from pgnorm.catalog.counting import plural
from pgnorm.catalog.model import Value

from .html import Html, drawn, element, line


class Section(Value):
    """A part of a page, under a heading."""

    id: str
    title: str
    body: Html
    count: int | None = None
    """Number of what it lists, None where it lists nothing."""
    entries: tuple[tuple[str, str, Html], ...] = ()
    """(address, sign, name) of what the table of contents lists under it."""


def page(
    title: str, about: Html, facts: Iterable[Html], sections: Sequence[Section], *, of: str = "", generator: str = ""
) -> str:
    """The page of these sections, below facts that are read at a glance; `of` tells it from others of its title,
    `generator` what made it."""
    style, script = _file("page.css"), _file("page.js")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        *([element("meta", name="generator", content=generator)] if generator else []),
        element("title", drawn(f"{title}{of}")),
        element("style", Html(style)),
    )
    banner = element(
        "header",
        element("h1", line(title)),
        element("p", about, class_="subtitle"),
        element("ul", *(element("li", each) for each in facts), class_="facts"),
    )
    main = element("main", *map(_section, sections), id="main", tabindex=-1)
    body = element(
        "body",
        element("a", "Skip to the content", href="#main", class_="skip"),
        banner,
        element("div", _contents(sections), main, class_="columns"),
        element("script", Html(script)),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def fact(count: int, word: str, kind: str) -> Html:
    """A number that is read at a glance; `kind` is how it looks."""
    return element("span", element("strong", str(count)), f" {word}", class_=f"fact {kind}")


def cut(count: int, noun: str, where: str) -> list[Html]:
    """The word that something is not shown, nothing where all is."""
    if count <= 0:
        return []
    return [element("p", line(f"{plural(count, noun)} more not shown here. {where}"), class_="notice")]


def _contents(sections: Sequence[Section]) -> Html:
    field = element(
        "div",
        element("label", "Search", for_="search"),
        element("input", type="search", id="search", autocomplete="off", spellcheck="false"),
        element("p", "", id="found", role="status"),
        class_="search",
        role="search",
        hidden=True,
    )
    entries = []
    for each in sections:
        count = [" ", element("span", str(each.count), class_="count")] if each.count is not None else []
        below = (
            element("li", element("a", sign_of(sign), " ", name, href=f"#{address}"), class_="item")
            for address, sign, name in each.entries
        )
        listed = [element("ul", *below)] if each.entries else []
        entries.append(element("li", element("a", line(each.title), *count, href=f"#{each.id}"), *listed))
    return element("nav", field, element("ul", *entries, class_="contents"), aria_label="Contents")


def _section(each: Section) -> Html:
    count = [" ", element("span", str(each.count), class_="count")] if each.count is not None else []
    heading = element("h2", line(each.title), *count, id=f"{each.id}-title")
    return element("section", heading, each.body, id=each.id, aria_labelledby=f"{each.id}-title")


_SIGNS: Final = {"+": ("added", "+"), "~": ("changed", "~"), "-": ("dropped", "−")}


def sign_of(sign: str) -> Html:
    """A sign that is a word to those who hear it."""
    if sign not in _SIGNS:
        return Html()
    word, mark = _SIGNS[sign]
    return element(
        "span",
        element("span", mark, aria_hidden="true"),
        element("span", word, class_="unseen"),
        class_=f"sign {word}",
    )


def _policy(style: str, script: str) -> str:
    hashes = (b64encode(sha256(text.encode()).digest()).decode() for text in (style, script))
    of_style, of_script = (f"'sha256-{each}'" for each in hashes)
    return f"default-src 'none'; style-src {of_style}; script-src {of_script}; base-uri 'none'; form-action 'none'"


@cache
def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
