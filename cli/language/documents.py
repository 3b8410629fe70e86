"""Documents of an editor: their texts, also of files that are not open, and their names on both sides."""

import os
from pathlib import Path
from typing import Final

from lsprotocol.types import PositionEncodingKind
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.files.reading import read_file, real_path

from .positions import Positions

_BOM: Final = "\ufeff"


class Documents:
    """The documents of one editor."""

    def __init__(self, server: LanguageServer) -> None:
        self._server = server

    @property
    def opened(self) -> dict[Path, str]:
        """The texts of open files, by their paths without links."""
        uris = self._server.workspace.text_documents
        return {real_path(path): self.text(uri) for uri in uris if (path := path_of(uri)) is not None}

    @property
    def paths(self) -> list[Path]:
        """The paths of open files."""
        uris = self._server.workspace.text_documents
        return [path for uri in uris if (path := path_of(uri)) is not None]

    def text(self, uri: str) -> str:
        """The text of a document. Where it begins with a byte order mark, which is no SQL, a blank is in its place."""
        text = self._server.workspace.get_text_document(uri).source
        return f" {text[1:]}" if text.startswith(_BOM) else text

    def is_saved(self, path: Path) -> bool:
        """True if an open file has on the disk what it has on the screen."""
        try:
            return read_file(path).text == self.opened.get(real_path(path))
        except PgnormError:
            return False

    def positions(self, text: str) -> Positions:
        """The positions of a text, as this editor counts them."""
        return Positions(text, self._server.workspace.position_encoding or PositionEncodingKind.Utf16)

    def uri_of(self, path: Path) -> str:
        """The name of a file, by which the editor knows it if it is open."""
        real = real_path(path)
        uris = self._server.workspace.text_documents
        known = (uri for uri in uris if (found := path_of(uri)) is not None and real_path(found) == real)
        return next(known, Path(os.path.abspath(path)).as_uri())

    def positions_in(self, path: Path) -> Positions:
        """The positions of a file's text on the screen, else on the disk; of what can't be read, none but the first."""
        text = self.opened.get(real_path(path))
        if text is None:
            try:
                text = read_file(path).text
            except PgnormError:
                text = ""
        return self.positions(text)


def path_of(uri: str) -> Path | None:
    """The path of a document; None for one that is in no file."""
    found = to_fs_path(uri)
    return Path(found) if found is not None else None
