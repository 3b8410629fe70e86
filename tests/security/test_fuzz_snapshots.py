"""Snapshots that are almost right, many of them: refused or taken as they are, never a crash.

`make test` takes a few of a fixed seed; `make fuzz` as many as FUZZ_SECONDS and FUZZ_TURNS allow, from FUZZ_SEED on.
"""

import copy
import json
import random

import pytest
from fuzzing import SEED, Fuzz, context_on, files, keywords, mutated, mutated_document
from tested_servers import open_on

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.reader import read
from pgnorm.catalog.snapshots.reading import loads
from pgnorm.catalog.snapshots.writing import dumps
from pgnorm.normalizer.compare.selection import EVERYTHING
from pgnorm.normalizer.dump.as_data import check_definitions
from pgnorm.normalizer.dump.writer import render
from pgnorm.normalizer.files.reading import SourceFile
from pgnorm.normalizer.load.context import Texts
from pgnorm.normalizer.load.session import loaded
from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.sql.statements import split

SNAPSHOTS = 300


@pytest.fixture(scope="module")
def documents() -> tuple[str, ...]:
    """Snapshots of small databases of all kinds of objects."""
    chance = random.Random(SEED)
    made = []
    with open_on("bundled", PLAIN) as shadow:
        for text in chance.sample(files(), 25):
            file = SourceFile(path=None, label="x.sql", text=text)
            try:
                texts = Texts(files=(file,), kind="declared")
                with loaded(context_on(shadow), texts, watch=lambda _: lambda source, statement: None) as found:
                    made.append(dumps(read(found.session.connection)))
            except PgnormError:
                continue
    return tuple(made)


def test_snapshots(documents: tuple[str, ...]) -> None:
    words, fuzz = keywords(), Fuzz("snapshots", SNAPSHOTS)
    parsed = [json.loads(text) for text in documents]
    for seed, chance in fuzz.turns():
        if chance.random() < 0.2:
            text = mutated(chance.choice(documents), chance, words)
        else:
            text = json.dumps(mutated_document(copy.deepcopy(chance.choice(parsed)), chance, words))
        with fuzz.told(seed, text):
            try:
                catalog = loads(text, "x.json").catalog
                check_definitions(catalog, "x.json")
            except PgnormError:
                fuzz.found["refused"] += 1
                continue
            fuzz.found["taken"] += 1
            printed = render(catalog, EVERYTHING)
            assert not any(one.psql for one in split(printed))
            again = loads(dumps(catalog), "x.json").catalog
            assert render(again, EVERYTHING) == printed
    assert fuzz.found["taken"]


def test_material_is_of_all_kinds() -> None:
    assert len(files()) > 100
    assert {"select", "lateral", "json_table"} <= set(keywords())
