"""Files of migrations beside the history of a database: what is applied, what is left, what is out of order."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from ..files.reading import read_file, shown
from ..project.forms import Migration, Migrations
from .interfaces import Row, Unfinished
from .pieces import Applicable, applicable, count


class State(StrEnum):
    """Fate of a migration in a database."""

    APPLIED = "applied"
    PENDING = "pending"
    UNFINISHED = "unfinished"
    MISSING = "missing"
    """Applied, and without a file."""


class Standing(Value):
    """A migration, in a file or in the history or both."""

    version: str
    name: str
    path: Path | None
    """None where no file of it is in the folder."""
    state: State
    late: bool = False
    """True for what is left to do before a migration that is applied."""
    changed: bool = False
    """True for what is applied and now says something else in its file."""
    done: int = 0
    """Of an unfinished one, the statements that are carried out."""


def standings(found: Migrations, rows: Mapping[str, Row], unfinished: Mapping[str, Unfinished]) -> tuple[Standing, ...]:
    """All migrations in their order. Raises PgnormError where two files have one version, or a file can't be read."""
    files = _by_version(found.files)
    missing = [row for version, row in rows.items() if version not in files]
    missing += [Row(version=version, name="") for version in unfinished.keys() - files.keys() - rows.keys()]
    named = [*((each.path.name, each.version) for each in files.values())]
    named += [((found.named or "").format(version=row.version, name=row.name), row.version) for row in missing]
    versions = [version for _, version in sorted(named, key=lambda each: (found.key(each[0]), each[0]))]
    applied = [at for at, version in enumerate(versions) if version in rows]
    last = applied[-1] if applied else -1
    return tuple(
        _standing(version, files.get(version), rows.get(version), unfinished.get(version), late=at < last)
        for at, version in enumerate(versions)
    )


def read(path: Path, version: str, name: str) -> Applicable:
    """A migration's file as it is applied. Raises PgnormError."""
    return applicable(version, name, read_file(path, label=shown(path)))


def left(found: Sequence[Standing]) -> tuple[Standing, ...]:
    """The ones that are left to do."""
    return tuple(each for each in found if each.state in (State.PENDING, State.UNFINISHED))


def _by_version(files: Iterable[Migration]) -> dict[str, Migration]:
    found: dict[str, Migration] = {}
    for each in files:
        if each.version in found:
            raise PgnormError(
                f"this file and {found[each.version].path.name} have the same version, {each.version}",
                place=shown(each.path),
                hint="Rename one of them: a history has one row for each version.",
            )
        found[each.version] = each
    return found


def _standing(
    version: str, file: Migration | None, row: Row | None, begun: Unfinished | None, *, late: bool
) -> Standing:
    path, name = (file.path, file.name) if file is not None else (None, row.name if row is not None else "")
    if row is None and begun is not None:
        done = count(begun.statements)
        return Standing(version=version, name=name, path=path, state=State.UNFINISHED, late=late, done=done)
    if file is None:
        return Standing(version=version, name=name, path=None, state=State.MISSING)
    if row is None:
        return Standing(version=version, name=name, path=path, state=State.PENDING, late=late)
    changed = row.statements is not None and _changed(read(file.path, version, file.name), row.statements)
    return Standing(version=version, name=file.name, path=file.path, state=State.APPLIED, changed=changed)


def _changed(file: Applicable, applied: Sequence[str]) -> bool:
    # `supabase migration fetch` ends a comment with a semicolon, which becomes a part of it.
    return file.texts != list(applied) and file.source.text != "".join(f"{each};\n" for each in applied)
