"""Words that a person typed, as messages may repeat them: nothing that may be an address, as it may hold a password."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

HIDDEN: Final = "(an address, not shown)"
MASK: Final = "***"
_PUBLIC: Final = "host|hostaddr|user|port|dbname|service|sslmode|options|application_name|connect_timeout"
_SECRET: Final = r"\w*(?:pass|pwd|secret|token)\w*"
_ADDRESS: Final = rf"(?is)://|^-*postgres(?:ql)?:|.@[\w.\[%]|(?:\b(?:{_PUBLIC})|{_SECRET})\s*="
_FILE: Final = r"[\w./ +-]*@?[\w./ +-]*\.(?:sql|json|toml)"
_SOURCE: Final = r"(?:git:[\w./~^-]+:)?migrations@[\w.]+"
_PASSWORDS: Final = (
    re.compile(r"^(?:-*\w*:?/*)?[^:/@\s]*:(?!//[^:/@]*@)(?P<word>.+)@", re.DOTALL),
    # What stands between `://` and `@` alone is a user.
    re.compile(r"(?:^|:|(?<!:/)/)(?P<word>[^/:@\s]+)@"),
    re.compile(rf"\b(?!(?:{_PUBLIC})\s*=)\w+\s*=\s*(?P<word>'(?:[^'\\]|\\.)*'|[^\s&]+)", re.IGNORECASE | re.DOTALL),
)


def is_address(word: str) -> bool:
    """True if a word names a database by its address, where no file is looked for."""
    return "://" in word or "=" in word


def could_be_address(word: str) -> bool:
    """True if a word that somebody typed could be the address of a database, however badly written."""
    if re.search(_ADDRESS, word) is None or re.fullmatch(_SOURCE, word) is not None:
        return False
    return re.fullmatch(_FILE, word) is None and not (word and os.path.lexists(word.partition("\0")[0]))


def said(word: str) -> str:
    """The word typed, as messages name it."""
    return HIDDEN if could_be_address(word) else word


class Concealer:
    """Takes what could be an address, and what could be its password, out of messages that repeat what was typed."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        addresses = [piece for word in words for piece in _pieces(word) if could_be_address(piece)]
        whole = {form for address in addresses for form in _forms(address)}
        parts = {form for address in addresses for part in _passwords(address) for form in _forms(part)}
        self._whole = sorted(whole, key=len, reverse=True)
        # A part is a word of its own, or a message that shares a letter with it would tell that it does.
        self._parts = [
            re.compile(rf"(?<![^\W_]){re.escape(part)}(?![^\W_])") for part in sorted(parts, key=len, reverse=True)
        ]

    def conceal(self, message: str) -> str:
        """The message without them."""
        for form in self._whole:
            message = message.replace(form, HIDDEN)
        for part in self._parts:
            message = part.sub(MASK, message)
        return message


def _pieces(word: str) -> Iterator[str]:
    """A word, and what an option is given in it (`--to=…`, `-o…`)."""
    yield word
    if word.startswith("-"):
        name, equals, value = word.partition("=")
        if equals:
            yield from (value, name)
        if not word.startswith("--"):
            yield word[2:]


def _forms(text: str) -> Iterator[str]:
    """The forms in which messages may repeat a text, none for an empty one."""
    for form in (text, repr(text)[1:-1], str(Path(text)) if text else "", re.sub(r"\s+", "_", text)):
        if form.strip("./"):
            yield form


def _passwords(address: str) -> Iterator[str]:
    for pattern in _PASSWORDS:
        for found in pattern.finditer(address):
            word = found["word"].strip("'")
            # What the address says in another place as well (postgres:postgres@) is no secret by itself.
            if address.count(word) == 1:
                yield from (word, *(part for part in re.split(r"[@:/?#&]", word) if len(part) > 1))
