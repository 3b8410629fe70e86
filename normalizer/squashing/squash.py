"""Migrations squashed: replayed, written as one, and that one proved to make the same catalog and the same rows."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.counting import first_of
from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value, untold

from ..compare.difference import Difference, differences
from ..compare.settling import settled
from ..files.excerpts import excerpt
from ..files.reading import SourceFile, shown
from ..plan.roles import role_changes
from ..project.sources import Files
from ..sides import Sides
from .beside import CHANGING, about
from .composing import Composed, Rest, compose
from .effects import Step
from .filling import refreshing, standing
from .holding import WAY_OUT, Holding
from .replaying import Replay, misfits, owns, replayed, watched
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
    """Rows and columns not compared, since they differ each time that the migrations run."""
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
        self._ahead: list[Step] = []
        self._beside: list[Step] = []
        self._left_out: list[Step] = []
        self._sequences: dict[Name, tuple[int, bool]] = {}
        self._refreshed: dict[Name, None] = {}

    def run(self) -> Squashed:
        """The migration, proved; nothing is written.

        Raises PgnormError, placed, for a statement whose rows it can't carry, and where it would not make the same.
        """
        while True:
            steps = self._carried()
            composed = self._composed(steps)
            file = SourceFile(path=self.path, label=shown(self.path), text=composed.text)
            texts = self.texts.evolve(files=(file,))
            try:
                arrived = replayed(self.sides, texts)
            except PgnormError as error:
                self._put_otherwise(composed, error)
                self._hold_likewise(composed, texts)
                continue
            if self._same_schema(arrived) and self._same_rows(arrived.rows):
                filled = [table for table in self.goal.rows.tables.values() if table.rows]
                return Squashed(
                    text=composed.text,
                    carried=(*self._ahead, *steps),
                    held=self.holding.held,
                    volatile=self.volatile or Volatile(),
                    refreshed=tuple(self._refreshed),
                    tables=len(filled),
                    rows=sum(len(table.rows) for table in filled),
                )

    def _carried(self) -> list[Step]:
        """The statements that are carried over behind the schema."""
        carried = {step.number: step for step in (*self.holding.carried(), *self._beside)}
        for step in self._ahead:
            carried.pop(step.number, None)
        return [carried[number] for number in sorted(carried)]

    def _composed(self, steps: Sequence[Step]) -> Composed:
        before, after = self.holding.filled(steps)
        views = refreshing(self._refreshed)
        rest = Rest(before=before, after=after, sequences=standing(self._sequences), views=views)
        return compose(self.schema, self._ahead, steps, rest)

    def _put_otherwise(self, composed: Composed, error: PgnormError) -> None:
        """Leave out a statement that fails and changes the platform, or hold the rows that it wrote.

        Raises PgnormError where that can't be.
        """
        found = composed.carried(error.place or "")
        if found is None:
            self._change_platform_first(error)
            return
        step, at = found
        for some in (self._ahead, self._beside):
            if step in some:
                some.remove(step)
                self._left_out.append(step)
                return
        there = self.goal.rows.names.keys()
        some = [step] if step.tables else [each for each in self.goal.steps if each.source is step.source]
        reason = f"{error.message.partition(chr(10))[0]}\n{excerpt(step.source.text, at)}"
        self.holding.hold({oid for each in some for oid in each.tables & there}, reason, step, step.source.place(at))

    def _hold_likewise(self, composed: Composed, texts: "Texts") -> None:
        """Hold the rows of all statements at once that name what is no longer there, where that can be."""
        there = self.goal.rows.names.keys()
        for place in misfits(self.sides, texts):
            found = composed.carried(place)
            if found is not None and (oids := found[0].tables & there):
                with suppress(PgnormError):
                    self.holding.hold(set(oids), "")

    def _change_platform_first(self, error: PgnormError) -> None:
        """Carry over what changes the platform ahead of a schema that does not load.

        Raises PgnormError where that is done already.
        """
        given = self.sides.ownership.baseline
        theirs = (each for each in differences(given, self.goal.catalog) if not self.sides.ownership.owns(each.item))
        if not self._carry(theirs, self._ahead, ("CREATE", "ALTER", "DROP")):
            raise PgnormError(
                f"the schema as it is at the end of the migrations does not load by itself: {error.message}",
                place=error.place,
                hint="Squash up to an earlier migration (--to VERSION).",
            )

    def _carry(self, found: Iterable[Difference], where: list[Step], verbs: tuple[str, ...]) -> bool:
        """Carry over the statements that may have made differences; False where there are none left to try."""
        tried = {step.number for step in (*self._ahead, *self._beside, *self._left_out)}
        likely = about(found, self.goal.steps, self.holding.owns)
        more = [step for step in likely if step.number not in tried and step.statement.words[0] in verbs]
        where += more
        return bool(more)

    def _same_schema(self, arrived: Replay) -> bool:
        """True if the new migration makes the same catalog and roles; else statements that may have made what differs
        are to be carried over. Raises PgnormError where there are none."""
        goal = self.goal
        states = (arrived.catalog,), (goal.catalog,)
        found = settled(differences(arrived.catalog, goal.catalog), *states, self.sides.reload)
        if found and self._carry(found, self._beside, CHANGING):
            return False
        said = [_difference(each) for each in found]
        said += [f"{what} {name}" for what, name in {*arrived.catalog.unmodelled} ^ {*goal.catalog.unmodelled}]
        if arrived.roles is not None and goal.roles is not None:
            roles = role_changes(arrived.roles, goal.roles, drops=True)
            said += [f"role {each.role}" for each in roles.changes]
            said += [f"role {name}" for name in (*roles.platform, *roles.superusers, *roles.elsewhere)]
            said += [f"role {name}, made too late" for name in arrived.roles.assumed - goal.roles.assumed]
        if said:
            raise PgnormError(
                f"one migration would not make what these make: {first_of(said, _NAMED)}",
                hint="These belong to the platform, or pgnorm knows no statement that makes them. Squash up to a "
                "migration before the one that makes or changes them (--to VERSION).",
            )
        return True

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
