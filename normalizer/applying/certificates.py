"""Certificates: the line at the head of a migration that says from which state to which it was proved to lead."""

import json
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from ..sql.comment_lines import comment_lines
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


def certificate(migration: Applicable) -> Certificate | None:
    """The certificate of a migration, None where it has none of this version.

    Raises PgnormError, placed, for one that can't be read.
    """
    text = migration.source.text
    lines = comment_lines(text) if CERTIFICATE in text else ()
    at = next((line.start for line in lines if text.startswith(CERTIFICATE, line.start)), None)
    if at is None:
        return None
    try:
        said = json.loads(text[at + len(CERTIFICATE) :].partition("\n")[0])
        if said["version"] != CERTIFICATE_VERSION:
            return None
        number, count = said.get("part", (1, 1))
        return Certificate(
            start=str(said["from"]),
            goal=str(said["to"]),
            first=number == 1,
            last=number == count,
            partial=bool(said.get("partial")),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise PgnormError(
            "the certificate can't be read, so somebody has edited it",
            place=migration.source.place(at),
            hint="Take the line out: then nothing is known of where the migration begins.",
        ) from None
