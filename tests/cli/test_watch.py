"""`pgnorm watch`: each save looked at once, whatever it says, by one private server."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest
from conftest import Refused, Run
from waiting import PATIENCE, until

from pgnorm.catalog.installing import installer

_ENTRY = [sys.executable, "-m", "pgnorm.cli"]
_WAITING = "Waiting for changes"
_PLAIN = "create function one() returns int language sql as 'select 1';\n"


class Watch:
    """A run of the command, and what it has said."""

    def __init__(self, process: subprocess.Popen[bytes], said: Path) -> None:
        self.process = process
        self.said = said
        self.pages = 0

    def page(self, wanted: str) -> str:
        """The next pages, up to the one that has these words."""
        started = self.pages

        def shown() -> bool:
            pages = self.text().split(_WAITING)
            self.pages = next((n for n in range(started, len(pages) - 1) if wanted in pages[n]), started - 1) + 1
            return self.pages > started

        assert until(shown), self.text()
        return _WAITING.join(self.text().split(_WAITING)[started : self.pages])

    def text(self) -> str:
        return self.said.read_bytes().decode(errors="replace")

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


@contextmanager
def _watching(said: Path, *options: str, stderr: int | None = None) -> Iterator[Watch]:
    with (
        open(said, "ab") as file,
        subprocess.Popen(
            [*_ENTRY, "watch", *options], stdout=subprocess.DEVNULL, stderr=file if stderr is None else stderr
        ) as process,
    ):
        try:
            yield Watch(process, said)
        finally:
            process.kill()


def _children(process: int) -> set[int]:
    found = {int(stat.parent.name) for stat in Path("/proc").glob("[0-9]*/stat") if _parent(stat) == str(process)}
    return found.union(*map(_children, found))


def _parent(stat: Path) -> str:
    try:
        return stat.read_text().rpartition(") ")[2].split()[1]
    except OSError:  # it has ended
        return ""


def _replaced(path: Path, text: str) -> None:
    """Save a file as editors do that never leave half of one."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(text)
    os.replace(new, path)


def test_saves_are_looked_at_once(same: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    tables, functions = same / "schemas" / "01_tables.sql", same / "schemas" / "02_functions.sql"
    with _watching(tmp_path_factory.mktemp("said") / "lines") as watch:
        first = watch.page("No schema changes found")
        assert " Watching migrations, schemas\n" in first
        assert "\x1b" not in first

        _replaced(functions, _PLAIN)
        page = watch.page("+ function public.one()")
        assert " schemas/02_functions.sql\n" in page
        assert "rewrote schemas/02_functions.sql\n" in page
        assert "proof" not in page
        canonical = functions.read_text()
        assert canonical.startswith('CREATE OR REPLACE FUNCTION "public"."one"() RETURNS integer\n')

        functions.touch()
        _replaced(functions, canonical.replace("integer\n", "integr\n"))
        page = watch.page("schemas/02_functions.sql:1:")
        assert 'type "integr" does not exist' in page
        assert page.count(_WAITING) == 0, "neither what it wrote itself nor a touch is a change"

        (same / "pgnorm.toml").write_text("major_version = 9\n")
        assert " Settings\npgnorm.toml:1:1: `major_version` is 9" in watch.page("`major_version` is 9")
        functions.write_text(canonical)
        (same / "pgnorm.toml").write_text("")
        watch.page("+ function public.one()")

        if Path("/proc/self").exists():  # what ends the server by force ends no watch
            for process in _children(watch.process.pid):
                with suppress(ProcessLookupError):  # one ends with another
                    os.kill(process, signal.SIGKILL)
        for number in range(20):
            (same / "schemas" / f"1{number}.sql").write_text(f"create table t{number} (id int);\n")
        page = watch.page("+ table public.t19")
        assert page.count(_WAITING) < 19, "files saved together are looked at together"
        assert "rewrote" not in page
        assert "rror" not in page

        (same / "new").mkdir()
        (same / "pgnorm.toml").write_text('migrations = "new"\n')
        watch.page("+ table public.notes")
        (same / "new" / "1_notes.sql").write_text(tables.read_text())
        watch.page("from: 1 migration of new")
        assert watch.end(signal.SIGINT) == 0
        assert "Traceback" not in watch.text()
        assert not watch.text().count("fault")


def test_one_screen_of_a_terminal(same: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    functions = same / "schemas" / "02_functions.sql"
    functions.write_text(_PLAIN)
    terminal, other = pty.openpty()
    said = tmp_path_factory.mktemp("said") / "screen"
    said.touch()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 10, 60, 0, 0))

    def copy() -> None:
        with open(said, "ab", buffering=0) as file:
            while True:
                try:
                    file.write(os.read(terminal, 4096))
                except OSError:  # nobody writes any more
                    return

    with _watching(said, "--no-write", stderr=other) as watch:
        os.close(other)
        reader = Thread(target=copy)
        reader.start()
        page = watch.page("would rewrite schemas/02_functions.sql")
        assert functions.read_text() == _PLAIN
        functions.write_text(_PLAIN + "".join(f"create table t{number} (id int);\n" for number in range(30)))
        page = watch.page("more lines than fit here")
        screen = page[page.rindex("\x1b[H\x1b[2J") :]
        assert re.search(r"and \d+ more lines than fit here", screen)
        assert screen.count("\n") == 9 - 1
        assert watch.end(signal.SIGTERM) == 143
    reader.join()
    os.close(terminal)


def test_what_it_needs(run: Run, refused: Refused, plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (plain / "pgnorm.toml").unlink()
    refused("watch", "watch looks at a project, and there is none from here upwards")
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    refused("watch", "the library that watches files is missing", f"hint: {installer()} 'watchfiles")
    assert run("watch --help")[0] == 0
