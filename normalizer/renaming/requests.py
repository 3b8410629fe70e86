"""Requests for renames: by a hint in a schema file, or on the command line."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value
from pgnorm.catalog.quoting import ident

from ..sql.hints import Hint, RenameHint
from ..sql.lexer import name_of

_NAME: Final = r"""(?:"(?:[^"]|"")+"|'(?:[^']|'')*'|[^\s"'.=()]+)"""
_ASKED: Final = rf"(?P<path>{_NAME}(?:\.{_NAME})*)\s*=\s*(?P<new>{_NAME})"
_PART: Final = _NAME
_BARE: Final = r"[a-z_][a-z0-9_$]*"
DEFAULT_SCHEMA: Final = "public"
"""The schema that a name without one is in."""


class Request(Value):
    """That what is called `path` gets the name `new`: `("public", "contacts", "status")`, `stage`."""

    path: tuple[str, ...]
    """Schema and name; of a part schema, owner and name; the name alone of a schema."""
    new: str
    keyword: str = ""
    """SQL's word for what it is, empty where that is not known; `VALUE` for one of an enum."""
    place: str
    """Place of the request: that of the hint, or the option."""
    hint: RenameHint | None = None
    """The hint that asked, None for the command line."""


def of_options(words: Iterable[str]) -> Iterator[Request]:
    """The requests of `--rename public.contacts.status=stage`. Raises PgnormError for what is none."""
    for word in words:
        found = re.fullmatch(_ASKED, word.strip())
        if found is None:
            raise PgnormError(
                f"`--rename {word}` does not say what gets which name",
                hint="Write old=new, the old name with its schema and table: --rename public.contacts.status=stage",
            )
        path = tuple(_plain(part) for part in re.findall(_PART, found["path"]))
        yield Request(path=path, new=_plain(found["new"]), place=f"--rename {word}")


def of_hints(hints: Iterable[Hint]) -> Iterator[Request]:
    """The requests of those hints that are for renames: their subject has the new name."""
    for hint in hints:
        if not isinstance(hint, RenameHint):
            continue
        subject = hint.subject
        owner = (subject.owner,) if subject.owner else ()
        schema = () if subject.keyword == "SCHEMA" else (subject.schema,)
        yield Request(
            path=(*schema, *owner, hint.old), new=subject.name, keyword=subject.keyword, place=hint.place, hint=hint
        )


def words(path: Iterable[str]) -> str:
    """Names as a person reads and writes them: `public.contacts."Status"`."""
    return ".".join(name if re.fullmatch(_BARE, name) else ident(name) for name in path)


def _plain(word: str) -> str:
    if word.startswith("'"):
        return word[1:-1].replace("''", "'")
    return name_of(word)
