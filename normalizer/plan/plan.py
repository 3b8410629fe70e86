"""A plan: the ordered statements that turn one catalog into another, with hazards and transaction boundaries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Self

from pgnorm.catalog.model import Object, ObjectId, OnRows, Statement, Value, Written, about, joined
from pgnorm.catalog.quoting import literal

from ..compare.difference import Difference
from .alterations import on_rows
from .roles import NO_ROLE_CHANGES, RoleChanges, statements

BOUNDARY: Final = "-- Commit here: what follows may use an enum value that was added above.\n"
ONLINE_BOUNDARY: Final = "-- Commit here.\n"
UNCHECKED_BODIES: Final = "SET check_function_bodies = false;\n"


class Verb(StrEnum):
    """Kind of change that a step makes to its object."""

    CREATE = "create"
    ALTER = "alter"
    DROP = "drop"


class Step(Value):
    """The statements that do one thing to one object."""

    verb: Verb
    item: Object
    statements: tuple[Statement, ...]
    fires: tuple[str, ...] = ()
    """The triggers and rules that this sets off."""
    finishing: bool = False
    """True if all that it does is to put a state right, which only rows tell."""
    parts: "tuple[Step, ...]" = ()
    """The steps that it stands for, each about a part of a table that one statement alters."""
    evaluated_on: frozenset[ObjectId] = frozenset()
    """The tables on whose rows it evaluates code that may read what a plan can't see."""

    @classmethod
    def of(cls, verb: Verb, item: Object, written: Iterable[Written], *, finishing: bool = False) -> Self:
        """The step of these statements. They are about `item`, unless they say about what."""
        return cls(verb=verb, item=item, statements=tuple(about(item.id, written)), finishing=finishing)

    @property
    def label(self) -> str:
        """Name of the step for a person: `alter column public.contacts.stage`."""
        return f"{self.verb} {self.item.kind} {self.item.label}"

    @property
    def sql(self) -> str:
        """The text of its statements."""
        return joined(self.statements)

    @property
    def needs_commit(self) -> bool:
        """True if what it brings can be used only after a commit (an enum's new label)."""
        return any(each.commits for each in self.statements)

    @property
    def alone(self) -> bool:
        """True if it can't run in a transaction."""
        return any(each.alone for each in self.statements)

    @property
    def only_adds(self) -> bool:
        """True if it does no more than bring such, and what is said beside them."""
        return self.needs_commit and all(each.commits or each.satellite for each in self.statements)

    @property
    def destructive(self) -> bool:
        """True if rows or other data are lost that nothing in the plan brings back."""
        return OnRows.LOSES in on_rows(self.statements)

    @property
    def refusable(self) -> bool:
        """True if rows that are there can make it fail."""
        return OnRows.MAY_FAIL in on_rows(self.statements)

    @property
    def filling(self) -> bool:
        """True if rows without a value get the default."""
        return OnRows.FILLS in on_rows(self.statements)

    @property
    def id(self) -> ObjectId:
        """The object's name."""
        return self.item.id


class Plan(Value):
    """Steps in the order in which they run. Each of `transactions` must be committed before the next one starts."""

    transactions: tuple[tuple[Step, ...], ...]
    differences: tuple[Difference, ...]
    """The differences that the plan is for."""
    roles: RoleChanges = NO_ROLE_CHANGES
    """Changes of roles, made before all steps; their drops are the end."""
    kept: Mapping[ObjectId, ObjectId] = MappingProxyType({})
    """Objects dropped or made anew while what they store stays, each with the one that has it afterwards."""
    online: bool = False
    """True if long statements let others go on meanwhile, by steps that have to be committed one by one."""
    timeouts: tuple[tuple[str, str], ...] = ()
    """(setting, value) of how long statements wait, or run, for which others would have to wait too."""

    @property
    def in_pieces(self) -> bool:
        """True if no single transaction can run it."""
        return len(self.transactions) > 1 or any(step.needs_commit or step.alone for step in self.steps)

    @property
    def boundary(self) -> str:
        """The line between two of its scripts."""
        return ONLINE_BOUNDARY if self.online else BOUNDARY

    @property
    def wanted(self) -> bool:
        """True if it has something to bring about, whether statements do or not."""
        return bool(self.differences or self.roles)

    @property
    def unnoticed(self) -> frozenset[ObjectId]:
        """Objects altered so that nothing which depends on them can tell: a routine's code, an enum that gets a label,
        comments, privileges and the like."""
        both = (each for each in self.differences if each.old and each.new)
        quiet = {each.item.id for each in both if each.quiet}
        adding = {step.id for step in self.steps if step.only_adds}
        others = {step.id for step in self.steps if step.verb is not Verb.ALTER}
        return frozenset((quiet | adding) - others)

    @property
    def evaluated_on(self) -> frozenset[ObjectId]:
        """The tables on whose rows one of its steps evaluates code that may read what a plan can't see."""
        return frozenset().union(*(step.evaluated_on for step in self.steps))

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps in order, each about one object."""
        return tuple(part for steps in self.transactions for step in steps for part in step.parts or (step,))

    def scripts(self) -> tuple[str, ...]:
        """The SQL of each transaction."""
        return tuple(text for text, _ in self._texts())

    @property
    def parts(self) -> tuple[tuple[Step, ...], ...]:
        """The steps of each of its scripts."""
        return tuple(steps for _, steps in self._texts())

    @property
    def alone(self) -> tuple[bool, ...]:
        """True for each of its scripts that can't run in a transaction."""
        return tuple(map(_alone, self.parts))

    def _texts(self) -> list[tuple[str, tuple[Step, ...]]]:
        """The scripts, each with its steps; roles are in the first and last."""
        found = [("".join(self._script(steps)), steps) for steps in self.transactions]
        ahead, behind = ("".join(statements(each)) for each in (self.roles.ahead, self.roles.behind))
        if ahead:
            text, steps = found.pop(0) if found and not _alone(found[0][1]) else ("", ())
            found.insert(0, ("\n".join(filter(None, (ahead, text))), steps))
        if behind:
            text, steps = found.pop() if found and not _alone(found[-1][1]) else ("", ())
            found.append(("\n".join(filter(None, (text, behind))), steps))
        return found

    def _script(self, steps: tuple[Step, ...]) -> Iterator[str]:
        found = [each for step in steps for each in step.statements]
        timeouts = self.timeouts if not all(each.alone or each.patient for each in found) else ()
        settings = [f"SET {name} = {literal(value)};\n" for name, value in timeouts]
        if any(each.opaque for each in found):
            settings.insert(0, UNCHECKED_BODIES)
        if settings:
            yield "".join(settings)
            yield "\n"
        yield "\n".join(step.sql + "\n" for step in steps)
        if timeouts:
            yield "\n"
            yield "".join(f"RESET {name};\n" for name, _ in timeouts)

    def __bool__(self) -> bool:
        return bool(self.steps or self.roles)


def _alone(steps: Sequence[Step]) -> bool:
    return any(step.alone for step in steps)


EMPTY: Final = Plan(transactions=(), differences=())
