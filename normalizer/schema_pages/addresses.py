"""Names of the files of pages: the same for the same object on each system, and no two alike."""

import re
from hashlib import sha256
from typing import Final

from pgnorm.catalog.model import ObjectId

INDEX: Final = "index.html"
OUTSIDE: Final = "outside.html"
"""The page of what is in no schema."""
_LONGEST: Final = 180
# Some file systems take letters of either case for the same.
_ODD: Final = re.compile(r"[^a-z0-9_-]")


def of_schema(name: str) -> str:
    """The file of a schema."""
    return _file("schema", name)


def of_object(name: ObjectId) -> str:
    """The file of an object that has a page of its own."""
    return _file(name.kind.replace(" ", "-"), name.schema, name.name)


def anchor(name: ObjectId) -> str:
    """The place of an object on the page of its schema."""
    return "-".join((name.kind.replace(" ", "-"), *map(_plain, filter(None, (name.detail, name.name)))))


def _file(*words: str) -> str:
    stem = ".".join(map(_plain, words))
    if len(stem) > _LONGEST:
        stem = f"{stem[:_LONGEST]}~{sha256(stem.encode()).hexdigest()[:16]}"
    return f"{stem}.html"


def _plain(word: str) -> str:
    return _ODD.sub(lambda found: f"~{ord(found[0]):x}~", word)
