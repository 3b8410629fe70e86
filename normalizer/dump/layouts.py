"""Files of a split dump, and what each holds: pgnorm's own choice, and what a project's settings change of it."""

import difflib
import re
from collections.abc import Mapping
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.kinds import KINDS
from pgnorm.catalog.model import Catalog, Object, Value

from ..project.config import Table

PRIVILEGES: Final = "privileges"
REST: Final = "everything else"
_SCHEMA: Final = "schema "
_NAMED_SCHEMA: Final = re.compile(re.escape(_SCHEMA) + r".+", re.DOTALL)
_FILE_NAME: Final = re.compile(r"[^./\\\x00-\x1f][^/\\\x00-\x1f]*\.sql")


class Layout(Value):
    """Files that objects belong to. They load in the order of their names."""

    words: Mapping[str, str]
    """The file of each kind by its word, of `schema NAME` (whatever the kind), of `privileges`, of `everything else`.

    A part of something else whose kind is not named is in its file.
    """

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files in the order of loading."""
        return tuple(sorted(set(self.words.values())))

    def file(self, catalog: Catalog, item: Object) -> str:
        """The file that an object of `catalog` belongs to."""
        name = self.words.get(_SCHEMA + item.namespace) or self.words.get(item.kind)
        if name is not None:
            return name
        owner = catalog.objects.get(item.parent) if item.parent is not None else None
        return self.file(catalog, owner) if owner is not None else self.words[REST]


def _layout(files: Mapping[str, tuple[str, ...]]) -> Layout:
    return Layout(words={word: name for name, words in files.items() for word in words})


DEFAULT: Final = _layout(
    {
        "01_tables.sql": (REST,),
        "02_functions.sql": ("function", "procedure", "aggregate"),
        "03_views.sql": ("view", "materialized view"),
        "04_triggers.sql": ("trigger", "rule"),
        "05_policies.sql": ("row security", "policy"),
        "06_grants.sql": (PRIVILEGES,),
        "07_storage.sql": ("schema storage",),
    }
)


def configured(settings: Table) -> Layout:
    """The default layout with what `settings` says otherwise: file names, each with the words of what it holds.

    Raises PgnormError for what is no file name, a word that names nothing, one in two files.
    """
    known = {kind.kind for kind in KINDS if not kind.placement.inseparable} | {PRIVILEGES, REST}
    chosen: dict[str, str] = {}
    for name in settings.values:
        if _FILE_NAME.fullmatch(name) is None:
            raise PgnormError(
                f"`{name}` in [{settings.name}] is no name of a file that ends in `.sql`", place=settings.place(name)
            )
        for word in settings.strings(name):
            if word not in known and _NAMED_SCHEMA.fullmatch(word) is None:
                raise _unknown(settings, name, word, sorted(known))
            if chosen.setdefault(word, name) != name:
                raise settings.error(name, f"names `{word}`, which `{chosen[word]}` names already")
    return Layout(words={**DEFAULT.words, **chosen})


def _unknown(settings: Table, name: str, word: str, known: list[str]) -> PgnormError:
    error = settings.error(name, f"names `{word}`")
    part = next((kind for kind in KINDS if kind.kind == word), None)
    if part is not None:
        return PgnormError(f"{error.message}, which is always in the file of what it belongs to", place=error.place)
    close = difflib.get_close_matches(word, known, n=1)
    return PgnormError(
        f"{error.message}, which is no kind of object",
        place=error.place,
        hint=f"Did you mean `{close[0]}`?" if close else f"There are {', '.join(known)}, and `schema NAME`.",
    )
