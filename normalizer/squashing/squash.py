"""Migrations squashed: replayed, written as one, and that one proved to make the same catalog and the same rows."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value, untold

from ..compare.difference import Difference, differences
from ..compare.settling import settled
from ..files.excerpts import excerpt
from ..files.reading import SourceFile, shown
from ..plan.roles import role_changes
from ..project.sources import Files
from ..sides import Sides
from .composing import Composed, Rest, compose
from .effects import Step
from .filling import refreshing, standing
from .holding import WAY_OUT, Holding
from .replaying import Replay, owns, replayed, watched
from .rows import Name, Rows, Volatile, volatile

if TYPE_CHECKING:
    from ..load.context import Texts
    from ..workspace import Workspace

NOTHING: Final = Files(word="nothing", paths=(), kind="migrations", title="nothing")
"""No migrations: what the platform provides."""
_NAMED: Final = 3


class Squashed(Value):
    """One migration in the place of several."""

    text: str = untold()
    carried: tuple[Step, ...]
    """The statements that stand in it as they were."""
    held: tuple[Name, ...]
    """Tables whose rows stand in it as they are at the end."""
    volatile: Volatile
    """What was not compared, since it differs each time that the migrations run."""
    refreshed: tuple[Name, ...]
    """Materialized views that it fills anew."""
    tables: int
    """The tables that hold rows."""
    rows: int


class Squashing:
    """One run: `schema` is proved to lead from nothing to the catalog that the migrations make."""

    def __init__(self, workspace: "Workspace", migrations: Files, schema: str, path: Path) -> None:
        self.sides = Sides.between(workspace, NOTHING, migrations)
        self.texts: Texts = workspace.texts(migrations)
        self.schema = schema
        self.path = path
        self.goal = watched(self.sides, migrations, self.texts)
        self.holding = Holding(rows=self.goal.rows, steps=self.goal.steps, owns=lambda each: owns(self.sides, each))
        self.volatile: Volatile | None = None
        self._sequences: dict[Name, tuple[int, bool]] = {}
        self._refreshed: dict[Name, None] = {}

    def run(self) -> Squashed:
        """The migration, proved; nothing is written.

        Raises PgnormError, placed, for a statement whose rows it can't carry, and where it would not make the same.
        """
        while True:
            steps = self.holding.carried()
            composed = self._composed(steps)
            file = SourceFile(path=self.path, label=shown(self.path), text=composed.text)
            try:
                arrived = replayed(self.sides, self.texts.evolve(files=(file,)))
            except PgnormError as error:
                self._hold_instead(composed, error)
                continue
            self._refuse_other_schema(arrived)
            if self._same_rows(arrived.rows):
                filled = [table for table in self.goal.rows.tables.values() if table.rows]
                return Squashed(
                    text=composed.text,
                    carried=tuple(steps),
                    held=self.holding.held,
                    volatile=self.volatile or Volatile(),
                    refreshed=tuple(self._refreshed),
                    tables=len(filled),
                    rows=sum(len(table.rows) for table in filled),
                )

    def _composed(self, steps: Sequence[Step]) -> Composed:
        before, after = self.holding.filled(steps)
        views = refreshing(self._refreshed)
        rest = Rest(before=before, after=after, sequences=standing(self._sequences), views=views)
        return compose(self.schema, steps, rest)

    def _hold_instead(self, composed: Composed, error: PgnormError) -> None:
        """Hold the rows that a statement wrote, which does not run on the schema as it is at the end.

        Raises PgnormError where that can't be.
        """
        line, _, column = (error.place or "").removeprefix(f"{shown(self.path)}:").partition(":")
        found = composed.carried(int(line), int(column)) if line.isdigit() and column.isdigit() else None
        if found is None:
            raise error
        step, at = found
        there = self.goal.rows.names.keys()
        some = [step] if step.tables else [each for each in self.goal.steps if each.source is step.source]
        reason = f"{error.message.partition(chr(10))[0]}\n{excerpt(step.source.text, at)}"
        self.holding.hold({oid for each in some for oid in each.tables & there}, reason, step, step.source.place(at))

    def _refuse_other_schema(self, arrived: Replay) -> None:
        """Raise PgnormError where the new migration would not make the same catalog and roles."""
        goal = self.goal
        states = (arrived.catalog,), (goal.catalog,)
        found = settled(differences(arrived.catalog, goal.catalog), *states, self.sides.reload)
        said = [_difference(each) for each in found]
        said += [f"{what} {name}" for what, name in {*arrived.catalog.unmodelled} ^ {*goal.catalog.unmodelled}]
        if arrived.roles is not None and goal.roles is not None:
            roles = role_changes(arrived.roles, goal.roles, drops=True)
            said += [f"role {each.role}" for each in roles.changes]
            said += [f"role {name}" for name in (*roles.platform, *roles.superusers, *roles.elsewhere)]
        if said:
            more = f" and {len(said) - _NAMED} more" * (len(said) > _NAMED)
            raise PgnormError(
                f"one migration would not make what these make: {', '.join(said[:_NAMED])}{more}",
                hint="These belong to the platform, or pgnorm knows no statement that makes them. Squash up to a "
                "migration before the one that makes or changes them (--to VERSION).",
            )

    def _same_rows(self, there: Rows) -> bool:
        """True if the rows are the same; else what is to be tried next is noted. Raises PgnormError."""
        goal = self.goal.rows
        other = self._other(there)
        if other and self.volatile is None:
            self.volatile = volatile(goal, replayed(self.sides, self.texts).rows)
            other = self._other(there)
        if tables := [name for name in other if not goal.tables[name].derived]:
            self.holding.hold({goal.tables[name].oid for name in tables}, f"the rows of {_said(tables)} differ")
            return False
        sequences = {name: at for name, at in goal.sequences.items() if there.sequences.get(name) != at}
        if not (other or sequences):
            return True
        beyond = [name for name in sequences if name in self._sequences or not owns(self.sides, name[0])]
        if beyond := [*beyond, *(name for name in other if name in self._refreshed)]:
            raise PgnormError(f"one migration would not leave {_said(beyond)} as these do", hint=WAY_OUT)
        self._sequences |= sequences
        self._refreshed |= dict.fromkeys(sorted(other, key=lambda name: goal.tables[name].oid))
        return False

    def _other(self, there: Rows) -> list[Name]:
        """The tables that don't hold what they should."""
        known = self.volatile or Volatile()
        return [
            name
            for name, table in self.goal.rows.tables.items()
            if not known.same(table.as_refreshed if name in self._refreshed else table, there.tables.get(name), name)
        ]


def _said(names: Sequence[Name]) -> str:
    return ", ".join(map(".".join, names))


def _difference(each: Difference) -> str:
    changed = f" ({', '.join(sorted(each.changed))})" if each.changed else ""
    return f"{each.item.kind} {each.item.label}{changed}"
