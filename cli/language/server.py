"""Answers of the language server about documents, and the projects that it looks at."""

import asyncio
import sys
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Final, TypeVar

from lsprotocol.types import (
    DocumentSymbol,
    MessageType,
    ShowMessageParams,
    TextDocumentSyncKind,
    TextEdit,
)
from pygls.io_ import StdoutWriter, run_async
from pygls.lsp.server import LanguageServer

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.checking.check import findings
from pgnorm.normalizer.checking.finding import Finding, of_error
from pgnorm.normalizer.checking.functions import RULE as FUNCTIONS
from pgnorm.normalizer.checking.rules import LOADS
from pgnorm.normalizer.editors.canonical import Canonical, canonical
from pgnorm.normalizer.editors.symbols import symbols
from pgnorm.normalizer.editors.unsaved import applies, declares
from pgnorm.normalizer.project.finding import find, folder_of

from .. import VERSION
from .answers import edits, outline
from .diagnostics import Diagnostics
from .documents import Documents, path_of
from .names import Names
from .stdin import listening
from .work import Work

if TYPE_CHECKING:
    from pgnorm.normalizer.servers import Servers

T = TypeVar("T")
_CHECK: Final = "check"
_CANONICAL: Final = "canonical"
_LEVELS: Final = {"warning": "warn", "note": "info", "verbose": "info"}


class _Output(StdoutWriter):
    """stdout, which stays open: it is not ours."""

    def close(self) -> None:
        pass


class Language:
    """The server of one editor. All that needs Postgres runs in threads beside the one that talks to the editor."""

    def __init__(self, *, shadow_url: str | None, trust_files: bool) -> None:
        self.server = LanguageServer("pgnorm", VERSION, text_document_sync_kind=TextDocumentSyncKind.Full)
        self._work = Work(self.server, shadow_url=shadow_url, trust_files=trust_files)
        self._documents = Documents(self.server)
        self._diagnostics = Diagnostics(self.server, self._documents)
        self.names = Names(self._documents, self._work)
        """Answers about names in documents."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._shown = ""
        self._checked: set[Path] = set()
        """The folders of projects whose findings are shown."""

    async def talk(self) -> None:
        """Talk to the editor on stdin and stdout until it has no more to say.

        Raises PgnormError where stdin is a file, and SystemExit where the editor asks for that.
        """
        self._work.loop = asyncio.get_running_loop()
        reader = listening()
        self.server.protocol.set_writer(_Output(sys.stdout.buffer))
        with suppress(asyncio.IncompleteReadError):  # it was cut off
            await run_async(Event(), reader, self.server.protocol, error_handler=self.server.report_server_error)

    def close(self) -> None:
        """End all that goes on, and the servers."""
        self._work.close()

    def look_again(self) -> None:
        """Have the projects of all open documents be checked."""
        for path in {_folder(path): path for path in self._documents.paths}.values():
            self._start(self._check(path))

    def look(self, uri: str) -> None:
        """Have the project of a document be checked."""
        path = path_of(uri)
        if path is not None:
            self._start(self._check(path))

    def forget(self, uri: str) -> None:
        """Take back what is said of a document that is closed, and of its project if no other is open."""
        self._diagnostics.replace((_CANONICAL, uri), ())
        left = {_folder(path) for path in self._documents.paths}
        for folder in self._checked - left:
            self._diagnostics.replace((_CHECK, str(folder)), ())
        self._checked &= left

    async def format(self, uri: str, *, saving: bool = False) -> list[TextEdit] | None:
        """The edits that make a document canonical; None where that can't be done, and for a migration. At a save only
        schema files have some."""
        path, text, opened = path_of(uri), self._documents.text(uri), self._documents.opened

        def work(servers: "Servers") -> Canonical:
            project = find(path.parent) if path is not None else None
            if path is not None and project is not None and applies(project, path):
                return Canonical()
            if saving and (path is None or project is None or not declares(project, path)):
                return Canonical()
            with self._work.workspace(project, servers) as workspace:
                return canonical(workspace, text, path, opened)

        try:
            found = await self._work.done(work, (_CANONICAL, uri), urgent=True)
        except PgnormError as error:
            self._refused(uri, error)
            return None
        said = (
            Finding(rule=FUNCTIONS, message=each.text, place=each.place, level=_LEVELS[each.level])
            for each in found.messages
        )
        self._diagnostics.replace((_CANONICAL, uri), said, uri=uri)
        if self._documents.text(uri) != text:  # somebody has typed on
            return None
        return edits(found.edits, self._documents.positions(text))

    async def symbols(self, uri: str) -> list[DocumentSymbol]:
        """The objects that a document declares."""
        text = self._documents.text(uri)
        return outline(await asyncio.to_thread(symbols, text), self._documents.positions(text))

    async def _check(self, path: Path) -> None:
        folder = _folder(path)

        def work(servers: "Servers") -> tuple[Finding, ...]:
            try:
                project = find(path.parent)
                if project is None:
                    return ()
                with self._work.workspace(project, servers) as workspace:
                    return tuple(findings(workspace, project))
            except PgnormError as error:
                return of_error(error, LOADS)

        try:
            found = await self._work.done(work, (_CHECK, folder), urgent=False)
        except PgnormError as error:
            self._show(error)
            return
        self._shown = ""
        if folder not in {_folder(each) for each in self._documents.paths}:  # closed meanwhile
            return
        self._checked.add(folder)
        self._diagnostics.replace((_CHECK, str(folder)), found)
        for each in self._documents.paths:
            if _folder(each) == folder and self._documents.is_saved(each):
                self._diagnostics.replace((_CANONICAL, self._documents.uri_of(each)), ())
        await self.names.prepare(path)

    def _refused(self, uri: str, error: PgnormError) -> None:
        """Say why a document can't be made canonical: beside the text where that has a place."""
        try:
            self._diagnostics.replace((_CANONICAL, uri), of_error(error, LOADS), uri=uri)
        except PgnormError:
            self._show(error)

    def _show(self, error: PgnormError) -> None:
        """Say once what is wrong with no file."""
        message = f"{error.message}\n{error.hint}" if error.hint else error.message
        if message != self._shown:
            self.server.window_show_message(ShowMessageParams(type=MessageType.Error, message=f"pgnorm: {message}"))
        self._shown = message

    def _start(self, work: "Coroutine[None, None, None]") -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _folder(path: Path) -> Path:
    """The folder of a file's project, or its own."""
    return folder_of(path.parent) or path.parent
