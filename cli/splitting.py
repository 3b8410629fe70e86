"""The files of `pgnorm dump --split`."""

from pathlib import Path
from typing import TYPE_CHECKING

from pgnorm.catalog.errors import PgnormError

from .app import App
from .output import plural
from .reading import read_source, selection_of, with_own
from .rows import tell_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pgnorm.normalizer.dump.styles import Style
    from pgnorm.normalizer.project.project import Project


def write_split(
    app: App,
    folder: Path,
    schemas: tuple[str, ...],
    exclude_schemas: tuple[str, ...],
    style: "Style",
    *,
    overwrite: bool,
    declares: bool = False,
) -> None:
    """Write the dump as several files, all or none; with `declares` as the schema files of a project. Of a source that
    has nothing no file is written, which is said.

    Raises PgnormError where the project's settings for it are wrong, and where that would lose what a file holds,
    unless `overwrite`.
    """
    from pgnorm.normalizer.declaring import declared
    from pgnorm.normalizer.dump.layouts import DEFAULT, configured
    from pgnorm.normalizer.dump.splitting import split
    from pgnorm.normalizer.files.folders import made
    from pgnorm.normalizer.files.reading import shown
    from pgnorm.normalizer.files.staging import Writing
    from pgnorm.normalizer.files.writing import write_all

    app.repair([folder])
    settings = app.project.split if app.project else None
    layout = DEFAULT if settings is None else configured(settings)
    with app.workspace() as workspace:
        catalog, data = read_source(app, workspace)
        chosen = selection_of(app, workspace, catalog, schemas, exclude_schemas)
        below = workspace.shadow().baseline if workspace.platform.managed_schemas else None
        if not schemas:
            chosen = with_own(workspace, catalog, chosen)
        if declares:
            context = workspace.settled(catalog)
            found = declared(context, catalog, chosen, style, below=below, layout=layout)
        else:
            found = split(catalog, chosen, style, below=below, layout=layout)
    tell_rows(app.console, "Not in these files, which hold definitions alone:", data)
    for item, name in found.moved:
        app.tell("verbose", f"{item.kind} {item.label} is in {name}, since something there needs it")
    texts = {folder / name: text for name, text in found.texts.items()}
    # What a file of these names held before is not to stand beside the others.
    texts |= {path: "" for name in layout.files if (path := folder / name).exists() and path not in texts}
    if app.project is not None:
        _refuse_doubles(app.project, folder, texts, whole=not (schemas or exclude_schemas))
    _refuse_losses(app, folder, texts, overwrite=overwrite)
    with made(folder):
        write_all([Writing(path=path, content=text.encode(), label=str(path)) for path, text in texts.items()])
    if not found.texts:
        named = ", or nothing of the schemas that were named" if schemas or exclude_schemas else ""
        app.console.say(f"No file is written: the source has nothing of its own{named}")
    for path, text in texts.items():
        app.tell_file(shown(path), "wrote" if text else "emptied")


def _refuse_doubles(project: "Project", folder: Path, texts: "Mapping[Path, str]", *, whole: bool) -> None:
    """Refuse files that the project would load beside others, which declare the same: all of them, or maybe some."""
    from pgnorm.normalizer.files.reading import shown

    beside = project.schema_files.beside(texts)
    if beside:
        twice = "and so have all twice" if whole else "which may declare the same"
        then = "put them in the place of these" if whole else "take out of these what the new ones declare"
        raise PgnormError(
            f"the project would load the new files and {plural(len(beside), 'file')} beside them, {twice}: "
            f"{', '.join(map(shown, beside))}",
            place=str(folder),
            hint=f"Name a folder that the project does not load, look at the files there, and then {then}.",
        )


def _refuse_losses(app: App, folder: Path, texts: "Mapping[Path, str]", *, overwrite: bool) -> None:
    there = sorted(folder.glob("*.sql")) if folder.is_dir() else []
    others = [path for path in there if path not in texts]
    changed = [path for path in there if path in texts and path.read_bytes() != texts[path].encode()]
    if not overwrite and (changed or others):
        names = ", ".join(str(path) for path in (*changed, *others))
        raise PgnormError(
            f"{plural(len(changed) + len(others), 'file')} would be replaced, or stay beside the new ones: {names}",
            place=str(folder),
            hint="Name an empty folder, or replace those that are written now with --overwrite.",
        )
    for path in others:
        app.console.warn(f"{path} stays as it is: the dump has nothing for it")
