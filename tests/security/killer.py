"""pgnorm, up to where it writes; from there on once for each write point and signal, in a child that sends it.

`python killer.py SEAM FOLDER SIGNALS STEP WORDS…` prints as JSON what became of FOLDER each time, before and after
`repair`. SEAM is the function, as module:name, at which the children begin; of the write points each STEP-th is taken.
With STEP 0 there is one child: the first of SIGNALS kills it before the second replacement of a file, and FOLDER stays.
"""

import importlib
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import NoReturn, ParamSpec

from pgnorm.cli.__main__ import start
from pgnorm.normalizer.files.repair import around, repair

P = ParamSpec("P")
_OURS = "pgnorm.normalizer.files."
_WRITERS = ("staging", "journals", "writing", "folders", "recovery")
_FUNCTIONS = ((os, "replace"), (os, "fsync"), (os, "fchmod"), (os, "mkdir"), (os, "unlink"), (tempfile, "mkstemp"))


class Killer:
    """Sends a signal at a write point: before or after the call of a function that writes."""

    def __init__(self, number: int, point: int | None, function: str | None = None) -> None:
        self.number = number
        self.point = point
        self.function = function
        self.points = 0

    def arm(self) -> None:
        for module, name in _FUNCTIONS:
            setattr(module, name, self._watched(name, getattr(module, name)))

    def _watched(self, name: str, real: Callable[P, object]) -> Callable[P, object]:
        @wraps(real)
        def watched(*words: P.args, **named: P.kwargs) -> object:
            self._pass(name)
            try:
                return real(*words, **named)
            finally:
                self._pass(name)

        return watched

    def _pass(self, name: str) -> None:
        if self.function in (None, name) and _by_us():
            if self.points == self.point:
                os.kill(os.getpid(), self.number)
            self.points += 1


def _by_us() -> bool:
    frame = sys._getframe(3)
    while frame is not None and frame.f_globals.get("__name__", "").startswith(("pathlib", "tempfile")):
        if frame.f_back is None:
            return False
        frame = frame.f_back
    return frame.f_globals.get("__name__", "") in [_OURS + name for name in _WRITERS]


class Seam:
    """Stands in for the function at which the children begin."""

    def __init__(self, module: str, name: str, folder: Path, signals: list[int], step: int) -> None:
        self.module = importlib.import_module(module)
        self.name = name
        self.real = getattr(self.module, name)
        self.folder = folder
        self.signals = signals
        self.step = step
        setattr(self.module, name, self)

    def __call__(self, *words: object, **named: object) -> object:
        setattr(self.module, self.name, self.real)
        work = Path(tempfile.mkdtemp(dir=Path.cwd()))
        saved = work / "saved"
        if self.folder.exists():
            shutil.copytree(self.folder, saved, symlinks=True)
        if not self.step:
            killer = Killer(self.signals[0], 2, "replace")
            if (child := os.fork()) == 0:
                killer.arm()
                return self.real(*words, **named)
            os.waitpid(child, 0)
            return self._end([])
        points = self._count(work, words, named)
        if points is None:
            return self.real(*words, **named)
        found = []
        for number in self.signals:
            for point in range(number % self.step, points, self.step):
                self._restore(saved)
                said = work / "said"
                if (child := os.fork()) == 0:
                    self._into(said)
                    Killer(number, point).arm()
                    return self.real(*words, **named)
                status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                killed = contents(self.folder)
                told = list(repair(around(self.folder)))
                found.append(
                    {
                        "signal": number,
                        "point": point,
                        "status": status,
                        "said": said.read_text(),
                        "killed": killed,
                        "told": told,
                        "repaired": contents(self.folder),
                    }
                )
        self._restore(saved)
        return self._end(found)

    def _count(self, work: Path, words: tuple[object, ...], named: dict[str, object]) -> int | None:
        """How many write points there are; None in the child that counts them."""
        counted = work / "count"
        if (child := os.fork()) == 0:
            self._into(work / "said")
            killer = Killer(0, None)
            killer.arm()
            leave = os._exit

            def ended(status: int) -> NoReturn:
                counted.write_text(str(killer.points))
                leave(status)

            os._exit = ended
            return None
        assert os.waitpid(child, 0)[1] == 0
        return int(counted.read_text())

    def _into(self, path: Path) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for standard in (1, 2):
            os.dup2(descriptor, standard)

    def _restore(self, saved: Path) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        if saved.exists():
            shutil.copytree(saved, self.folder, symlinks=True)

    def _end(self, found: list[dict[str, object]]) -> NoReturn:
        print(json.dumps(found), flush=True)
        os._exit(0)


def contents(folder: Path) -> dict[str, str]:
    """What the files below a folder hold."""
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


if __name__ == "__main__":
    module, _, name = sys.argv[1].partition(":")
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)  # whoever runs the tests may ignore them (nohup)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    Seam(module, name, Path(sys.argv[2]).absolute(), [int(one) for one in sys.argv[3].split(",")], int(sys.argv[4]))
    sys.argv[1:] = sys.argv[5:]
    start()
