"""The databases and snapshots of a comparison, asked at once: their servers work while others are asked."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module

from .project.connecting import connecting
from .project.databases import Database
from .project.sources import Files, Source
from .reads import Asked, last_major
from .workspace import Workspace


@contextmanager
def asking(
    workspace: Workspace,
    old: Source,
    new: Source,
    *,
    called: tuple[str, str] = ("from", "to"),
    meanwhile: Callable[[], object] = lambda: None,
) -> Iterator[dict[Source, Asked]]:
    """The databases and snapshots among two sources, all of them asked by now. Messages call the two so.

    Servers take their time even for the first question: `meanwhile` is called then, and while they work on all others
    the shadow is opened. Raises PgnormError for a source that can't be connected to or read, and where no shadow
    server can be had.
    """
    workspace.telling.sides = dict(zip((old, new), called, strict=True))
    live = [source for source in (old, new) if not isinstance(source, Files)]
    databases = [source for source in live if isinstance(source, Database)]
    with ExitStack() as stack:
        under_way = stack.enter_context(connecting(databases if len(databases) > 1 else ()))
        if databases:
            import_module("pgnorm.catalog.reader")
        asked: dict[Source, Asked] = {}
        for source in live:
            ready = under_way.get(source) if isinstance(source, Database) else None
            asked[source] = stack.enter_context(workspace.reading(source, ready.take if ready else None))
        if databases:
            meanwhile()
        for each in asked.values():
            each.go_on()
        if databases:
            _ = workspace.shadow(last_major(asked)).baseline
        yield asked
