"""The review of a comparison as Markdown for a comment on a pull request: short, and never longer than one may be."""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, starmap, takewhile

from pgnorm.catalog.counting import first_of, plural

from .limits import COMMENT, COMMENT_LINES, COMMENT_LISTS, COMMENT_NAMES
from .odd import in_one_line, with_odd_shown
from .review import NAMING, Review, left_out, naming_files, worries

_FENCE = re.compile(r"^ {0,3}(`{3,})", re.MULTILINE)
_TICKS = re.compile(r"`+")
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+!|<>&~@:-])")


def as_markdown(review: Review) -> str:
    """The comment."""
    text = _head(review)
    return text + _plan(review.scripts, COMMENT - _size(text))


def _head(review: Review) -> str:
    """All but the plan. Of the room for lists each takes no more than half of what those before it leave."""
    document = review.document
    text = f"### Schema review: {code(document['from'])} → {code(document['to'])}\n\n**{review.summary}**\n"
    text += f"\n{escaped(review.verdict)}\n" if review.verdict else ""
    room = COMMENT_LISTS
    for title, lines, folded in _lists(review):
        listed = _list(title, lines, room // 2, folded=folded)
        room -= _size(listed)
        text += listed
    return text


def _lists(review: Review) -> Iterator[tuple[str, Sequence[str], bool]]:
    """The title and the lines of each list, and if it is folded."""
    document = review.document
    hazards = [
        f"{code(change['said'])}: {', '.join(_hazard(word, change['allowed']) for word in change['hazards'])}"
        + (f" ({code('; '.join(change['reasons']))})" if change["reasons"] else "")
        for change in document["changes"]
        if change["hazards"]
    ]
    yield "Hazards", hazards, False
    yield "Access", [code(each["said"]) for each in document["access"]], False
    for title, lines in worries(document):
        yield title, [*map(code, lines)], False
    naming = naming_files(document).items()
    yield NAMING, [code(f"{file}: {first_of(names, COMMENT_NAMES, '; ')}") for file, names in naming], True
    yield "Changes", [_line(sign, said) for sign, said in _changes(review)], True
    yield "Left out", [*starmap(_with_names, left_out(document))], True


def _with_names(title: str, names: Sequence[str]) -> str:
    more = [f"and {len(names) - COMMENT_LINES} more"] if len(names) > COMMENT_LINES else []
    return escaped(title) + "".join(f"\n  - {each}" for each in (*map(code, names[:COMMENT_LINES]), *more))


def _changes(review: Review) -> Iterator[tuple[str, str]]:
    yield from review.roles
    yield from ((sign, said) for each in review.objects for _, sign, said in each.lines)


def _line(sign: str, said: str) -> str:
    return code(f"{sign} {said}")


def _hazard(word: str, allowed: Sequence[str]) -> str:
    return f"**{word}**{' (allowed)' if word in allowed else ''}"


def _list(title: str, lines: Sequence[str], room: int, *, folded: bool) -> str:
    """A title and what it counts, one below the other, as far as there is room; nothing where there is none."""
    if not lines:
        return ""
    shown = [*_first([f"- {each}" for each in lines[:COMMENT_LINES]], room)]
    if left := len(lines) - len(shown):
        shown.append(f"- and {left} more")
    listed = "\n".join(shown)
    if folded:
        return f"\n<details><summary>{escaped(title)} ({len(lines)})</summary>\n\n{listed}\n\n</details>\n"
    return f"\n**{escaped(title)} ({len(lines)})**\n\n{listed}\n"


def _plan(scripts: Sequence[str], room: int) -> str:
    """The plan in a block of its own, as far as there is room."""
    if not scripts:
        return ""
    count = f"{len(scripts)} transactions" if len(scripts) > 1 else "one transaction"
    text = "\n".join(
        f"-- Transaction {number} of {len(scripts)}\n{script}" if len(scripts) > 1 else script
        for number, script in enumerate(scripts, start=1)
    )
    text = with_odd_shown(text, lambda number: f"<{number}>")
    fence = "`" * max(3, 1 + max((len(found[1]) for found in _FENCE.finditer(text)), default=0))
    begin, end = f"\n<details><summary>Plan, in {count}</summary>\n\n{fence}sql\n", f"\n{fence}\n\n</details>\n"
    note = "\n{} of the plan not shown: `pgnorm diff` prints all, `pgnorm diff --html FILE` shows it.\n"
    lines = text.rstrip("\n").split("\n")
    shown = _first(lines, room - _size(begin + end + note) - len("99,999,999 more lines"))
    left = len(lines) - len(shown)
    return begin + "\n".join(shown) + end + (note.format(f"{plural(left, 'more line')}") if left else "")


def _first(lines: Sequence[str], room: int) -> Sequence[str]:
    """As many of the lines as there is room for."""
    ends = accumulate(_size(each) + 1 for each in lines)
    return lines[: sum(1 for _ in takewhile(lambda end: end <= room, ends))]


def _size(text: str) -> int:
    """The length of a text as GitHub counts it: a character beyond the first 65,536 is two."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def code(said: str) -> str:
    """A name or a sentence with names, of which nothing is markup, a mention or a link."""
    shown = with_odd_shown(in_one_line(said), lambda number: f"<{number}>")
    ticks = "`" * (1 + max(map(len, _TICKS.findall(shown)), default=0))
    between = " " if len(ticks) > 1 or shown.startswith(" ") or shown.endswith(" ") or not shown else ""
    return f"{ticks}{between}{shown}{between}{ticks}"


def escaped(said: str) -> str:
    """Words of our own with names in them, outside of code."""
    return _MARKUP.sub(r"\\\1", with_odd_shown(in_one_line(said), lambda number: number))
