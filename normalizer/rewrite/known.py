"""Reports of earlier runs on definitions, for as long as nothing has changed that they came of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Self

from pgnorm.catalog.model import Value
from pgnorm.catalog.snapshots.parsing import UNHEARD_OF
from pgnorm.catalog.snapshots.scalars import Codec, Mismatch
from pgnorm.catalog.snapshots.values import codec

from ..files.edits import Rewrite
from ..load.adaptation import Level
from ..load.context import Context, Texts
from ..load.knowledge import depends_on
from .fixing import Report, fix
from .messages import Message

if TYPE_CHECKING:
    from ..files.reading import SourceFile
    from .inputs import Chosen


class Known(Value):
    """A report as a text holds it."""

    texts: tuple[str, ...]
    """New texts of the files that may be rewritten."""
    rewritten: int
    unchanged: int
    left: int
    messages: tuple[Message, ...]
    notes: tuple[tuple[Level, str], ...]
    """Messages that a person was told meanwhile."""

    @classmethod
    def of(cls, report: Report, notes: list[tuple[Level, str]]) -> Self:
        """A report to be kept, to which nothing failed."""
        return cls(
            texts=tuple(one.text for one in report.rewrites),
            rewritten=report.rewritten,
            unchanged=report.unchanged,
            left=report.left,
            messages=report.messages,
            notes=tuple(notes),
        )

    def dumps(self) -> str:
        """Its text."""
        return json.dumps(_codec().encode(self))

    def report(self, files: list[SourceFile]) -> Report:
        """The report again, on the files that may be rewritten."""
        return Report(
            rewrites=tuple(Rewrite(source=file, text=text) for file, text in zip(files, self.texts, strict=True)),
            rewritten=self.rewritten,
            unchanged=self.unchanged,
            left=self.left,
            messages=self.messages,
            failed=(),
        )


def fixed(context: Context, chosen: Chosen, *, written: bool = True) -> Report:
    """The report of `fix` where no bodies are stored elsewhere, from an earlier run that was asked the same of the same
    files. Raises as `fix` does."""
    kept = context.kept
    if kept is None or chosen.unread:
        return fix(context, chosen, written=written)
    names = tuple(_named(context, chosen, written=written))
    text = kept.find(*names)
    known = _loads(text) if text is not None else None
    if known is not None:
        for level, message in known.notes:
            context.tell(level, message)
        return known.report([file for file in chosen.files if file.label in chosen.rewritten])
    notes: list[tuple[Level, str]] = []

    def tell(level: Level, message: str) -> None:
        notes.append((level, message))
        context.tell(level, message)

    report = fix(context.evolve(tell=tell), chosen, written=written)
    if not report.failed:
        kept.keep(Known.of(report, notes).dumps, *names)
    return report


def _named(context: Context, chosen: Chosen, *, written: bool) -> Iterator[str]:
    yield f"fix {context.major} {written} {chosen.named} {len(chosen.files)} {len(chosen.rewritten)}"
    yield from depends_on(context, Texts(files=chosen.files, kind=chosen.kind))
    yield from sorted(chosen.rewritten)


def _loads(text: str) -> Known | None:
    try:
        known = _codec().decode(json.loads(text))
    except (Mismatch, *UNHEARD_OF):
        return None
    return known if isinstance(known, Known) else None


@cache
def _codec() -> Codec:
    return codec(Known)
