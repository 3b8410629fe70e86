"""Where an object is printed that may be a part of another."""

from collections.abc import Callable
from enum import Enum
from functools import cached_property
from typing import Generic, TypeVar, cast

_Item = TypeVar("_Item")


class Placement(Enum):
    """Where an object is printed: in a statement of its own, or with the one that it is a part of.

    In the examples that is the part with the name "p".
    """

    ALONE = "alone"
    """In a statement of its own, be it a part or not: `CREATE INDEX "p" ON "t" ("c")`."""
    INLINE = "inline"
    """Inside its parent's CREATE unless a dependency loop forbids it: `CREATE TABLE "t" (CONSTRAINT "p" CHECK (…))`."""
    EMBEDDED = "embedded"
    """Always with its parent's CREATE, mostly inside, in words of its own: `CREATE TABLE "t" ("p" integer)`."""
    JOINED = "joined"
    """With the statement that adds its parent to a table that is there, so that rows get values at once, and apart from
    it where the table is new: `ALTER TABLE "t" ADD COLUMN "c" integer GENERATED ALWAYS AS IDENTITY`."""
    DERIVED_INSIDE = "derived inside"
    """Always inside its parent's CREATE, which says it by itself: `CREATE VIEW "v" AS SELECT 1 AS "p"`."""
    DERIVED_APART = "derived apart"
    """Nowhere: what makes its parent makes it, and only what is said of it has a place of its own in a dump:
    `ALTER TABLE "t" ADD CONSTRAINT "p" PRIMARY KEY ("c")`, of which "p" is the index too."""

    @cached_property
    def inside(self) -> bool:
        """Printed with its parent's CREATE wherever that is: `CREATE TABLE "t" ("p" integer)`."""
        return self in (Placement.EMBEDDED, Placement.DERIVED_INSIDE)

    @cached_property
    def may_be_inside(self) -> bool:
        """Printed with its parent's CREATE, but for a part that a loop takes out of it:
        `CREATE TABLE "t" (CONSTRAINT "p" CHECK (…))`."""
        return self.inside or self is Placement.INLINE

    @cached_property
    def derived(self) -> bool:
        """Comes and goes with its parent's definition; only its satellites are ever written:
        `COMMENT ON COLUMN "v"."p" IS '…'`."""
        return self in (Placement.DERIVED_INSIDE, Placement.DERIVED_APART)

    @cached_property
    def inseparable(self) -> bool:
        """Never made apart from a parent that is made: `CREATE TYPE "t" AS ("p" integer)`."""
        return self.inside or self.derived


def by_state(decide: Callable[[_Item], Placement]) -> Placement:
    """The `placement` of a kind of which the state of each object decides; whether it is derived never depends on that.
    The kind itself says ALONE, as some may be.

    A property could not take the place of the class attribute that it is for all other kinds.
    """
    return cast("Placement", _ByState(decide))


class _ByState(Generic[_Item]):
    def __init__(self, decide: Callable[[_Item], Placement]) -> None:
        self._decide = decide

    def __get__(self, item: _Item | None, kind: type[_Item]) -> Placement:
        return Placement.ALONE if item is None else self._decide(item)
