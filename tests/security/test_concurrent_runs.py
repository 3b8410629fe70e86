"""Runs of the same at the same time: who comes second to a file finds it done."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from waiting import PATIENCE, until

_FUNCTION: Final = "create function {0}() returns int language plpgsql as $$ begin return 1; end $$;\n"
_HALT: Final = """
import importlib, sys, time
from pathlib import Path
seam, ready, go, *words = sys.argv[1:]
module, _, name = seam.partition(":")
real = getattr(importlib.import_module(module), name)

def halted(*words, **named):
    Path(ready).touch()
    while not Path(go).exists():
        time.sleep(0.02)
    return real(*words, **named)

setattr(sys.modules[module], name, halted)
sys.argv[1:] = words
from pgnorm.cli.__main__ import start
start()
"""


@contextmanager
def _at_once(project: Path, count: int, seam: str, line: str) -> Iterator[Callable[[], list[tuple[int, str]]]]:
    """So many runs, all of them about to write; what is yielded lets them."""
    go = project / "go"
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", _HALT, seam, str(project / f"ready{number}"), str(go), *line.split()],
            cwd=project,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(count)
    ]

    def ended() -> list[tuple[int, str]]:
        go.touch()
        said = [run.communicate(timeout=PATIENCE)[1] for run in runs]
        return [(run.returncode, words) for run, words in zip(runs, said, strict=True)]

    try:
        ready = [project / f"ready{number}" for number in range(count)]
        assert until(lambda: all(path.exists() or run.poll() for path, run in zip(ready, runs, strict=True)))
        yield ended
    finally:
        for run in runs:
            run.kill()


def test_equal_fix_functions(plain: Path) -> None:
    files = [plain / "schemas" / f"f{number}.sql" for number in range(3)]
    for number, path in enumerate(files):
        path.write_text(_FUNCTION.format(f"f{number}"))
    with _at_once(plain, 8, "pgnorm.normalizer.files.edits:write_all", "fix-functions") as ended:
        found = ended()
    assert [code for code, _ in found] == [0] * 8
    assert sum("says so already" in said for _, said in found) == 7
    assert all("CREATE OR REPLACE FUNCTION" in path.read_text() for path in files)


def test_a_file_that_holds_something_else_by_then(plain: Path) -> None:
    path, other = plain / "schemas" / "f.sql", plain / "schemas" / "g.sql"
    path.write_text(_FUNCTION.format("f"))
    other.write_text(_FUNCTION.format("g"))
    with _at_once(plain, 1, "pgnorm.normalizer.files.edits:write_all", "fix-functions") as ended:
        other.write_text("-- somebody's\n")
        ((code, said),) = ended()
    assert code == 2
    assert "schemas/g.sql: the file was changed by something else meanwhile" in said
    assert (path.read_text(), other.read_text()) == (_FUNCTION.format("f"), "-- somebody's\n")


def test_equal_migrations(plain: Path) -> None:
    with _at_once(plain, 6, "pgnorm.cli.diff:write_migrations", "diff -f notes") as ended:
        found = ended()
    (written,) = (plain / "migrations").iterdir()
    assert [code for code, _ in found] == [0] * 6
    assert sum(f"Wrote migrations/{written.name}" in said for _, said in found) == 1
    same = f"Another run has written the same meanwhile: migrations/{written.name}"
    assert sum(same in said for _, said in found) == 5


def test_another_migration_that_came_meanwhile(plain: Path) -> None:
    with _at_once(plain, 1, "pgnorm.cli.diff:write_migrations", "diff -f notes") as ended:
        (plain / "migrations" / "20240101000000_other.sql").write_text("create table other (id int);\n")
        ((code, said),) = ended()
    assert code == 2
    assert "20240101000000_other.sql: this migration was added meanwhile" in said
    assert len(list((plain / "migrations").iterdir())) == 1


def test_a_folder_that_another_program_keeps(plain: Path) -> None:
    (plain / "schemas" / "f.sql").write_text(_FUNCTION.format("f"))
    code = "import pgnorm.normalizer.files.folders as folders; folders._PATIENCE = 0.0\n" + _HALT
    (plain / "go").touch()
    descriptor = os.open(plain / "schemas", os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        words = ["pgnorm.normalizer.files.edits:write_all", str(plain / "ready"), str(plain / "go"), "fix-functions"]
        done = subprocess.run([sys.executable, "-c", code, *words], cwd=plain, capture_output=True, text=True)
    finally:
        os.close(descriptor)
    assert done.returncode == 2
    assert "schemas: another program holds the folder (flock), so nothing is written" in done.stderr
    assert (plain / "schemas" / "f.sql").read_text() == _FUNCTION.format("f")
