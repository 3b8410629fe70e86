"""Rows of migrations: by which statements they are carried over, and which are held as they are at the end."""

from collections.abc import Callable, Iterable, Sequence

from attrs import define, field

from pgnorm.catalog.errors import PgnormError

from .effects import Step
from .filling import by_references, filling
from .rows import Name, Rows

WAY_OUT = (
    "Squash up to a migration before that (--to VERSION), or write the statement so that it runs on the schema as it "
    "is at the end."
)


@define(eq=False, kw_only=True)
class Holding:
    """The rows that migrations make, and the steps that wrote them."""

    rows: Rows
    steps: Sequence[Step]
    owns: Callable[[str], bool]
    """Tells if a schema is the project's: rows of another's are written by statements only."""
    _held: set[int] = field(factory=set, init=False)

    @property
    def held(self) -> tuple[Name, ...]:
        """The tables whose rows are written as they are at the end, those that others refer to first."""
        return tuple(by_references(self._held, self.rows))

    def carried(self) -> list[Step]:
        """The statements that are carried over: those that wrote what is still there and is not held."""
        there = self.rows.names.keys() - self._held
        found: list[Step] = []
        for step in reversed(self.steps):
            # What is temporary serves what follows in its file.
            serves = step.temporary and not step.tables and found and found[-1].source is step.source
            if step.unseen or step.sets or step.tables & there or serves:
                found.append(step)
        return found[::-1]

    def filled(self, carried: Sequence[Step]) -> tuple[str, str]:
        """The statements that fill what is held, before and after those that are carried over."""
        written = {oid for step in carried for oid in step.tables & self.rows.names.keys()} - self._held
        after = [name for name in self.held if self._referred([self.rows.tables[name].oid]) & written]
        return self._filled(name for name in self.held if name not in after), self._filled(after)

    def hold(self, oids: set[int], reason: str, step: Step | None = None, place: str | None = None) -> None:
        """Hold the rows of tables, and of all that statements write together with them.

        Raises PgnormError, at the place, where these are not the project's, and where nothing is left to hold.
        """
        names = self.rows.names
        held = self._closed(self._held | oids)
        others = [".".join(names[oid]) for oid in sorted(held) if not self.owns(names[oid][0])]
        unseen = next((each for each in self.steps if each.unseen and each.tables & held), None)
        if others or unseen or held == self._held:
            to_blame = step or unseen or next((each for each in self.steps if each.tables & (oids or held)), None)
            raise PgnormError(
                "on the schema as it is at the end of the migrations this statement does not do what it did"
                + (f" (and only statements may write rows of {', '.join(others)})" if others else "")
                + f": {reason}",
                place=place or (to_blame.place if to_blame else None),
                hint=WAY_OUT,
            )
        self._held = held

    def _closed(self, held: set[int]) -> set[int]:
        """Tables, and those that statements wrote together with them or that they refer to."""
        there = self.rows.names
        written = {oid for each in self.steps for oid in each.tables if oid in there}
        while True:
            more = held.union(*(each.tables & there.keys() for each in self.steps if each.tables & held))
            more |= {oid for oid in self._referred(more) & written if self.owns(there[oid][0])}
            if more == held:
                return held
            held = more

    def _filled(self, names: Iterable[Name]) -> str:
        return "\n\n".join(filter(None, (filling(name, self.rows.tables[name]) for name in names)))

    def _referred(self, oids: Iterable[int]) -> set[int]:
        """The tables that foreign keys of others lead to, be it by way of more tables."""
        names, found, left = self.rows.names, set[int](), [*oids]
        while left:
            for oid in self.rows.tables[names[left.pop()]].references - found:
                found.add(oid)
                left += [oid] if oid in names else []
        return found
