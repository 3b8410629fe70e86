"""Changes of SQL files that Postgres rarely refuses."""

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from composing import NAMES, SPACES
from fuzzing import keywords

_TOKEN: Final = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<dollar>\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)|(?P<quoted>\"(?:[^\"]|\"\")*\")"
    r"|(?P<string>(?<![\w&'])'(?:[^'\\]|'')*'(?!'))|(?P<number>(?<![\w.])\d+(?![\w.]))|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<space>\s+)|(?P<other>.)",
    re.DOTALL,
)
_KEPT: Final = frozenset({*keywords(), *("plpgsql", "public", "jsonb", "timestamptz", "e", "u", "b", "x")})


def changed(text: str, chance: Random) -> str:
    """The text with one to four changes that Postgres rarely refuses."""
    for _ in range(chance.choice((1, 1, 2, 3, 4))):
        text = chance.choice(_CHANGES)(text, chance)
    return text


def _tokens(text: str) -> list[tuple[str, str]]:
    return [(match.lastgroup or "", match[0]) for match in _TOKEN.finditer(text)]


def _at_one(kinds: Sequence[str], other: Callable[[str, Random], str]) -> Callable[[str, Random], str]:
    """A change of one token of these kinds."""

    def change(text: str, chance: Random) -> str:
        found = _tokens(text)
        places = [place for place, (kind, token) in enumerate(found) if kind in kinds]
        if not places:
            return text
        at = chance.choice(places)
        found[at] = (found[at][0], other(found[at][1], chance))
        return "".join(token for _, token in found)

    return change


def _otherwise_cased(word: str, chance: Random) -> str:
    return chance.choice((word.upper(), word.lower(), word.capitalize()))


def _quoted(word: str, chance: Random) -> str:
    return word if word.lower() in _KEPT else f'"{word.lower()}"'


def _otherwise_written(literal: str, chance: Random) -> str:
    inner = literal[1:-1]
    plain = inner.replace("''", "'")
    doubled = inner.replace("\\", "\\\\")
    forms = (f"E'{doubled}'", f"e'{doubled}'", f"$q${plain}$q$", f"{literal}\n''", f"'{inner} é;'", f"U&'{inner}'")
    return chance.choice(forms)


def _otherwise_tagged(body: str, chance: Random) -> str:
    tag = body[: body.index("$", 1) + 1]
    other = chance.choice(("$x$", "$é$", "$_1$", "$$", "$BODY$"))
    return body if other in body else other + body[len(tag) : -len(tag)] + other


def _otherwise_inside(body: str, chance: Random) -> str:
    tag = body[: body.index("$", 1) + 1]
    more = chance.choice(("\n", "\r\n", " -- it's\n", ' /* " */ ', "\t", " \n\n"))
    return body[: len(tag)] + more + body[len(tag) :]


def _renamed(text: str, chance: Random) -> str:
    """One word another name everywhere."""
    words = sorted({token for kind, token in _tokens(text) if kind == "word" and token.lower() not in _KEPT})
    if not words:
        return text
    word, name = chance.choice(words), f'"{chance.choice(NAMES)}"'
    return "".join(name if kind == "word" and token == word else token for kind, token in _tokens(text))


def _moved(text: str, chance: Random) -> str:
    """One statement elsewhere, twice, or gone, as far as semicolons outside of tokens tell."""
    pieces = [""]
    for kind, token in _tokens(text):
        pieces[-1] += token
        if kind == "other" and token == ";":
            pieces.append("")
    piece = pieces.pop(chance.randrange(len(pieces)))
    for _ in range(chance.choice((0, 1, 1, 2))):
        pieces.insert(chance.randrange(len(pieces) + 1), piece)
    return "".join(pieces)


def _line_ends(text: str, chance: Random) -> str:
    other = chance.choice(("\r\n", "\r\n", "\r", "\n\n"))
    return text.replace("\n", other)


def _ends(text: str, chance: Random) -> str:
    return chance.choice(
        (text.rstrip(), text.rstrip().rstrip(";"), text + "\n\n;", text + "-- the end", "\ufeff" + text)
    )


_CHANGES: Final = (
    *(_at_one(("space",), lambda _, chance: chance.choice(SPACES)),) * 4,
    *(_at_one(("word",), _otherwise_cased),) * 2,
    *(_at_one(("word",), _quoted),) * 2,
    *(_at_one(("string",), _otherwise_written),) * 2,
    *(_at_one(("dollar",), _otherwise_tagged), _at_one(("dollar",), _otherwise_inside)),
    _at_one(("number",), lambda _, chance: chance.choice(("0", "1", "42", "100000", "1.5"))),
    _at_one(("comment",), lambda _, chance: " "),
    *(_renamed, _moved, _line_ends, _ends),
)
