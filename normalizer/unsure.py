"""Limits of what a database or a snapshot tells, as people are told of them before it is compared."""

from collections.abc import Iterator

from .platforms import Platform
from .project.sources import Source
from .telling import Telling
from .workspace import Read


def tell_unsure(telling: Telling, platform: Platform, source: Source, read: Read) -> None:
    """Say where a database is not one of the project's platform, and where nobody knows what jobs make in it."""
    for message in (*_lacking(platform, read), *_unread(read)):
        telling("warning", message, source)


def _lacking(platform: Platform, read: Read) -> Iterator[str]:
    there = {name.name for name in read.catalog.objects if name.kind == "schema"}
    lacking = [name for name in platform.marks if name not in there]
    if lacking and not read.partial:
        yield (
            f"it lacks schemas that {platform.title} provides ({', '.join(lacking)}) and the project builds on:"
            " a plan does not make them, and what refers to them fails there"
        )


def _unread(read: Read) -> Iterator[str]:
    if unread := read.catalog.run_time.unread:
        yield (
            f"{read.catalog.role} may not read {unread}, so nobody knows which partitions pg_partman makes, and a plan"
            " may drop them: grant SELECT on it, or name the tables under partition-of in [ignore]"
        )
