"""An editor for the tests: it starts the language server, talks to it, and edits texts as the protocol says."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import TypeAlias, cast

from waiting import PATIENCE

Json: TypeAlias = "Mapping[str, Json] | list[Json] | str | int | float | bool | None"


class Editor:
    """An editor that has the server of one process."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._last = 0
        self.shown: list[str] = []
        """Messages that a person was shown."""
        self._told: dict[str, list[dict[str, Json]]] = {}
        """The findings in each file, as the server said last."""

    def start(self, *folders: Path, options: Json = None) -> Mapping[str, Json]:
        """The abilities of the server, for folders in one window."""
        listed: list[Json] = [{"uri": folder.as_uri(), "name": folder.name} for folder in folders]
        watching: Json = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
        found = self.ask(
            "initialize",
            {
                "processId": None,
                "rootUri": None,
                "capabilities": watching,
                "workspaceFolders": listed,
                "initializationOptions": options,
            },
        )
        self.tell("initialized", {})
        return cast("Mapping[str, Json]", cast("Mapping[str, Json]", found)["capabilities"])

    def open(self, path: Path, text: str | None = None) -> str:
        """Open a file, with a text that nobody has saved; its name for the server."""
        uri = path.as_uri()
        said = path.read_text() if text is None else text
        self.tell("textDocument/didOpen", {"textDocument": _document(uri, 1, text=said, languageId="sql")})
        return uri

    def type(self, uri: str, text: str, version: int = 2) -> None:
        """Change the text of an open file."""
        self.tell(
            "textDocument/didChange",
            {"textDocument": _document(uri, version), "contentChanges": [{"text": text}]},
        )

    def about(self, what: str, uri: str, position: tuple[int, int] | None = None, **more: Json) -> Json:
        """Ask about a document, or a place in it."""
        at: dict[str, Json] = {"position": {"line": position[0], "character": position[1]}} if position else {}
        return self.ask(f"textDocument/{what}", {"textDocument": {"uri": uri}, **at, **more})

    def ask(self, method: str, params: Json) -> Json:
        """The answer to a request."""
        self._last += 1
        self._send({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params})
        while True:
            message = self._next()
            if message.get("id") == self._last and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def tell(self, method: str, params: Json) -> None:
        """Send a notification."""
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def found(self, uri: str, code: str, said: str = "") -> list[dict[str, Json]]:
        """The findings of a code in a file, once there are some, and these words in one of them."""
        while True:
            some = [each for each in self._told.get(uri, ()) if each["code"] == code]
            if any(said in str(each["message"]) for each in some):
                return some
            self._next()

    def nothing(self, uri: str) -> None:
        """Return once there are no findings in a file any more."""
        while self._told.get(uri) != []:
            self._next()

    def end(self) -> int:
        """Have the server end; its exit code."""
        self.ask("shutdown", None)
        self.tell("exit", None)
        return self.process.wait(PATIENCE)

    def _send(self, message: Json) -> None:
        content = json.dumps(message).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(content), content))
        self.process.stdin.flush()

    def _next(self) -> dict[str, Json]:
        stdout = self.process.stdout
        assert stdout is not None
        length = 0
        while (line := stdout.readline()).strip():
            name, _, value = line.decode().partition(":")
            length = int(value) if name == "Content-Length" else length
        assert length, "the server has ended"
        message: dict[str, Json] = json.loads(stdout.read(length))
        if message.get("method") == "textDocument/publishDiagnostics":
            params = cast("dict[str, Json]", message["params"])
            self._told[str(params["uri"])] = cast("list[dict[str, Json]]", params["diagnostics"])
        elif message.get("method") == "window/showMessage":
            self.shown.append(str(message["params"]))
        elif "method" in message and "id" in message:
            self._send({"jsonrpc": "2.0", "id": message["id"], "result": None})
        return message


def _document(uri: str, version: int, **more: Json) -> Json:
    return {"uri": uri, "version": version, **more}


@contextmanager
def editor(folder: Path, *words: str) -> Iterator[Editor]:
    """An editor whose server runs in a folder, started by these words of Python's or the usual ones. What it does not
    answer in a long time ends it."""
    with subprocess.Popen(
        [sys.executable, *(words or ("-m", "pgnorm.cli", "lsp", "--stdio"))],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        late = Timer(PATIENCE, process.kill)
        late.start()
        try:
            yield Editor(process)
        finally:
            late.cancel()
            process.kill()


def edited(text: str, edits: Json) -> str:
    """A text with the edits of an answer made, whose columns count UTF-16 units."""
    lines = [b"", *(line.encode("utf-16-le") for line in text.split("\n"))]
    assert isinstance(edits, list)

    def offset(position: Json) -> int:
        assert isinstance(position, Mapping)
        line, character = position["line"], position["character"]
        assert isinstance(line, int)
        assert isinstance(character, int)
        return sum(len(each) + 2 for each in lines[1 : line + 1]) + 2 * character

    content = text.encode("utf-16-le")
    spans = []
    for each in edits:
        assert isinstance(each, Mapping)
        at = each["range"]
        assert isinstance(at, Mapping)
        spans.append((offset(at["start"]), offset(at["end"]), str(each["newText"]).encode("utf-16-le")))
    for start, stop, new in sorted(spans, reverse=True):
        content = content[:start] + new + content[stop:]
    return content.decode("utf-16-le")


def lines_of(edits: Json) -> set[int]:
    """The lines that edits touch."""
    assert isinstance(edits, list)
    found: set[int] = set()
    for each in edits:
        assert isinstance(each, Mapping)
        at = each["range"]
        assert isinstance(at, Mapping)
        start, end = at["start"], at["end"]
        assert isinstance(start, Mapping)
        assert isinstance(end, Mapping)
        found.update(range(int(str(start["line"])), int(str(end["line"])) + 1))
    return found
