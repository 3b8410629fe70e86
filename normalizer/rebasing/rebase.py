"""Migrations of this branch put behind those of another: loaded in that order, and certified anew where they begin
elsewhere by now."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value, untold

from ..applying.certificates import Certificate, renewed
from ..compare.describing import describe
from ..compare.fingerprint import fingerprint
from ..comparing import compare
from ..comparison import Options
from ..left_alone import ignoring
from ..project.forms import version_of
from ..project.project import Project
from ..project.renumbering import renumbered
from ..project.sources import Files, declared
from ..workspace import Workspace
from .certifying import Own, own, spans
from .parted import Parted

_SHOWN: Final = 20
_REPLAN: Final = "Correct it; or have a new plan take the place of your migrations (--replan)."


class Unfit(PgnormError):
    """That migrations can't be put behind others as they are."""


class Move(Value):
    """A migration with its new path, maybe that which it has, and its new text."""

    own: Own
    path: Path
    text: str = untold()

    @property
    def version(self) -> str:
        """Its version from then on."""
        return version_of(self.path.name)

    @property
    def certified(self) -> bool:
        """True if its certificate is a new one."""
        return self.text != self.own.file.source.text

    @property
    def changes(self) -> bool:
        """True if there is anything to write."""
        return self.certified or self.path != self.own.migration.path


class Rebase:
    """One run. `version` is that of pgnorm."""

    def __init__(self, workspace: Workspace, project: Project, parted: Parted, version: str) -> None:
        self.workspace = workspace
        self.project = project
        self.parted = parted
        self.mine = tuple(map(own, parted.mine))
        found = [each for each in parted.found.files if each not in parted.mine]
        self.theirs = tuple(each for each in found if each.version)
        self._again = tuple(each for each in found if not each.version)
        """Migrations that run again and again, behind all others."""
        self._version = version
        self._states: dict[int, tuple[str, str]] = {}

    @property
    def out_of_order(self) -> bool:
        """True if one of them does not run behind the others, or shares its version."""
        order = [each for each in self.parted.found.files if each.version]
        mine = [each.migration for each in self.mine]
        taken = Counter(each.version for each in order)
        return order[len(self.theirs) :] != mine or any(taken[each.version] > 1 for each in mine)

    def moves(self, now: datetime) -> tuple[Move, ...]:
        """The migrations as they are to be. Raises PgnormError where they don't load behind the others, or lead
        elsewhere than to the schema files."""
        mine = [each.migration for each in self.mine]
        paths = renumbered(self.parted.found, mine, now) if self.out_of_order else [each.path for each in mine]
        self._refuse_unless_loaded()
        self._refuse_unless_there()
        return tuple(
            Move(own=each, path=path, text=text)
            for each, path, text in zip(self.mine, paths, self._certified(), strict=True)
        )

    def files(self, count: int | None = None) -> Files:
        """The migrations of the others and so many of one's own behind them, by default all."""
        mine = [each.migration for each in self.mine[:count]]
        paths = tuple(each.path for each in (*self.theirs, *mine, *self._again))
        title = f"the migrations, yours behind those of {self.parted.revision}"
        return Files(word="migrations", paths=paths, kind="migrations", title=title)

    def _refuse_unless_loaded(self) -> None:
        self.workspace.contents(self.files(0))
        try:
            self.workspace.contents(self.files())
        except PgnormError as error:
            raise Unfit(
                f"behind the migrations of {self.parted.revision} this does not load: {error.message}",
                place=error.place,
                hint=_REPLAN,
            ) from error

    def _refuse_unless_there(self) -> None:
        if not self.project.declares:
            return
        options = Options(proof=None, ignoring=ignoring(self.project.ignore))
        found = compare(self.workspace, self.files(), declared(self.project), options).plan.differences
        if found:
            lines = [f"  {describe(each)}" for each in found[:_SHOWN]]
            more = [f"  and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
            raise Unfit(
                f"behind the migrations of {self.parted.revision} yours don't lead to the schema files. These have "
                "more (+), less (-) or something else (~):\n" + "\n".join([*lines, *more]),
                hint="Correct the files, or write what they have beyond the migrations (`pgnorm diff -f NAME`); or "
                "have a new plan take the place of your migrations (--replan).",
            )

    def _certified(self) -> Iterator[str]:
        """The text of each migration, certified anew where it begins elsewhere than it was proved to."""
        before = _whole(own(self.theirs[-1]).certificate) if self.theirs else None
        spanned = {at: (start, end) for start, end in spans(self.mine) for at in range(start, end)}
        for at, each in enumerate(self.mine):
            said = each.certificate
            if said is not None and each.generated and not said.partial:
                said = self._renewed(before, said, *spanned[at])
            yield each.file.source.text if said in (None, each.certificate) else renewed(each.file, said)
            if at not in spanned or at + 1 == spanned[at][1]:
                before = _whole(said)

    def _renewed(self, before: Certificate | None, said: Certificate, start: int, end: int) -> Certificate:
        """A certificate as it would be written by now; the same where it begins where the one before it ends, and where
        nobody can tell."""
        joined = before is not None and _terms(before) == _terms(said)
        if joined and before is not None and before.goal == said.start:
            return said
        (first, server), (last, _) = self._state(start), self._state(end)
        terms = {"pgnorm": self._version, "server": server, "baseline": self.workspace.platform.name}
        now = said.evolve(start=first, goal=last, **terms)
        unknown = _terms(now) != _terms(said) and not joined and not self.out_of_order
        return said if unknown or not (first and last) else now

    def _state(self, count: int) -> tuple[str, str]:
        """The fingerprint of what so many of one's own migrations lead to, empty where only a part is compared, and the
        server that says so."""
        if count not in self._states:
            goal = declared(self.project) if self.project.declares else self.files()
            found = compare(self.workspace, self.files(count), goal, Options(proof=None))
            view = found.views[0]
            said = "" if found.partial else fingerprint(view, self.workspace.platform)
            self._states[count] = said, view.server.split()[0]
        return self._states[count]


def _whole(said: Certificate | None) -> Certificate | None:
    """A certificate that says where all of a plan ends, for all of the project."""
    return said if said is not None and said.last and not said.partial else None


def _terms(said: Certificate) -> tuple[str, str, str]:
    """Everything that the fingerprints of a certificate hang on."""
    return said.pgnorm, said.server, said.baseline
