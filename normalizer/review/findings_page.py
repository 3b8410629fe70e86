"""Findings of a check as one page."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from pgnorm.catalog.counting import plural

from ..checking.finding import Finding
from .frame import Section, cut, fact, page
from .html import Html, element, joined, line, table, text
from .limits import NAMES

_LEVELS: Final = {"error": ("error", "dropped"), "warn": ("warning", "warning"), "info": ("note", "other")}


def findings_page(found: Sequence[Finding]) -> str:
    """The page of these findings."""
    counts = Counter(each.level for each in found)
    facts = [
        fact(counts[level], word + "s" * (counts[level] != 1), kind if counts[level] else "none")
        for level, (word, kind) in _LEVELS.items()
    ]
    shown = found[:NAMES]
    files = groupby(sorted(shown, key=lambda each: each.file), key=lambda each: each.file)
    sections = [_file(number, file, [*some]) for number, (file, some) in enumerate(files, start=1)]
    if not found:
        sections = [Section(id="summary", title="Summary", body=element("p", "No findings."))]
    elif rest := cut(len(found) - len(shown), "finding", "pgnorm check --output-format json prints all."):
        sections.append(Section(id="rest", title="Rest", body=joined(rest)))
    return page("Check", line(plural(len(found), "finding") if found else "No findings"), facts, sections)


def _file(number: int, file: str, found: Sequence[Finding]) -> Section:
    rows = [
        (f"{each.line}:{each.column}", _rule(each), text(each.message), text(each.cure))
        for each in sorted(found, key=lambda each: (each.line, each.column, each.rule, each.message))
    ]
    said = table(f"Findings in {file}", ("Place", "Rule", "Finding", "How to fix it"), rows)
    return Section(id=f"file-{number}", title=file, count=len(found), body=said)


def _rule(each: Finding) -> Html:
    kind = {"error": " worst", "info": " allowed"}.get(each.level, "")
    return element("span", line(f"{each.rule} ({each.level})"), class_=f"badge{kind}")
