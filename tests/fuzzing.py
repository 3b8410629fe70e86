"""Fuzz targets' turns, faults and material: texts and documents that are almost right, from a seed."""

import os
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pgnorm.normalizer.load.context import Context
from pgnorm.normalizer.postgres.shadow import Shadow

SEED = int(os.environ.get("FUZZ_SEED", "4711"))
SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
TURNS = int(os.environ.get("FUZZ_TURNS", "0"))
_TOLD_EVERY = 60.0
"""Seconds."""
_MOST_FAULTS = 30
FIXTURES = Path(__file__).parents[1] / "fixtures"
SNIPPETS = (
    *(
        "'",
        '"',
        "$$",
        "$a$",
        ";",
        "(",
        ")",
        "[",
        "]",
        "--",
        "/*",
        "*/",
        "\\",
        "\\\\",
        "\r\n",
        "\r",
        "\n",
        "\t",
        "\0",
        "\ufeff",
    ),
    *(
        "E'\\'",
        "U&'\\0041'",
        "begin atomic",
        "end",
        "case when",
        "::",
        "%type",
        "from current",
        "é",
        "😀",
        "\u2028",
        "\x0b",
    ),
    *("create or replace function f() returns int language sql as $$ select 1 $$;", "commit;", "rollback;", "begin;"),
    *(
        "set standard_conforming_strings = off;",
        "set search_path = '';",
        "\\restrict a",
        "\\i x",
        "copy t from stdin;\n\\.\n",
    ),
)


def context_on(shadow: Shadow) -> Context:
    """What is loaded with, on a shadow that is there already."""
    return Context(shadow=shadow, major=shadow.major, tell=lambda level, message: None, cached=False)


class Fuzz:
    """The turns of one target: as many as usual, or as FUZZ_TURNS and FUZZ_SECONDS allow. Each has its seed, which
    makes the same material each time."""

    def __init__(self, target: str, usual: int) -> None:
        self.target = target
        self.found = Counter[str]()
        self.made = 0
        self.faults = 0
        self._usual = TURNS or (sys.maxsize if SECONDS else usual)

    def turns(self) -> Iterator[tuple[int, random.Random]]:
        """The turns by their seeds; afterwards what was found is told, and a fault fails."""
        end = time.monotonic() + SECONDS if SECONDS else float("inf")
        told = time.monotonic()
        while self.made < self._usual and time.monotonic() < end and self.faults < _MOST_FAULTS:
            yield SEED + self.made, random.Random(SEED + self.made)
            self.made += 1
            if time.monotonic() > told + _TOLD_EVERY:
                told = time.monotonic()
                self._tell()
        self._tell()
        assert not self.faults

    @contextmanager
    def told(self, seed: int, material: str) -> Iterator[None]:
        """A context that says what a fault was found with, and goes on where many turns are to be made."""
        try:
            yield
        except Exception:
            self.faults += 1
            _say(f"\n{self.target}, seed {seed}:\n{material}\n{traceback.format_exc()}")
            if not (SECONDS or TURNS):
                self._tell()
                raise

    def _tell(self) -> None:
        found = f", {dict(sorted(self.found.items()))}" if self.found else ""
        at = time.strftime("%H:%M:%S")
        _say(f"{at} {self.target}: {self.made} turns from seed {SEED} on, {self.faults} faults{found}")


def _say(text: str) -> None:
    # A fixture that a target uses may take what is written to sys.stderr.
    os.write(2, f"{text}\n".encode(errors="backslashreplace"))


def keywords() -> tuple[str, ...]:
    """Postgres' own."""
    from pglast import keywords as known

    groups = (
        known.RESERVED_KEYWORDS,
        known.UNRESERVED_KEYWORDS,
        known.COL_NAME_KEYWORDS,
        known.TYPE_FUNC_NAME_KEYWORDS,
    )
    return tuple(sorted({word for group in groups for word in group}))


def files() -> tuple[str, ...]:
    """The texts that are mutated: those that make functions first of all."""
    found = [path.read_text() for path in sorted(FIXTURES.glob("functions/**/*.sql"))]
    found += [path.read_text() for path in sorted(FIXTURES.glob("kinds/*/*/*.sql")) if "wards" not in path.stem]
    return tuple(text for text in found if len(text) < 20_000)


def mutated(text: str, chance: random.Random, words: Sequence[str]) -> str:
    """The text with one to three slips in it."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        at = chance.randrange(len(text) + 1)
        to = min(len(text), at + chance.choice((1, 2, 8, 60)))
        match chance.randrange(6):
            case 0:
                text = text[:at] + text[to:]
            case 1:
                text = text[:at] + chance.choice(SNIPPETS) + text[at:]
            case 2:
                text = f"{text[:at]} {chance.choice(words)} {text[at:]}"
            case 3:
                text = text[:at] + text[at:to] * 2 + text[to:]
            case 4:
                other = chance.randrange(len(text) + 1)
                text = text[:other] + text[at:to] + text[other:]
            case _:
                text = text.replace("\n", "\r\n") if chance.random() < 0.3 else text[:at] + chance.choice(SNIPPETS)
    return text


def mutated_document(document: object, chance: random.Random, words: Sequence[str]) -> object:
    """The document with one value in it changed, taken away or doubled."""
    places = list(_places(document))
    holder, key = chance.choice(places)
    if isinstance(holder, dict):
        assert isinstance(key, str)
        if chance.random() < 0.15:
            del holder[key]
        else:
            holder[key] = _other(holder[key], chance, words)
    elif isinstance(holder, list):
        assert isinstance(key, int)
        if chance.random() < 0.2:
            holder.insert(key, holder[key])
        else:
            holder[key] = _other(holder[key], chance, words)
    return document


def _places(value: object) -> Iterator[tuple[object, str | int]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield value, key
        yield from _places(inner)


def _other(value: object, chance: random.Random, words: Sequence[str]) -> object:
    if isinstance(value, str) and chance.random() < 0.8:
        return mutated(value, chance, words)
    odd: tuple[object, ...] = (
        None,
        True,
        -1,
        0,
        10**25,
        1.5,
        float("nan"),
        "",
        "x",
        [],
        {},
        [[]],
        ["a", "b"],
        "\ud800",
        "a\0b",
    )
    return chance.choice(odd)
