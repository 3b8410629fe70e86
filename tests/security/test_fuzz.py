"""Files and snapshots that are almost right, many of them: never a crash, never a byte outside of a definition.

`make test` runs a few of a fixed seed; `make fuzz` runs for as long as FUZZ_SECONDS says, from FUZZ_SEED on.
"""

import copy
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from conftest import open_on
from fuzzing import files, keywords, mutated, mutated_document

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.reader import read
from pgnorm.catalog.snapshots import dumps, loads
from pgnorm.normalizer.as_data import check_definitions
from pgnorm.normalizer.choosing import Chosen
from pgnorm.normalizer.dump import render
from pgnorm.normalizer.files import SourceFile
from pgnorm.normalizer.fixing import fix
from pgnorm.normalizer.header import header_of
from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres.shadow import Session, Shadow
from pgnorm.normalizer.selection import EVERYTHING
from pgnorm.normalizer.statements import Statement, comments, split
from pgnorm.normalizer.workspace import Workspace

SEED = int(os.environ.get("FUZZ_SEED", "4711"))
SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
FILES = 60
SNAPSHOTS = 300
# What is said of a file that shows a fault of pgnorm.
FAULTS = ("Please report", "overlap", "changed", "a fault in pgnorm")


def _turns(usual: int) -> Iterator[int]:
    """Numbers of tries: so many, or with FUZZ_SECONDS as many as there is time for."""
    end = time.monotonic() + SECONDS
    turn = 0
    while time.monotonic() < end if SECONDS else turn < usual:
        yield turn
        turn += 1


class _Space(Workspace):
    """A workspace on a shadow that is there already."""

    def __init__(self, shadow: Shadow) -> None:
        super().__init__(None, tell=lambda level, message: None)
        self.__dict__["shadow"] = shadow


@contextmanager
def _told(target: str, seed: int, material: str) -> Iterator[None]:
    """A context that says what a fault was found with."""
    try:
        yield
    except Exception:
        sys.stderr.write(f"\n{target}, seed {seed}:\n{material}\n")
        raise


def _outside(text: str) -> list[str]:
    """The text without the definitions of routines in it, and without comments: those in a header go in front of it."""
    made = [one for one in split(text) if header_of(text, one) is not None]
    ends = [0, *(one.stop for one in made)]
    starts = [*(one.start for one in made), len(text)]
    return [_uncommented(text[end:start]).strip() for end, start in zip(ends, starts, strict=True)]


def _uncommented(text: str) -> str:
    try:
        found = comments(text)
    except PgnormError:
        return text  # rows for COPY are no tokens
    for one in reversed(found):
        text = text[: one.start] + text[one.end :]
    return text


def _fixed(space: Workspace, text: str) -> str | None:
    """What fix-functions makes of a text, None where it refuses."""
    file = SourceFile(path=None, label="x.sql", text=text)
    chosen = Chosen(files=(file,), kind="declared", rewritten=frozenset({"x.sql"}))
    try:
        report = fix(space, chosen)
    except PgnormError as problem:
        assert (problem.hint or "") != "Please report it with the definition.", problem
        return None
    return report.rewrites[0].text


def test_files() -> None:
    material, words, found = files(), keywords(), Counter[str]()
    with open_on("bundled", PLAIN) as shadow, _Space(shadow) as space:
        for turn in _turns(FILES):
            seed = SEED + turn
            chance = random.Random(seed)
            text = mutated(chance.choice(material), chance, words).replace("\0", "")
            if "pg_sleep" in text:
                continue
            with _told("files", seed, text):
                once = _fixed(space, text)
                if once is None:
                    found["refused"] += 1
                    continue
                found["unchanged" if once == text else "changed"] += 1
                if once != text:
                    assert _outside(once) == _outside(text)
                    assert _fixed(space, once) == once
    sys.stderr.write(f"\nfiles from seed {SEED}: {dict(found)}\n")
    assert found["changed"] + found["unchanged"]


def _unwatched(_session: Session) -> Callable[[SourceFile, Statement], None]:
    return lambda source, statement: None


@pytest.fixture(scope="module")
def documents() -> tuple[str, ...]:
    """Snapshots of small databases of all kinds of objects."""
    chance = random.Random(SEED)
    made = []
    with open_on("bundled", PLAIN) as shadow:
        for text in chance.sample(files(), 25):
            file = SourceFile(path=None, label="x.sql", text=text)
            try:
                with (
                    _Space(shadow) as space,
                    space.texts([file], "declared", watch=lambda _: lambda source, statement: None) as session,
                ):
                    made.append(dumps(read(session.connection)))
            except PgnormError:
                continue
    return tuple(made)


def test_snapshots(documents: tuple[str, ...]) -> None:
    words, found = keywords(), Counter[str]()
    parsed = [json.loads(text) for text in documents]
    for turn in _turns(SNAPSHOTS):
        seed = SEED + turn
        chance = random.Random(seed)
        if chance.random() < 0.2:
            text = mutated(chance.choice(documents), chance, words)
        else:
            text = json.dumps(mutated_document(copy.deepcopy(chance.choice(parsed)), chance, words))
        with _told("snapshots", seed, text):
            try:
                catalog = loads(text, "x.json").catalog
                check_definitions(catalog, "x.json")
            except PgnormError:
                found["refused"] += 1
                continue
            found["taken"] += 1
            printed = render(catalog, EVERYTHING)
            assert not any(one.psql for one in split(printed))
            again = loads(dumps(catalog), "x.json").catalog
            assert render(again, EVERYTHING) == printed
    sys.stderr.write(f"\nsnapshots from seed {SEED}: {dict(found)}\n")
    assert found["taken"]


def test_material_is_of_all_kinds() -> None:
    assert len(files()) > 100
    assert {"select", "lateral", "json_table"} <= set(keywords())
