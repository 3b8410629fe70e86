"""Progress: one line of the terminal, drawn anew; elsewhere lines of what others keep waiting, or of all with -v."""

import io
import os
import pty
import subprocess
import sys
from pathlib import Path
from threading import Event

import psycopg
import pytest
from click import unstyle
from waiting import PATIENCE

from pgnorm.catalog.progress import WATCHER, stage
from pgnorm.cli.output import Console
from pgnorm.cli.progress import Progress


class _Stream(io.StringIO):
    """What is written to stderr; `seen` is set once `wanted` is in it."""

    def __init__(self, *, terminal: bool, wanted: str) -> None:
        super().__init__()
        self.terminal = terminal
        self.wanted = wanted
        self.seen = Event()

    def isatty(self) -> bool:
        return self.terminal

    def write(self, text: str) -> int:
        written = super().write(text)
        if self.wanted in self.getvalue():
            self.seen.set()
        return written


def _screen(text: str) -> list[str]:
    """The lines that a terminal shows of a text."""
    lines = [""]
    at = 0
    for character in text:
        if character == "\n":
            lines.append("")
            at = 0
        elif character == "\r":
            at = 0
        else:
            lines[-1] = lines[-1][:at] + character + lines[-1][at + 1 :]
            at += 1
    return [line.rstrip() for line in lines]


def _told(monkeypatch: pytest.MonkeyPatch, stream: _Stream, console: Console, *, look: bool = False) -> bool:
    """Whether what is wanted came while a stage lasted, in which a message was said."""
    monkeypatch.setattr(sys, "stderr", stream)
    looked = Event()

    def ask() -> bool:
        looked.set()
        return True

    progress = Progress(console, first=0, again=0.001)
    before = WATCHER.set(progress)
    try:
        with stage("Replaying migrations", 3, look=ask if look else None) as replaying:
            replaying.step("1_a.sql")
            console.say("A message")
            seen = stream.seen.wait(PATIENCE)
            assert not look or looked.wait(PATIENCE)
    finally:
        WATCHER.reset(before)
        progress.close()
    return seen


def test_a_line_of_the_terminal_goes_where_the_stage_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = _Stream(terminal=True, wanted="Replaying migrations: 1 of 3, 1_a.sql, 0 s")
    assert _told(monkeypatch, stream, Console())
    assert _screen(unstyle(stream.getvalue())) == ["A message", ""]


def test_elsewhere_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = _Stream(terminal=False, wanted="Replaying migrations: 1 of 3, 1_a.sql, 0 s\n")
    assert _told(monkeypatch, stream, Console(verbose=True))
    stream = _Stream(terminal=False, wanted="Replaying migrations: 1 of 3, 1_a.sql, 0 s\n")
    assert _told(monkeypatch, stream, Console(), look=True)
    stream = _Stream(terminal=False, wanted="A message\n")
    assert _told(monkeypatch, stream, Console())
    assert stream.getvalue() == "A message\n"


@pytest.mark.parametrize("quiet", [False, True])
def test_each_of_several_stages_looks_whom_it_waits_for(monkeypatch: pytest.MonkeyPatch, quiet: bool) -> None:
    stream = _Stream(terminal=False, wanted="b: ")
    monkeypatch.setattr(sys, "stderr", stream)
    looked = [Event(), Event()]

    def look(n: int) -> bool:
        looked[n].set()
        return True

    progress = Progress(Console(quiet=quiet), first=0, again=0.001)
    before = WATCHER.set(progress)
    try:
        with stage("a", look=lambda: look(0)), stage("b", look=lambda: look(1)), stage("c"):
            assert all(each.wait(PATIENCE) for each in looked)
            assert quiet or stream.seen.wait(PATIENCE)
    finally:
        WATCHER.reset(before)
        progress.close()
    said = [*dict.fromkeys(line[:2] for line in stream.getvalue().splitlines())]
    assert said == ([] if quiet else ["a:", "b:"])


def test_a_database_that_keeps_a_reading_waiting(at: str, database: psycopg.Connection, tmp_path: Path) -> None:
    database.execute("create table notes (id int); create view v as select * from notes")
    terminal, theirs = pty.openpty()
    with psycopg.connect(database.info.dsn, autocommit=False) as holder:
        holder.execute("lock table notes")
        with subprocess.Popen(
            [sys.executable, "-m", "pgnorm", "dump", "--from", at.split(maxsplit=1)[1].strip("'")],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm"},
        ) as run:
            os.close(theirs)
            said = b""
            while b"Reading the catalog: " not in said:
                said += os.read(terminal, 4096)
            holder.rollback()
            assert run.stdout is not None
            assert b'CREATE VIEW "public"."v"' in run.stdout.read()
        assert run.returncode == 0
    os.close(terminal)
