"""Files that new statements may go to and that are not there yet."""

from collections.abc import Sequence

from ..dump.layouts import Layout
from ..files.reading import SourceFile, shown
from ..project.project import Project


def with_homes(files: Sequence[SourceFile], layout: Layout, project: Project) -> tuple[SourceFile, ...]:
    """Schema files with an empty one for each that the layout names and that is missing, where it would be loaded.

    The same files where none or several folders have files of the layout.
    """
    folders = {file.path.parent for file in files if file.path is not None and file.path.name in layout.files}
    found = list(files)
    for folder in folders if len(folders) == 1 else ():
        for path in (folder / name for name in layout.files):
            if not path.exists() and project.schema_files.would_have(path):
                here = (at for at, file in enumerate(found) if file.path is not None and file.path.parent == folder)
                behind = [at for at in here if (other := found[at].path) is not None and other.name < path.name]
                at = behind[-1] + 1 if behind else 0
                found.insert(at, SourceFile(path=path, label=shown(path), text=""))
    return tuple(found)
