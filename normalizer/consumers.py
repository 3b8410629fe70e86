"""Lines of a project's other code that name what a plan drops or renames: callers that no database knows."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pgnorm.catalog.model import Catalog, Object, ObjectId
from pgnorm.catalog.model.facets import Bodied, Routine
from pgnorm.catalog.model.row_facets import Filled, HoldsRows

from .comparison import Comparison, Consumer
from .files.reading import real_path, shown
from .files.walking import files_below
from .load.context import Tell
from .project.bounds import is_outside, repository, within
from .project.patterns import matching
from .project.project import Project

_ENDINGS: Final = frozenset(
    {".cjs", ".cs", ".csv", ".cts", ".dart", ".ex", ".go", ".java", ".js", ".jsx", ".kt", ".mjs", ".mts", ".php"}
    | {".py", ".rb", ".rs", ".svelte", ".swift", ".ts", ".tsx", ".vue"}
)


def consumers(comparison: Comparison, project: Project, tell: Tell) -> tuple[Consumer, ...]:
    """The lines, by what they name, those first whose path names it or its table. The name of a column counts in files
    that name its table too.

    Which files are looked at the setting `consumers` says; without it, those of programs in the project's folder.
    `tell` is told of those that can't be read.
    """
    leaving = [*_leaving(comparison)]
    if not leaving:
        return ()
    asked = [
        (item, about, _word(item.name, r"\w"), _word(item.detail, "[A-Za-z0-9]") if item.parent else None)
        for item, about in leaving
    ]
    found: list[Consumer] = []
    for path in _files(project, tell):
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            tell("warning", f"{shown(path)}: not looked into: {error.strerror or error}")
            continue
        for item, about, name, owner in asked:
            if not name.search(text) or (owner is not None and not owner.search(f"{path.stem}\n{text}")):
                continue
            found += (
                Consumer(what=f"{item.kind} {item.label}", place=f"{shown(path)}:{number}", about=about)
                for number, line in enumerate(_lines(path, text), start=1)
                if name.search(line)
            )
    order = {f"{item.kind} {item.label}": (place, owner or name) for place, (item, _, name, owner) in enumerate(asked)}

    def near(each: Consumer) -> tuple[int, bool]:
        place, named = order[each.what]
        return place, named.search(each.place) is None

    return tuple(sorted(found, key=near))


def _leaving(comparison: Comparison) -> Iterator[tuple[Object, ObjectId]]:
    """The objects dropped, or given another name, that programs may name, each with what hints about it speak of; parts
    of what leaves go without saying."""
    old = comparison.views[0]
    gone = {each.item: each.item.id for each in comparison.plan.differences if each.new is None}
    gone |= {each.old: each.new.id for each in comparison.renamed.renamings if not each.value}
    names = {item.id for item in gone}
    yield from ((item, about) for item, about in gone.items() if item.parent not in names and _is_called(item, old))


def _is_called(item: Object, catalog: Catalog) -> bool:
    whole = catalog.objects.get(item.parent) if item.parent is not None else None
    if whole is None:
        return isinstance(item, HoldsRows | Filled | Bodied | Routine)
    return item.placement.inseparable and isinstance(whole, HoldsRows | Filled | Bodied)


def _word(name: str, around: str) -> re.Pattern[str]:
    """The pattern of a name, or of one in capitals as SQL may have it, with none of these characters on either side:
    `contacts_export.csv` is about contacts, and so is `from\\ncontacts`, where a string has a line end."""
    words = "|".join(re.escape(word) for word in dict.fromkeys((name, name.upper() if name.islower() else name)))
    return re.compile(rf"(?:(?<!{around})|(?<=\\[nrt]))(?:{words})(?!{around})")


def _lines(path: Path, text: str) -> list[str]:
    """The lines that can name something: of rows of values only the first."""
    lines = text.splitlines()
    return lines[:1] if path.suffix.lower() == ".csv" else lines


def _files(project: Project, tell: Tell) -> Iterator[Path]:
    if not project.consumers:
        bound = repository(real_path(project.root))
        for path in files_below(project.root, _ENDINGS):
            if path.is_symlink() and is_outside(bound, path):
                tell("warning", f"{shown(path)}: not looked into: it leads out of {shown(bound)}")
            else:
                yield path
        return
    seen: set[Path] = set()
    for pattern in project.consumers:
        found = [path for path in matching(project.root, pattern, _programs) if path.is_file()]
        if not found:
            tell("warning", f"{project.settings.place('consumers')}: no file matches `{pattern}`")
        within(project.root, found, place=project.settings.place("consumers"), setting="`consumers`")
        yield from (path for path in found if path not in seen)
        seen.update(found)


def _programs(folder: Path) -> Iterator[Path]:
    return files_below(folder, _ENDINGS)
