"""The databases and snapshots of a comparison, asked at once: their servers work while others are asked."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module

from .project.connecting import connecting
from .project.databases import Database
from .project.sources import Files, Source
from .reads import Asked
from .workspace import Workspace


@contextmanager
def asking(
    workspace: Workspace, old: Source, new: Source, *, called: tuple[str, str] = ("from", "to")
) -> Iterator[dict[Source, Asked]]:
    """The databases and snapshots among two sources, all of them asked by now. Messages call the two so.

    Raises PgnormError for one that can't be connected to or read.
    """
    workspace.telling.sides = dict(zip((old, new), called, strict=True))
    live = [source for source in (old, new) if not isinstance(source, Files)]
    databases = [source for source in live if isinstance(source, Database)]
    with ExitStack() as stack:
        under_way = stack.enter_context(connecting(databases if len(databases) > 1 else ()))
        if databases:
            import_module("pgnorm.catalog.reader")  # meanwhile: it imports all kinds
        asked: dict[Source, Asked] = {}
        for source in live:
            ready = under_way.get(source) if isinstance(source, Database) else None
            asked[source] = stack.enter_context(workspace.reading(source, ready.take if ready else None))
        for each in asked.values():
            each.go_on()
        yield asked
