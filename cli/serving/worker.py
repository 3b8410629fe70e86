"""A process that carries out requests, one after the other, on private servers that it keeps up."""

import contextlib
import gc
import io
import json
import os
import shutil
import signal
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, TypedDict

import click

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.system import ENDING
from pgnorm.normalizer.servers import Servers

from ..app import App
from ..failures import error_said, told
from ..help import FAILED
from ..main import Interrupted, group

if TYPE_CHECKING:
    from ..forms import ErrorSaid

PAGE: Final = ".pgnorm-page.html"
"""The name of the file that a page is written into."""
SIZE: Final = struct.Struct(">Q")


class Job(TypedDict):
    """A request: the words of a command line, and the folder in which it runs."""

    words: Sequence[str]
    folder: str


class Done(TypedDict):
    """Outcome of a request: its exit code, what it printed, the page that it wrote, the files that it changed, and
    what went wrong."""

    code: int
    out: str
    page: str | None
    changed: dict[str, str]
    errors: "list[ErrorSaid]"


def main() -> None:
    """Answer requests until there are no more. Where the service ends without a word, nothing of it is left."""
    base = Path(sys.argv[1])
    for ending in ENDING:
        signal.signal(ending, signal.SIG_IGN)  # the service ends us
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "r+b") as nowhere:
        for number in (0, 1):
            os.dup2(nowhere.fileno(), number)
    gc.enable()
    try:
        with Servers() as servers:
            while (job := _next(requests)) is not None:
                found = json.dumps(_done(job, servers)).encode()
                answers.write(SIZE.pack(len(found)) + found)
                answers.flush()
    except (EOFError, BrokenPipeError):
        shutil.rmtree(base, ignore_errors=True)


def _next(requests: BinaryIO) -> Job | None:
    """The next request, None at the end. Raises EOFError where the service is gone."""
    head = requests.read(SIZE.size)
    if len(head) < SIZE.size:
        raise EOFError
    (size,) = SIZE.unpack(head)
    job: Job | None = json.loads(requests.read(size)) if size else None
    return job


def _done(job: Job, servers: Servers) -> Done:
    folder = Path(job["folder"])
    os.chdir(folder)
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="surrogateescape")
    app = App()
    app.servers = servers
    app.console.typed = job["words"]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        code, problems = _run(app, job["words"], servers)
        out.flush()
    os.chdir("/")
    page, changed = folder / PAGE, [folder / each["file"] for each in app.changed]
    assert isinstance(out.buffer, io.BytesIO)
    return {
        "code": code,
        "out": out.buffer.getvalue().decode(errors="replace"),
        "page": _text(page) if page.exists() else None,
        "changed": {path.relative_to(folder).as_posix(): _text(path) for path in changed if path.is_file()},
        "errors": [error_said(each, app.console.shown) for each in problems],
    }


def _text(path: Path) -> str:
    """The text of a file, with its own line ends."""
    return path.read_bytes().decode()


def _run(app: App, words: Sequence[str], servers: Servers) -> tuple[int, list[PgnormError]]:
    """Run a command line as the console does; its exit code, and what it could not do."""
    try:
        with servers.turn():
            code = group.main(args=[*words], prog_name="pgnorm", standalone_mode=False, obj=app)
        servers.remember()
    except SystemExit as ended:
        code = ended.code
    except (Interrupted, click.Abort):
        return FAILED, [PgnormError("Interrupted.")]
    except Exception as problem:
        return FAILED, told(problem)
    return code if isinstance(code, int) else 0, []


if __name__ == "__main__":
    main()
