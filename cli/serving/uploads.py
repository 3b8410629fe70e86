"""Files that come with a request: an object of texts or an archive; within limits, and nowhere but below a folder."""

import gzip
import io
import json
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

JSON: Final = "application/json"
ARCHIVES: Final = ("application/x-tar", "application/gzip", "application/zip")
_PART: Final = re.compile(r"[\w .@+()=,\[\]-]+")
_LONGEST_NAME: Final = 400
_RESERVED: Final = (".git", ".", "..")
_BLOCK: Final = 1 << 16


class Limits(Value):
    """Limits to what one request may bring."""

    body: int = 16 << 20
    """Bytes as they are sent."""
    unpacked: int = 64 << 20
    """Bytes of all files."""
    files: int = 5000


class TooMuch(PgnormError):
    """More than the limits allow."""


def asked(content: bytes) -> tuple[dict[str, object], dict[str, str]]:
    """The options and the files of a JSON body. Raises PgnormError for one that is no object of these."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise PgnormError(f"the body is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise PgnormError("the body must be a JSON object")
    files = found.pop("files", {})
    if not isinstance(files, dict) or not all(isinstance(text, str) for text in files.values()):
        raise PgnormError("`files` must be an object of paths and texts")
    return found, files


def write_texts(files: Mapping[str, str], folder: Path, limits: Limits) -> None:
    """Write the files of a JSON body below a folder. Raises PgnormError for what is not to be written."""
    _write(((name, text.encode(errors="surrogatepass")) for name, text in files.items()), folder, limits)


def unpack(content: bytes, kind: str, folder: Path, limits: Limits) -> None:
    """Unpack an archive below a folder. Raises PgnormError for one that is broken, or holds what may not be written."""
    try:
        if kind == "application/zip":
            _write(_zipped(content, limits), folder, limits)
        else:
            _write(_tarred(content, limits), folder, limits)
    except (
        tarfile.TarError,
        zipfile.BadZipFile,
        EOFError,
        OSError,
        zlib.error,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise PgnormError(f"the archive can't be unpacked: {error}") from None


def _write(files: Iterator[tuple[str, bytes]], folder: Path, limits: Limits) -> None:
    size = 0
    for count, (name, content) in enumerate(files, start=1):
        size += len(content)
        if count > limits.files:
            raise TooMuch(f"there are more than {limits.files} files")
        if size > limits.unpacked:
            raise TooMuch(f"the files are larger than {limits.unpacked} bytes together")
        path = folder / _checked(name)
        if path.exists():
            raise PgnormError(f"there are two files of the name {name!r}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _checked(name: str) -> str:
    """A name that leads to a file below the folder that it is put into. Raises PgnormError for any other."""
    parts = name.split("/")
    fine = all(_PART.fullmatch(part) and part.lower() not in _RESERVED for part in parts)
    if not fine or len(name) > _LONGEST_NAME or any(part.strip() != part for part in parts):
        raise PgnormError(
            f"this is no name for a file here: {name[:_LONGEST_NAME]!r}",
            hint="Name files from the project's folder, as in supabase/schemas/01_tables.sql.",
        )
    return name


def _zipped(content: bytes, limits: Limits) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        left = limits.unpacked
        for member in archive.infolist():
            if member.is_dir():
                continue
            kind = member.external_attr >> 28  # S_IFMT of Unix; 8 is a regular file, 0 where it isn't said
            if kind not in (0, 8):
                raise PgnormError(f"the archive holds something that is no file: {member.filename!r}")
            with archive.open(member) as file:
                # What the archive says of a size may be a lie.
                found = file.read(left + 1)
            left -= len(found)
            yield member.filename, found


def _tarred(content: bytes, limits: Limits) -> Iterator[tuple[str, bytes]]:
    packed = content[:2] == b"\x1f\x8b"
    plain = gzip.GzipFile(fileobj=io.BytesIO(content)) if packed else io.BytesIO(content)
    # Heads and padding come on top of what files hold.
    with plain, tarfile.open(fileobj=io.BytesIO(_all_of(plain, 2 * limits.unpacked)), mode="r:") as archive:
        for member in archive:
            if member.isdir():
                continue
            file = archive.extractfile(member) if member.isreg() else None
            if file is None:
                raise PgnormError(f"the archive holds something that is no file: {member.name!r}")
            yield member.name.removeprefix("./"), file.read()


def _all_of(file: gzip.GzipFile | io.BytesIO, most: int) -> bytes:
    found = bytearray()
    while block := file.read(_BLOCK):
        found += block
        if len(found) > most:
            raise TooMuch(f"the archive is larger than {most} bytes unpacked")
    return bytes(found)
