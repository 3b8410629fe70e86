"""New migrations in a project's folder."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from .app import App

if TYPE_CHECKING:
    from pgnorm.normalizer.files.staging import Writing
    from pgnorm.normalizer.project.forms import Migrations
    from pgnorm.normalizer.project.project import Project
    from pgnorm.normalizer.sql.hints import RenameHint


class Written(Value):
    """New migrations; `own` is false for those that another run has written just so meanwhile."""

    paths: tuple[Path, ...]
    own: bool = True
    writings: "tuple[Writing, ...]" = ()
    """All that was written, other files too."""


def refuse_name(project: "Project", name: str) -> None:
    """Raise PgnormError for a migration that could not be written in the end."""
    from pgnorm.normalizer.project.migrations import new_paths

    new_paths(project.migrations_dir, [name], datetime.now(UTC), as_supabase=project.has_supabase_migrations)


def write_migrations(
    app: App,
    texts: Sequence[str],
    name: str,
    known: "Migrations",
    *,
    behind: bool,
    alone: Sequence[bool] = (),
    files: "Sequence[Writing]" = (),
    back: str = "",
) -> Written:
    """Write one migration for each text, and the other `files`, all or none.

    `alone` is true for each text that can't run in a transaction. `back`, if any, is the way back of the one text, and
    stands where the tool of the folder has it. A tool that wants to be told beside a file what can't run so is told.

    `known` are the migrations when the run began, `behind` says that the plan begins where they end. What another run
    has written just so since then is not written again. Raises PgnormError where another one wrote something else.
    """
    from pgnorm.normalizer.applying.pieces import MARK
    from pgnorm.normalizer.files.folders import alone_in, made
    from pgnorm.normalizer.files.reading import shown
    from pgnorm.normalizer.files.staging import Writing
    from pgnorm.normalizer.files.writing import write_alone
    from pgnorm.normalizer.project.migrations import as_last, leads_back, new_paths

    assert app.project is not None
    names = [name, *(f"{name}_{number}" for number in range(2, len(texts) + 1))]
    folder = app.project.migrations_dir
    marked = zip(texts, [*alone, *[False] * (len(texts) - len(alone))], strict=True)
    beside = back and not leads_back(folder, known)
    within = "" if beside else back
    contents = [as_last(f"{MARK}\n" * each + text, known, alone=each, back=within).encode() for text, each in marked]
    # Two runs at the same time must not take the same version.
    with made(folder), alone_in([folder, *(writing.target.parent for writing in files)]):
        before = {migration.path for migration in known.files}
        added = [one.path for one in app.project.migration_files().files if one.path not in before]
        if same := _same(added, contents):
            app.console.say(f"Another run has written the same meanwhile: {', '.join(map(shown, same))}")
            return Written(paths=tuple(same), own=False)
        if added and behind:
            raise PgnormError(
                "this migration was added meanwhile, and the new one does not begin where it ends",
                place=shown(added[0]),
                hint="Nothing is written: run it again.",
            )
        paths = new_paths(folder, names, datetime.now(UTC), as_supabase=app.project.has_supabase_migrations)
        new = [*zip(paths, contents, strict=True), *_beside(paths, known, alone, back if beside else "")]
        mine = [Writing(path=path, content=content, label=shown(path)) for path, content in new]
        write_alone([*mine, *files])
    for writing in mine:
        app.tell_file(writing.label, "wrote")
    return Written(paths=tuple(path for path, _ in new), writings=(*mine, *files))


def _beside(
    paths: Sequence[Path], known: "Migrations", alone: Sequence[bool], back: str
) -> Iterator[tuple[Path, bytes]]:
    """The files that the tool of the folder wants beside migrations: the way back, and what can't run in a
    transaction."""
    if back:
        assert known.back_name is not None
        yield from ((path.with_name(known.back_name(path.name)), back.encode()) for path in paths)
    if known.alone is not None:
        ending, said = known.alone
        yield from (
            (path.with_name(path.name + ending), said) for path, each in zip(paths, alone, strict=False) if each
        )


def without_hints(done: "Sequence[RenameHint]") -> "Sequence[Writing]":
    """New contents of the schema files, whose hints have been carried out."""
    from pgnorm.normalizer.files.edits import encoded
    from pgnorm.normalizer.files.staging import Writing
    from pgnorm.normalizer.sql.hints import without

    by_file: dict[Path, list[RenameHint]] = {}
    for hint in done:
        if hint.source.path is not None:
            by_file.setdefault(hint.source.path, []).append(hint)
    return [
        Writing(
            path=path,
            content=encoded(hints[0].source, without(hints[0].source.text, hints)),
            expected=encoded(hints[0].source, hints[0].source.text),
            label=hints[0].source.label,
        )
        for path, hints in by_file.items()
    ]


def _same(added: Sequence[Path], contents: Sequence[bytes]) -> Sequence[Path]:
    """The migrations among those added, one after the other, that hold these contents; none where there are none."""
    for start in range(len(added) - len(contents) + 1):
        some = added[start : start + len(contents)]
        if [path.read_bytes() for path in some] == list(contents):
            return some
    return ()
