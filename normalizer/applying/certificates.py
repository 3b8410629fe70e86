"""Certificates: the line at the head of a migration that says from which state to which it was proved to lead."""

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from ..sql.comment_lines import comment_lines
from ..sql.statements import split
from .pieces import Applicable

CERTIFICATE: Final = "-- pgnorm-certificate: "
"""The beginning of the line."""
CERTIFICATE_VERSION: Final = 1


class Certificate(Value):
    """Fingerprints of the catalogs that a migration, or that of several files which this one is a part of, leads
    `start` to `goal`."""

    start: str
    goal: str
    first: bool = True
    """True for the file that begins at `start`."""
    last: bool = True
    """True for the file that ends at `goal`."""
    partial: bool = False
    """True if only a part of the project was compared."""
    pgnorm: str = ""
    """The version of pgnorm that wrote it; with `server` and `baseline` what fingerprints hang on."""
    server: str = ""
    baseline: str = ""
    digest: str = ""
    """The `digest` of the statements that were proved; empty in those of earlier versions."""


def digest(text: str) -> str:
    """The SHA-256 of the statements of a migration, in hexadecimal digits: comments and space between them don't count,
    nor do line ends.

    Raises PgnormError for a text that can't be split.
    """
    said = "\0".join(statement.text for statement in split(text)).replace("\r\n", "\n")
    return hashlib.sha256(said.encode(errors="surrogateescape")).hexdigest()


def renewed(migration: Applicable, said: Certificate) -> str:
    """The text of a migration whose certificate says this of where it begins and ends, and by whom that is known."""
    text = migration.source.text
    at = _start(text)
    assert at is not None
    end = at + len(text[at:].partition("\n")[0].rstrip("\r"))
    words = json.loads(text[at:end])
    words |= {"pgnorm": said.pgnorm, "server": said.server, "baseline": said.baseline}
    words |= {"from": said.start, "to": said.goal, "judge": "catalog"}
    return f"{text[:at]}{written(words)}{text[end:]}"


def written(said: Mapping[str, object]) -> str:
    """Text of a certificate, behind its beginning."""
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False)


def _start(text: str) -> int | None:
    """The offset of what a certificate says, None where there is none."""
    lines = comment_lines(text) if CERTIFICATE in text else ()
    found = (line.start + len(CERTIFICATE) for line in lines if text.startswith(CERTIFICATE, line.start))
    return next(found, None)


def is_certified(text: str) -> bool:
    """True if a text has a certificate, be it readable or not."""
    return _start(text) is not None


def certificate(migration: Applicable) -> Certificate | None:
    """The certificate of a migration, None where it has none of this version.

    Raises PgnormError, placed, for one that can't be read.
    """
    text = migration.source.text
    at = _start(text)
    if at is None:
        return None
    try:
        said = json.loads(text[at:].partition("\n")[0])
        if said["version"] != CERTIFICATE_VERSION:
            return None
        number, count = said.get("part", (1, 1))
        return Certificate(
            start=str(said["from"]),
            goal=str(said["to"]),
            first=number == 1,
            last=number == count,
            partial=bool(said.get("partial")),
            pgnorm=str(said.get("pgnorm", "")),
            server=str(said.get("server", "")),
            baseline=str(said.get("baseline", "")),
            digest=str(said.get("digest", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise PgnormError(
            "the certificate can't be read, so somebody has edited it",
            place=migration.source.place(at - len(CERTIFICATE)),
            hint="Take the line out: then nothing is known of where the migration begins.",
        ) from None


def is_as_proved(migration: Applicable) -> bool:
    """True if a migration has a certificate, and just the statements that it was given for.

    Raises PgnormError, placed, for a certificate that can't be read.
    """
    found = certificate(migration)
    return found is not None and found.digest == digest(migration.source.text)
