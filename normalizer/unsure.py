"""Limits of what a database or a snapshot tells, as people are told of them before it is compared."""

from collections.abc import Collection, Iterator
from typing import Final

from pgnorm.catalog.errors import PgnormError

from .platforms import Platform, recognised
from .project.databases import Database, connect
from .project.project import Project, named_platform
from .project.sources import Source
from .reads import Read
from .telling import Telling

_SCHEMAS: Final = "select nspname::pg_catalog.text from pg_catalog.pg_namespace"


def tell_unsure(telling: Telling, project: Project | None, source: Source, read: Read) -> None:
    """Say where a database is not one of the project's platform, and where nobody knows what jobs make in it."""
    if project is not None:
        for message in (*_lacking(project.platform, read), *_unexpected(project, read)):
            telling("warning", message, source)
    for message in _unread(read):
        telling("warning", message, source)


def refuse_lacking(telling: Telling, platform: Platform, source: Source, read: Read) -> None:
    """Raises PgnormError for a database or a snapshot that is not one of the project's platform."""
    if said := _lack(platform, read):
        raise _refusal(platform, f"{telling.side(source)}: {said}")


def refuse_database(platform: Platform, database: Database) -> None:
    """The same for a database that nobody has read."""
    if said := lack_of(platform, database):
        raise _refusal(platform, said)


def lack_of(platform: Platform, database: Database) -> str:
    """The lack of what the platform provides in a database, in words; empty where there is none.

    Raises PgnormError where it can't be asked.
    """
    if not platform.marks:
        return ""
    with connect(database) as connection:
        return _words(platform, {name for (name,) in connection.execute(_SCHEMAS)})


def _lacking(platform: Platform, read: Read) -> Iterator[str]:
    if said := _lack(platform, read):
        yield f"{said}: a plan does not make them, and what refers to them fails there"


def _unexpected(project: Project, read: Read) -> Iterator[str]:
    """The warning of a database of a platform that the project is not for, if the settings don't say so."""
    if project.platform.marks or project.schemas or named_platform(project.settings) is not None:
        return
    if (found := recognised(read.catalog)) is not None:
        yield (
            f"it is a database of {found.title}'s, and the project is not for that: what the platform provides there "
            f'counts as the project\'s own. Put `platform = "{found.name}"` into pgnorm.toml'
        )


def _lack(platform: Platform, read: Read) -> str:
    there = {name.name for name in read.catalog.objects if name.kind == "schema"}
    return _words(platform, there) if not read.partial else ""


def _words(platform: Platform, there: Collection[str]) -> str:
    lacking = [name for name in platform.marks if name not in there]
    names = ", ".join(lacking)
    return f"it lacks schemas that {platform.title} provides ({names})" if lacking else ""


def _refusal(platform: Platform, said: str) -> PgnormError:
    return PgnormError(said, hint=platform.without_marks)


def _unread(read: Read) -> Iterator[str]:
    if unread := read.catalog.run_time.unread:
        yield (
            f"{read.catalog.role} may not read {unread}, so nobody knows which partitions pg_partman makes, and a plan"
            " may drop them: grant SELECT on it, or name the tables under partition-of in [ignore]"
        )
