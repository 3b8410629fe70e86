"""The comments at the head of a migration: what it does, and its certificate."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.quoting import remark
from pgnorm.normalizer.hazards.effects import Hazard

from . import VERSION
from .output import Console, in_line
from .summary import summarize

if TYPE_CHECKING:
    from pgnorm.normalizer.comparison import Comparison
    from pgnorm.normalizer.platforms import Platform

_LINES_AT_MOST: Final = 40


class _Recording(Console):
    """A console that keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def say(self, message: str, *, fg: str | None = None) -> None:
        del fg
        self.lines.append(in_line(message))

    def warn(self, message: str, *, hint: str | None = None) -> None:
        del hint
        self.lines.append(in_line(message))


def headed(comparison: "Comparison", texts: Sequence[str], platform: "Platform") -> tuple[str, ...]:
    """The text of each migration below its comments: the summary, and in all of them one line for programs."""
    from pgnorm.normalizer.applying.certificates import digest

    lines = summary_lines(comparison, in_parts=len(texts) > 1)
    certificate = _certificate(comparison, platform)
    parts = _parts(comparison)
    heads = []
    for number, text in enumerate(texts, start=1):
        said = {**certificate, "digest": digest(text)}
        # Behind the plan there may be calls.
        takes = next(parts, [])
        own = (remark(f"Part {number} of {len(texts)}{':' if takes else ''}"), *takes)
        if len(texts) > 1:
            said["part"] = [number, len(texts)]
        heads.append([*(lines if number == 1 else ()), *(own if len(texts) > 1 else ()), _line(said)])
    return tuple("\n".join(head) + f"\n\n{text}" for head, text in zip(heads, texts, strict=True))


def _parts(comparison: "Comparison") -> Iterator[list[str]]:
    """Of each part what its statements take, as SQL comments."""
    assessed = iter(comparison.assessed)
    for steps in comparison.plan.parts:
        found = [next(assessed) for step in steps for _ in step.statements]
        access = ("changes access" * (Hazard.CHANGES_ACCESS in each.hazards) for each in found)
        said = (
            (each.step.label, "; ".join(filter(None, (*each.words, more))))
            for each, more in zip(found, access, strict=True)
        )
        yield _at_most(dict.fromkeys(in_line(f"  {label}: {words}") for label, words in said if words))


def summary_lines(comparison: "Comparison", *, in_parts: bool = False) -> list[str]:
    """The summary of a comparison as SQL comments, no more than a screen of them."""
    recording = _Recording()
    summarize(recording, comparison, in_parts=in_parts)
    return _at_most(recording.lines)


def _at_most(lines: Iterable[str]) -> list[str]:
    """The lines as SQL comments, as many as a person reads."""
    found = [*lines]
    left = len(found) - _LINES_AT_MOST
    return [*map(remark, found[:_LINES_AT_MOST]), *([remark(f"and {left} more lines")] if left > 0 else ())]


def certificate_line(comparison: "Comparison", platform: "Platform", text: str) -> str:
    """The line for programs of a migration that is all of the plan, and maybe more."""
    from pgnorm.normalizer.applying.certificates import digest

    return _line({**_certificate(comparison, platform), "digest": digest(text)})


def _line(said: dict[str, object]) -> str:
    from pgnorm.normalizer.applying.certificates import CERTIFICATE, written

    return f"{CERTIFICATE}{written(said)}"


def _certificate(comparison: "Comparison", platform: "Platform") -> dict[str, object]:
    from pgnorm.normalizer.applying.certificates import CERTIFICATE_VERSION
    from pgnorm.normalizer.compare.fingerprint import fingerprint

    before, after = comparison.views
    start = comparison.moved or before
    left = {name: start.objects[name] for name in comparison.passed_over if name in start.objects}
    partial = {"partial": True} if comparison.partial else {}
    return {
        "version": CERTIFICATE_VERSION,
        "pgnorm": VERSION,
        "server": after.server.split()[0],
        "baseline": platform.name,
        "from": fingerprint(before, platform),
        "to": fingerprint(after, platform, instead=left),
        "judge": comparison.judge,
        **partial,
    }
