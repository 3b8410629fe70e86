"""Tables that inherit, in every way that can be crossed: states of one small tree, and pairs of them that a plan must
lead across, both ways."""

import random
from collections.abc import Iterator
from itertools import combinations, product
from typing import Final

from attrs import evolve, frozen

NAMED_SINCE: Final = 18
"""The major from which on NOT NULL constraints have names, can be NO INHERIT and NOT VALID, and columns virtual."""
SERVER: Final = "create foreign data wrapper w; create server w foreign data wrapper w;"
"""What the databases of both sides have beside the cases."""

ALONE, PARTED = ("apart", "orphan"), ("partition", "below a partition")
INHERITING = ("child", "foreign", "grandchild", "two", "two turned", "second")
SHAPES: Final = (*ALONE, *INHERITING, *PARTED)
PLACES: Final = ("parent", "child", "both")
VALUES: Final = ("plain", "default", "child's default", "both defaults", "generated", "generated anew", "virtual")
GENERATED: Final = {
    "generated": "generated always as (a * 2) stored",
    "generated anew": "generated always as (a * 3) stored",
    "virtual": "generated always as (a * 2) virtual",
}


@frozen
class Rule:
    """A NOT NULL or a CHECK: on which tables, and how it is said there. Nowhere is `Rule()`."""

    place: str = ""
    how: str = ""

    def on(self, table: str) -> bool:
        """Whether the parent or the child has it of its own."""
        return self.place in (table, "both")


@frozen
class State:
    """One state of the tree: a parent p, maybe a second one q, maybe a table m between, and the child c."""

    shape: str
    own: bool = False
    """Whether the child names the columns that it inherits."""
    not_null: Rule = Rule()
    check: Rule = Rule()
    value: str = "plain"

    def possible(self, major: int) -> bool:
        """Whether Postgres takes it."""
        if major < NAMED_SINCE and (self.not_null.how not in ("", "plain") or self.value == "virtual"):
            return False
        if self.value == "virtual" and self.shape == "foreign":
            return False
        of_parted = [rule for rule in (self.not_null, self.check) if rule.on("parent")]
        return self.shape not in PARTED or all(rule.how != "no inherit" for rule in of_parted)

    def sql(self) -> str:
        """The statements that make it, as a dump orders them: what is NOT VALID or a constraint comes last."""
        return "".join(
            f"{statement};\n" for statement in (*self._tables(), *self._rules("child"), *self._rules("parent"))
        )

    def _tables(self) -> Iterator[str]:
        value = GENERATED.get(self.value, "default 1" if self.value in ("default", "both defaults") else "")
        columns = f"a int, b int {value}, k int"
        if self.shape != "orphan":
            foreign = self.shape == "foreign"
            parted = " partition by list (k)" if self.shape in PARTED else ""
            yield f"create {'foreign ' if foreign else ''}table p ({columns}){parted}{' server w' if foreign else ''}"
        if self.shape in ("two", "two turned", "second"):
            yield "create table q (a int, z int default 5)"
        yield from self._child(columns)
        if self.value in ("child's default", "both defaults"):
            yield "alter table c alter b set default 2"

    def _child(self, columns: str) -> Iterator[str]:
        parents = {"child": "p", "foreign": "p", "grandchild": "m", "two": "p, q", "two turned": "q, p", "second": "q"}
        if self.shape == "grandchild":
            yield "create table m (middle int) inherits (p)"
        if self.shape == "below a partition":
            yield "create table m partition of p for values in (1, 2) partition by list (k)"
        if self.shape in PARTED:
            yield f"create table c partition of {'p' if self.shape == 'partition' else 'm'} for values in (1)"
        elif self.shape in ALONE:
            yield f"create table c ({columns}, own int)"
        elif self.own:
            # What CREATE TABLE names and inherits can't be generated until 15.
            yield f"create table c ({columns}, {'z int, ' if 'q' in parents[self.shape] else ''}middle int, own int)"
            yield from (f"alter table c inherit {parent}" for parent in parents[self.shape].split(", "))
        else:
            said = columns.removeprefix("a int, ") + ", " if self.shape == "second" else ""
            yield f"create table c ({said}own int) inherits ({parents[self.shape]})"

    def _rules(self, place: str) -> Iterator[str]:
        table = "c" if place == "child" else "p"
        if self.shape == "orphan" and table == "p":
            return
        altered = f"alter {'foreign ' if self.shape == 'foreign' and table == 'p' else ''}table {table}"
        if self.not_null.on(place):
            how = {"plain": "", "named": ""}.get(self.not_null.how, self.not_null.how)
            named = (
                f"add constraint n_{table} not null a {how}" if self.not_null.how != "plain" else "alter a set not null"
            )
            yield f"{altered} {named}"
        if self.check.on(place):
            how = "" if self.check.how == "plain" else self.check.how
            yield f"{altered} add constraint k check (a > 0) {how}"

    def rows(self) -> Iterator[str]:
        """The statements that fill it."""
        yield "insert into c (a, k) values (1, 1), (2, 1)"
        if self.shape not in ("orphan", "foreign", *PARTED):
            yield "insert into p (a, k) values (3, 1)"


NOT_NULLS: Final = (Rule(), *(Rule(*each) for each in product(PLACES, ("plain", "named", "no inherit", "not valid"))))
CHECKS: Final = (Rule(), *(Rule(*each) for each in product(PLACES, ("plain", "no inherit", "not valid"))))


def pairs(major: int) -> list[tuple[State, State]]:
    """Every pair of states in which one thing differs, and some in which several do, each once."""
    found: dict[frozenset[State], tuple[State, State]] = {}
    for old, new in (*_one_thing(), *_several(2000)):
        if (
            old != new
            and old.possible(major)
            and new.possible(major)
            and not (_refused(old, new) or _refused(new, old))
        ):
            found.setdefault(frozenset((old, new)), (old, new))
    return list(found.values())


def _refused(old: State, new: State) -> bool:
    """Whether Postgres can't go from one to the other.

    It cuts no two tables apart that have a CHECK of one name each, NO INHERIT (an internal error). And a table that is
    new between the others has what is NOT VALID above it as valid, so that what has it as NOT VALID can't inherit it.
    """
    cut = old.shape in INHERITING and old.check == Rule("both", "no inherit")
    between = new.shape == "grandchild" and new.shape != old.shape
    unchecked = any(rule.how == "not valid" and rule.on("parent") for rule in (new.check, new.not_null))
    return cut or (between and unchecked)


def _one_thing() -> Iterator[tuple[State, State]]:
    for shape, own in product(SHAPES, (False, True)):
        state = State(shape, own)
        for first, second in combinations(NOT_NULLS, 2):
            yield evolve(state, not_null=first), evolve(state, not_null=second)
        for one, other in combinations(CHECKS, 2):
            yield evolve(state, check=one), evolve(state, check=other)
        for before, after in combinations(VALUES, 2):
            yield evolve(state, value=before), evolve(state, value=after)
    features = [
        *(State("", not_null=rule) for rule in NOT_NULLS),
        *(State("", check=rule) for rule in CHECKS),
        *(State("", value=value) for value in VALUES),
    ]
    for (first_shape, second_shape), own, state in product(combinations(SHAPES, 2), (False, True), features):
        yield evolve(state, shape=first_shape, own=own), evolve(state, shape=second_shape, own=own)


def _several(count: int) -> Iterator[tuple[State, State]]:
    chance = random.Random(6)

    def state() -> State:
        return State(
            chance.choice(SHAPES),
            chance.choice((False, True)),
            chance.choice(NOT_NULLS),
            chance.choice(CHECKS),
            chance.choice(VALUES),
        )

    yield from ((state(), state()) for _ in range(count))
