"""Hints in SQL text: comments of a word for pgnorm at an object, `-- pgnorm: renamed from status`."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from ..files.reading import SourceFile
from ..hazards.effects import Hazard
from .statements import Comment, comments, split
from .subjects import Subject, plain, subject_of

_MARK: Final = r"(?s)(?:--|/\*)\s*pgnorm:\s*(?P<said>.*?)\s*(?:\*/)?\s*"
_NAME: Final = r"""(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)"""
_RENAMED: Final = rf"(?i)renamed\s+from\s+(?P<old>{_NAME}|'(?:[^']|'')*')"
_ALLOWED: Final = r"(?is)allow\b(?P<kinds>.*?)(?:\s+on\s+(?P<on>.*))?"
_PATH: Final = rf"{_NAME}(?:\s*\.\s*{_NAME}){{0,2}}"
_IGNORED: Final = r"(?i)ignore"
_WORDS: Final = {"renamed": "renamed from old_name", "ignore": "ignore", "allow": "allow HAZARD, HAZARD"}
_REST_OF_LINE: Final = re.compile(r"[ \t]*(\r?\n|$)")


class HintError(PgnormError):
    """That a hint is not understood, or about nothing."""


class Hint(Value):
    """A hint, and what it is about."""

    source: SourceFile
    comment: Comment
    subject: Subject

    @property
    def place(self) -> str:
        """`file:line:column` of the comment."""
        return self.source.place(self.comment.start)


class RenameHint(Hint):
    """That an object had another name: `old`, as Postgres folds it."""

    old: str


class IgnoreHint(Hint):
    """That a comparison leaves an object alone: `-- pgnorm: ignore`."""


class AllowHint(Hint):
    """That hazards of statements about an object are expected, or that what lints find in it is meant: `-- pgnorm:
    allow scans-table, no_primary_key`, for one that no file makes any more `allow loses-data on public.notes`."""

    hazards: frozenset[Hazard]
    lints: frozenset[str] = frozenset()


def hints(source: SourceFile) -> Iterator[Hint]:
    """The hints of a file. Raises PgnormError, placed, for one that is not understood or about nothing."""
    text = source.text
    if "pgnorm:" not in text:
        return
    statements = split(text, label=source.label)
    for comment in comments(text):
        marked = re.fullmatch(_MARK, text[comment.start : comment.end])
        if marked is None:
            continue
        said, place = marked["said"], source.place(comment.start)
        renamed, allowed = re.fullmatch(_RENAMED, said), re.fullmatch(_ALLOWED, said)
        word = "renamed" if renamed else "allow" if allowed else "ignore" if re.fullmatch(_IGNORED, said) else None
        if word is None:
            raise HintError(f"no hint is known that says `{said}`", place=place, hint=_meant(said))
        words = _allowed(allowed["kinds"], place) if allowed else frozenset[str]()
        way_out = f"Write `-- pgnorm: {_WORDS[word]}` on the line before what it is about, or behind it."
        try:
            subject = (
                _named(allowed["on"], place)
                if allowed and allowed["on"] is not None
                else subject_of(text, comment, statements, place, way_out)
            )
        except PgnormError as error:
            raise HintError(error.message, place=error.place, hint=error.hint) from error
        if renamed:
            yield RenameHint(source=source, comment=comment, subject=subject, old=plain(renamed["old"]))
        elif allowed:
            if subject.keyword == "VALUE":
                subject = subject.evolve(keyword="TYPE", name=subject.owner, owner="")
            yield AllowHint(
                source=source,
                comment=comment,
                subject=subject,
                hazards=frozenset(hazard for hazard in Hazard if hazard in words),
                lints=words.difference(Hazard),
            )
        else:
            yield IgnoreHint(source=source, comment=comment, subject=subject)


def _meant(said: str) -> str:
    """The hint that somebody probably meant."""
    first = said.split(maxsplit=1)[0].lower() if said.strip() else ""
    from difflib import get_close_matches

    close = get_close_matches(first, _WORDS, n=1)
    if close:
        return f"Did you mean `-- pgnorm: {_WORDS[close[0]]}`?"
    return f"There are {', '.join(f'`-- pgnorm: {form}`' for form in _WORDS.values())}."


def _named(said: str, place: str) -> Subject:
    """The subject that a hint names. Raises PgnormError, placed, where that is no name."""
    if not re.fullmatch(_PATH, said):
        raise HintError(
            f"the hint names what it is about, and `{said}` is no name",
            place=place,
            hint="Write `on schema.name`, of a column, trigger or policy `on schema.table.name`, without the kind.",
        )
    *wholes, name = (plain(part[0]) for part in re.finditer(_NAME, said))
    schema, *owner = wholes or ["public"]
    return Subject(keyword="", schema=schema, name=name, owner="".join(owner), qualified=bool(wholes))


def _allowed(said: str, place: str) -> frozenset[str]:
    """The words of a list, hazards and lints. Raises PgnormError for a word that is neither."""
    from ..linting.lints import NAMES

    hazards = [*Hazard]
    known = {*hazards, *NAMES}
    words = [word.lower() for word in re.split(r"[\s,]+", said) if word]
    for word in words or [""]:
        if word not in known:
            from difflib import get_close_matches

            close = get_close_matches(word, known, n=1)
            raise HintError(
                f"no hazard or lint is called `{word}`" if word else "the hint does not say which hazard it allows",
                place=place,
                hint=f"Did you mean `{close[0]}`?"
                if close
                else f"The hazards are {', '.join(hazards)}; `pgnorm check` names lints.",
            )
    return frozenset(words)


def without(text: str, found: Sequence[Hint]) -> str:
    """The text without these hints: the whole line of one that stands alone, else with the space before it."""
    from ..files.edits import Edit, apply

    edits = []
    for comment in (hint.comment for hint in found):
        start, end = comment.start, comment.end
        line = text.rfind("\n", 0, start) + 1
        rest = _REST_OF_LINE.match(text, end)
        if not text[line:start].strip() and rest is not None:
            edits.append(Edit(start=line, stop=rest.end(), text=""))
            continue
        start = len(text[:start].rstrip(" \t"))
        # `b/* … */text` is two words.
        joined = start > 0 and end < len(text) and not (text[start - 1].isspace() or text[end].isspace())
        edits.append(Edit(start=start, stop=end, text=" " * joined))
    return apply(text, edits)
