"""Findings as an editor shows them beside the text."""

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lsprotocol.types import Diagnostic, DiagnosticSeverity, PublishDiagnosticsParams
from pygls.lsp.server import LanguageServer

from pgnorm.normalizer.checking.behind import BEHIND, DONE
from pgnorm.normalizer.checking.finding import Finding
from pgnorm.normalizer.checking.functions import RULE as FUNCTIONS
from pgnorm.normalizer.checking.rules import HINTS, LOADS
from pgnorm.normalizer.rewrite.inputs import STDIN

from .documents import Documents

if TYPE_CHECKING:
    from .positions import Positions

_WORD: Final = re.compile(r'"[^"\n]*"|\w+|.')
_REST: Final = re.compile(r"[^\r\n]*")
_SEVERITIES: Final = {
    "error": DiagnosticSeverity.Error,
    "warn": DiagnosticSeverity.Warning,
    "info": DiagnosticSeverity.Information,
}
_AT_A_WORD: Final = frozenset({LOADS, HINTS})
_TO_BE_DONE: Final = frozenset({FUNCTIONS, BEHIND, DONE})
"""Rules about what is only not done yet, which is so all the time while somebody works on a schema."""


class Diagnostics:
    """Findings that an editor has been told of. Each belongs to an origin: the run that found it, and its subject."""

    def __init__(self, server: LanguageServer, documents: Documents) -> None:
        self._server = server
        self._documents = documents
        self._found: dict[tuple[str, str], dict[str, list[Diagnostic]]] = {}

    def replace(self, origin: tuple[str, str], findings: Iterable[Finding], *, uri: str | None = None) -> None:
        """Have these be all findings of an origin. What is found in no file is found in the document `uri`."""
        by_file: dict[str, list[Finding]] = defaultdict(list)
        for each in findings:
            by_file[each.file].append(each)
        found: dict[str, list[Diagnostic]] = defaultdict(list)
        for file, some in by_file.items():
            if file == STDIN and uri is not None:
                name, positions = uri, self._documents.positions(self._documents.text(uri))
            else:
                name, positions = self._documents.uri_of(Path(file)), self._documents.positions_in(Path(file))
            found[name] += (_diagnostic(each, positions) for each in some)
        before = self._found.pop(origin, {})
        if found:
            self._found[origin] = found
        for name in {**before, **found}:
            self._publish(name)

    def _publish(self, uri: str) -> None:
        every = [each for found in self._found.values() for each in found.get(uri, ())]
        unlike = {(each.code, each.message, str(each.range)): each for each in every}
        self._server.text_document_publish_diagnostics(
            PublishDiagnosticsParams(uri=uri, diagnostics=[*unlike.values()])
        )


def _diagnostic(found: Finding, positions: "Positions") -> Diagnostic:
    start = positions.at(found.line, found.column)
    match = (_WORD if found.rule in _AT_A_WORD else _REST).match(positions.text, start)
    cure = f"\n{found.cure}" if found.cure else ""
    return Diagnostic(
        range=positions.range(start, match.end() if match is not None else start),
        severity=_SEVERITIES["info" if found.rule in _TO_BE_DONE else found.level],
        code=found.rule,
        source="pgnorm",
        message=f"{found.message}{cure}",
    )
