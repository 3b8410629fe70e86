"""Histories of all objects by the files of migrations: one run of these tells of all, and is known to later ones."""

import json
from collections.abc import Callable, Collection, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from pgnorm.catalog.model import ObjectId, Value

from ..compare.difference import differences
from ..files.reading import SourceFile
from ..load.context import Context, Texts
from ..load.knowledge import depends_on
from ..load.session import loaded
from ..looking import looked
from ..sql.statements import Statement
from ..tracing import done

if TYPE_CHECKING:
    from ..postgres.shadow import Session

_ASKED = "histories"


class Step(Value):
    """Something that a file did to an object, in words."""

    file: str
    """The file's label."""
    words: tuple[str, ...]
    makes: bool


History: TypeAlias = Mapping[ObjectId, tuple[Step, ...]]


def history(context: Context, texts: Texts) -> History:
    """The steps of each object, in their order. Raises PgnormError for files that do not load."""
    kept = context.kept
    names = (_ASKED, *depends_on(context, texts))
    if kept is not None and (text := kept.find(*names)) is not None:
        return {ObjectId(*name): tuple(map(_step, steps)) for name, steps in json.loads(text)}
    found = _read(context, texts)
    if kept is not None:
        kept.keep(lambda: _dumps(found), *names)
    return found


def _read(context: Context, texts: Texts) -> History:
    ran = looked(context, texts, lambda _: False).ran
    ends = {at for at, (one, other) in enumerate(pairwise(ran)) if one[0] is not other[0]} | {len(ran) - 1}
    found: list[_Steps] = []

    def look(session: "Session") -> Callable[[SourceFile, Statement], None]:
        found.append(_Steps(session, ends))
        return found[-1]

    with loaded(context, texts, watch=look, singly=True, quiet=True):
        return {name: tuple(steps) for name, steps in found[-1].steps.items()}


class _Steps:
    """Steps of all objects, as the statements of files run: the catalog is read at the end of each file."""

    def __init__(self, session: "Session", ends: Collection[int]) -> None:
        self._session = session
        self._ends = ends
        self._number = -1
        self._before = session.read()
        self.steps: dict[ObjectId, list[Step]] = {}

    def __call__(self, source: SourceFile, _statement: Statement) -> None:
        self._number += 1
        if self._number not in self._ends:
            return
        after = self._session.read()
        for each in differences(self._before, after):
            step = Step(file=source.label, words=tuple(done(each)), makes=each.old is None)
            self.steps.setdefault(each.item.id, []).append(step)
        self._before = after


def _step(row: tuple[str, list[str], bool]) -> Step:
    file, words, makes = row
    return Step(file=file, words=tuple(words), makes=makes)


def _dumps(found: History) -> str:
    rows = [(name, [(each.file, each.words, each.makes) for each in steps]) for name, steps in found.items()]
    return json.dumps(rows)
