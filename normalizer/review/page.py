"""The review of a comparison as one page."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from pgnorm.catalog.counting import plural

from ..hazards.effects import Hazard
from .diagram import Diagrams
from .form import Change, Document
from .frame import Section, cut, fact, page, sign_of
from .html import Html, code, element, joined, line, listed, table, text
from .limits import OBJECTS, PLAN, ROWS, STATEMENTS, WHERE_ALL_IS
from .mermaid import mermaid
from .page_objects import objects_section
from .review import NAMING, Review, left_out, naming_files, worries
from .statements import Piece, pieces
from .svg import SIGN_WORDS, drawings

_WORST: Final = frozenset({Hazard.LOSES_DATA, Hazard.MAY_FAIL_ON_ROWS, Hazard.BREAKS_CALLERS})


def page_of(review: Review) -> str:
    """The page."""
    document = review.document
    subtitle = joined(("From ", code(document["from"]), " to ", code(document["to"])))
    of = f": {document['from']} → {document['to']}"
    sections = (
        _summary(review),
        _hazards(document),
        _access(document),
        _code(document),
        _diagram(review.diagrams),
        objects_section(review),
        _plan(review),
        _left_out(document),
    )
    return page("Schema review", subtitle, _facts(review), [each for each in sections if each is not None], of=of)


def _facts(review: Review) -> Iterator[Html]:
    counts, document = review.counts, review.document
    for sign, word in (("+", "to add"), ("~", "to change"), ("-", "to drop")):
        yield fact(counts[sign], word, SIGN_WORDS[sign] if counts[sign] else "none")
    dangerous = sum(bool(change["hazards"]) for change in document["changes"])
    yield fact(dangerous, "with hazards", "warning" if dangerous else "none")
    changes = len(document["access"])
    yield fact(changes, "access change" + "s" * (changes != 1), "warning" if changes else "none")
    if review.scripts:
        yield fact(len(review.scripts), "transaction" + "s" * (len(review.scripts) != 1), "other")


def _summary(review: Review) -> Section:
    document = review.document
    unproved = "notice" if document["unproved"] else None
    parts = [element("p", line(review.verdict or f"{review.summary}."), class_=unproved)]
    kinds: dict[str, Counter[str]] = {}
    for each in review.objects:
        for name, sign, _ in each.lines:
            kinds.setdefault(name.kind, Counter()).update(sign)
    if kinds:
        parts.append(element("ul", *(_kind(kind, found) for kind, found in sorted(kinds.items())), class_="kinds"))
    lines = [*_lines(review)]
    if lines:
        parts.append(element("ul", *lines[:ROWS], class_="changes"))
        parts += cut(len(lines) - ROWS, "change", WHERE_ALL_IS)
    for title, said in (("The plan begins with these renames", document["renames"]), ("Written as", document["files"])):
        parts += [element("h3", title), listed(said)] if said else []
    return Section(id="summary", title="Summary", body=joined(parts))


def _kind(kind: str, found: Counter[str]) -> Html:
    counts = (element("span", sign_of(sign), str(found[sign])) for sign in "+~-" if found[sign])
    return element("li", line(kind), " ", joined(counts, " "))


def _lines(review: Review) -> Iterator[Html]:
    """A line for each change, which leads to the object."""
    for sign, said in review.roles:
        yield element("li", sign_of(sign), " ", line(said))
    for number, each in enumerate(review.objects, start=1):
        for _, sign, said in each.lines:
            shown = element("a", line(said), href=f"#object-{number}") if number <= OBJECTS else line(said)
            yield element("li", sign_of(sign), " ", shown)


def _hazards(document: Document) -> Section | None:
    found = [change for change in document["changes"] if change["hazards"]]
    others = worries(document)
    rows = [
        (
            change["said"],
            joined((_badge(word, allowed=word in change["allowed"]) for word in change["hazards"]), " "),
            listed(change["reasons"], class_="plain") if change["reasons"] else "",
            listed(_effects(change), class_="plain") if change["effects"] else "",
        )
        for change in found[:ROWS]
    ]
    parts = []
    if rows:
        parts.append(table("Steps with hazards", ("Step", "Hazards", "Why", "Tables and locks"), rows))
        parts += cut(len(found) - len(rows), "step", WHERE_ALL_IS)
    for title, lines in others:
        parts += [element("h3", line(title)), listed(lines[:ROWS]), *cut(len(lines) - ROWS, "line", WHERE_ALL_IS)]
    count = len(found) + sum(len(lines) for _, lines in others)
    return Section(id="hazards", title="Hazards", count=count, body=joined(parts)) if parts else None


def _effects(change: Change) -> Iterator[str]:
    for effect in change["effects"]:
        does = "rewritten" if effect["rewrites"] else "read whole" if effect["scans"] else ""
        said = ", ".join(filter(None, (effect["lock"], does)))
        yield f"{effect['relation']}: {said}" if said else effect["relation"]


def _badge(word: str, *, allowed: bool = False) -> Html:
    kind = " allowed" if allowed else " worst" if word in _WORST else ""
    return element("span", word + " (allowed)" * allowed, class_=f"badge{kind}")


def _access(document: Document) -> Section | None:
    found = document["access"]
    rows = [
        (each["role"], code(each["object"]), each["said"].removeprefix(f"{each['role']}: {each['object']}: "))
        for each in found[:ROWS]
    ]
    if not rows:
        return None
    said = table("Changes of access", ("Role", "Object", "Change"), rows)
    return Section(
        id="access",
        title="Access",
        count=len(found),
        body=joined((said, *cut(len(found) - len(rows), "change", WHERE_ALL_IS))),
    )


def _code(document: Document) -> Section | None:
    """Files of other code that may name what goes, folded: they are words, and may be many."""
    files = naming_files(document)
    if not files:
        return None
    count = f"{plural(len(document['consumers'] or ()), 'line')} of {plural(len(files), 'file')}"
    word = Hazard.BREAKS_CALLERS
    badge = _badge(word, allowed=word in document["allowed"])
    rows = [
        (code(file), joined((listed(names[:ROWS], class_="plain"), *cut(len(names) - ROWS, "name", WHERE_ALL_IS))))
        for file, names in [*files.items()][:ROWS]
    ]
    said = table("Files that name it", ("File", "Names"), rows)
    more = cut(len(files) - len(rows), "file", WHERE_ALL_IS)
    body = element("details", element("summary", line(count), " ", badge), said, *more)
    return Section(id="code", title=NAMING, count=len(files), body=body)


def _diagram(diagrams: Diagrams) -> Section | None:
    if not diagrams.drawn:
        return None
    figures = [
        element(
            "figure",
            element("figcaption", word),
            element("div", picture, class_="wide", tabindex=0, role="region", aria_label=f"Diagram {word.lower()}"),
        )
        for word, picture in zip(("Before", "After"), drawings(diagrams), strict=True)
    ]
    texts = [
        element("details", element("summary", f"Mermaid, {word}"), element("pre", text(mermaid(side))))
        for word, side in (("before", diagrams.before), ("after", diagrams.after))
    ]
    left = diagrams.touched - diagrams.drawn
    note = cut(left, "table", "They are among the objects below.")
    return Section(
        id="diagram",
        title="Tables",
        count=diagrams.touched,
        body=joined((element("div", *figures, class_="figures"), *note, *texts)),
    )


def _plan(review: Review) -> Section | None:
    if not review.scripts:
        return None
    parts: list[Html] = []
    shown = characters = count = 0
    found = [*pieces(review.scripts, review.document["changes"])]
    for number, some in enumerate(found, start=1):
        items = []
        for each in some:
            count += 1
            if shown < STATEMENTS and characters + len(each.sql) <= PLAN:
                shown, characters = shown + 1, characters + len(each.sql)
                items.append(_statement(each))
        if items:
            title = f"Transaction {number} of {len(found)}" if len(found) > 1 else "One transaction"
            if any(each.change and Hazard.NOT_IN_TRANSACTION in each.change["hazards"] for each in some):
                title = f"Part {number} of {len(found)}, outside of a transaction"
            parts += [element("h3", title), element("ol", *items, class_="plan")]
    parts += cut(count - shown, "statement", "pgnorm diff -o FILE writes all of them.")
    return Section(id="plan", title="Plan", count=count, body=joined(parts))


def _statement(each: Piece) -> Html:
    said = []
    if each.change is not None:
        badges = (_badge(word, allowed=word in each.change["allowed"]) for word in each.change["hazards"])
        said.append(element("p", line(each.change["said"]), " ", joined(badges, " "), class_="step"))
    return element("li", *said, element("pre", element("code", text(each.sql))), class_="item")


def _left_out(document: Document) -> Section | None:
    found = left_out(document)
    if not found:
        return None
    parts = []
    for title, names in found:
        parts.append(element("h3", line(title)))
        if names:
            parts += [listed(names[:ROWS]), *cut(len(names) - ROWS, "name", WHERE_ALL_IS)]
    return Section(id="left-out", title="Left out", body=joined(parts))
