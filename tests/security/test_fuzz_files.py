"""Files that are right or almost right, many of them: never a crash, never a byte outside of a definition changed,
nothing left and nothing run on the machine.

Each file is walked by the lexer and edited; most are loaded, rewritten and loaded again; some make the whole way of
fix-functions, and a few are given to commands. `make test` takes a few files of a fixed seed; `make fuzz` as many as
FUZZ_SECONDS and FUZZ_TURNS allow, from FUZZ_SEED on.
"""

import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from composing import composed
from conftest import Run
from fuzzing import Fuzz, context_on, files, keywords, mutated
from gentle import changed
from tested_servers import open_on
from walking import outside, walked

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Target
from pgnorm.normalizer.files.edits import apply
from pgnorm.normalizer.files.reading import SourceFile
from pgnorm.normalizer.load.context import Context, Texts
from pgnorm.normalizer.load.session import loaded
from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres.shadow import Session
from pgnorm.normalizer.rewrite.collecting import Collector
from pgnorm.normalizer.rewrite.definitions import Definition
from pgnorm.normalizer.rewrite.fixing import fix
from pgnorm.normalizer.rewrite.inputs import Chosen
from pgnorm.normalizer.sql.statements import Statement

FILES = 150
WHOLE_WAY = 25
COMMANDS = 1000
ENDED = "ended the server"
"""A file may: what Postgres can't run is a type with functions of another one."""
# What each would leave if it ran on the machine.
HOSTILE = (
    "copy (select 1) to program 'touch MARK'",
    "copy (select 1) to 'MARK'",
    "do $$ begin execute 'copy (select 1) to program ''touch MARK'''; exception when others then null; end $$",
    "do $$ begin perform lo_export(lo_from_bytea(0, 'x'), 'MARK'); exception when others then null; end $$",
)
LINES = (
    "fix-functions x.sql",
    "fix-functions --check x.sql",
    "dump --from x.sql",
    "diff --from x.sql --to old.sql",
    "diff --from old.sql --to x.sql --proof pg_dump",
)


def made(chance: random.Random, material: Sequence[str], words: Sequence[str], mark: str) -> str:
    """A file of a seed: composed or a fixture, changed gently, sometimes with a slip or with what would do harm."""
    text = composed(chance) if chance.random() < 0.6 else chance.choice(material)
    if chance.random() < 0.85:
        text = changed(text, chance)
    if chance.random() < 0.2:
        text = mutated(text, chance, words)
    if chance.random() < 0.04:
        text = f"{text};{chance.choice(HOSTILE).replace('MARK', mark)};{text if chance.random() < 0.5 else ''}"
    return text.replace("\0", "").replace("pg_sleep", "now")


class _Seen:
    """What the last load of a text defined."""

    def __init__(self) -> None:
        self.collector: Collector | None = None

    def __call__(self, session: Session) -> Callable[[SourceFile, Statement], None]:
        self.collector = Collector(connection=session.connection)
        return self.collector.see


def _loaded(context: Context, text: str) -> Sequence[Definition]:
    """The routines that a text defines, in their order."""
    seen = _Seen()
    file = SourceFile(path=None, label="x.sql", text=text)
    with loaded(context, Texts(files=(file,), kind="declared"), watch=seen):
        assert seen.collector is not None
        return sorted(seen.collector.definitions, key=lambda one: one.statement.start)


def _edited(text: str, found: Sequence[Definition], target: Target) -> str:
    return apply(text, [one.edit(target) for one in found if one.obstacle is None])


def _rewritten(context: Context, text: str) -> str | None:
    """What becomes of a text without the proof, which reads all of the catalog: its routines are compared here. None
    where that takes more than a look. Raises PgnormError where the text is refused."""
    target = Target(major=context.major)
    before = _loaded(context, text)
    once = _edited(text, before, target)
    if once == text:
        return once
    after = _loaded(context, once)
    stands = [one.routine for one in after] == [one.routine for one in before]
    return once if stands and _edited(once, after, target) == once else None


def _fixed(context: Context, text: str) -> str:
    """What fix-functions makes of a text. Raises PgnormError where it refuses."""
    file = SourceFile(path=None, label="x.sql", text=text)
    return fix(context, Chosen(files=(file,), kind="declared", rewritten=frozenset({"x.sql"}))).rewrites[0].text


def _judged(context: Context, text: str, seed: int) -> str:
    """What was done with a text, in a word."""
    if not walked(text):
        return "not lexed"
    try:
        once = None if seed % WHOLE_WAY == 0 else _rewritten(context, text)
        whole = once is None
        if once is None:
            once = _fixed(context, text)
    except PgnormError as problem:
        assert (problem.hint or "") != "Please report it with the definition.", problem
        return ENDED if problem.message.startswith("the server ended the connection") else "refused"
    if once == text:
        return "unchanged"
    assert outside(once) == outside(text)
    if whole:
        assert _fixed(context, once) == once
    return "changed, whole way" if whole else "changed"


def _commanded(run: Run, folder: Path, text: str, seed: int) -> None:
    """Gives the text to a command as a file of this folder."""
    content = text.encode()
    (folder / "x.sql").write_bytes(content)
    (folder / "old.sql").write_text("create table t (id int);\n")
    there = sorted(folder.iterdir())
    line = LINES[seed // COMMANDS % len(LINES)]
    code, _, err = run(line)
    assert code in ((0, 1, 2) if "--check" in line else (0, 2)), (code, err)
    assert "Traceback" not in err
    assert "a fault in pgnorm" not in err
    assert sorted(folder.iterdir()) == there
    now = (folder / "x.sql").read_bytes()
    if line != "fix-functions x.sql" or code:
        assert now == content
    elif now != content:
        assert outside(now.decode("utf-8-sig")) == outside(text.removeprefix("\ufeff"))


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for temporary files, which is empty and reachable for the server's account."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o1777)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def test_files(run: Run, folder: Path, mark: Path, temporary: Path) -> None:
    fuzz, material, words = Fuzz("files", FILES), files(), keywords()
    turns = fuzz.turns()
    going = True
    while going:
        going = False
        with open_on("bundled", PLAIN) as shadow:
            context = context_on(shadow)
            ours = sorted(temporary.iterdir())
            for seed, chance in turns:
                text = made(chance, material, words, str(mark))
                found = ""
                with fuzz.told(seed, text):
                    found = _judged(context, text.removeprefix("\ufeff"), seed)
                    fuzz.found[found] += 1
                    if seed % COMMANDS == 0:
                        _commanded(run, folder, text, seed)
                        assert sorted(temporary.iterdir()) == ours  # each server has its socket's folder there
                        fuzz.found["given to a command"] += 1
                    assert not mark.exists()
                # Each load that is undone leaves dead rows: a server gets slower and slower.
                going = found == ENDED or seed % COMMANDS == COMMANDS - 1
                if going:
                    break
    assert not list(temporary.iterdir())
    assert fuzz.found["changed"] + fuzz.found["unchanged"] > fuzz.found["refused"]
