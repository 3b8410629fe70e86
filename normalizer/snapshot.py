"""Snapshots as sources."""

from pgnorm.catalog.snapshots.reading import Snapshot, loads

from .dump.as_data import check_definitions
from .files.reading import read_file, shown
from .project.sources import SnapshotFile
from .telling import Telling, version_words


def read_snapshot(source: SnapshotFile, telling: Telling) -> Snapshot:
    """The snapshot in a file; a person is told what it is. Raises PgnormError for a file that is none."""
    label = shown(source.path)
    snapshot = loads(read_file(source.path, label=label).text, label)
    check_definitions(snapshot.catalog, label)
    confined = f", of {', '.join(snapshot.schemas)} only" if snapshot.schemas is not None else ""
    version = version_words(snapshot.catalog.version)
    telling("note", f"{telling.side(source)}: snapshot {label}, Postgres {version}{confined}")
    if left_out := snapshot.catalog.left_out:
        telling("warning", f"{label} does not know these kinds, which are not compared: {', '.join(sorted(left_out))}")
    return snapshot
