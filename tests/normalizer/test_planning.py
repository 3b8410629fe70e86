"""The plan engine on three toy kinds, which no server knows: it asks what the contract says and names none."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import (
    Catalog,
    Changed,
    Edge,
    Object,
    ObjectId,
    OnRows,
    Placement,
    Printing,
    Statement,
    Target,
    Written,
    alter,
    equal,
    joined,
    printed,
    replace,
    statements,
)
from pgnorm.catalog.model.type_facets import HoldsType
from pgnorm.catalog.priority import Priority
from pgnorm.normalizer.plan.plan import Step, Verb
from pgnorm.normalizer.plan.planner import diff


class Mould(Object):
    """What slots are of: it can't be altered, and be renamed."""

    kind: ClassVar[str] = "mould"
    keyword: ClassVar[str] = "MOULD"
    catalog: ClassVar[str] = ""
    priority: ClassVar[int] = Priority.TYPE
    renamable: ClassVar[bool] = True
    stands_aside: ClassVar[bool] = True

    form: str = replace()

    def create(self, printing: Printing) -> str:
        return f"CREATE {self.signature()} AS {self.form};\n"


class Box(Object):
    """What has slots, and rules about other boxes inside its own text."""

    kind: ClassVar[str] = "box"
    keyword: ClassVar[str] = "BOX"
    catalog: ClassVar[str] = ""
    priority: ClassVar[int] = Priority.TABLE

    colour: str = alter()

    @property
    def disposable(self) -> bool:
        return False

    def create(self, printing: Printing) -> tuple[Written, ...]:
        inside = ", ".join(part.clause(printing.target) for part in printing.parts)
        made = f"CREATE {self.signature()} ({inside});"
        polish = Statement(sql=f"ALTER {self.signature()} POLISH;", apart=True)
        return (made, polish) if self.colour == "gold" else (made,)

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        if changed.take("colour"):
            yield f"ALTER {self.signature()} PAINT {new.colour};"


class Part(Object):
    """A part of a box, which `detail` names."""

    catalog: ClassVar[str] = ""

    @property
    def parent(self) -> ObjectId:
        return ObjectId(Box.kind, self.schema, self.detail)

    def clause(self, target: Target) -> str:
        return f"{self.keyword} {self.name}"

    def drop(self) -> str:
        return f"ALTER BOX {self.detail} DROP {self.keyword} {self.name};"


class Slot(HoldsType, Part):
    """A slot, which holds what is made by its mould."""

    kind: ClassVar[str] = "slot"
    keyword: ClassVar[str] = "SLOT"
    priority: ClassVar[int] = Priority.TABLE
    placement: ClassVar[Placement] = Placement.EMBEDDED

    mould: str = alter()

    @property
    def disposable(self) -> bool:
        return False

    @property
    def retyped_with_parent(self) -> bool:
        return False

    def retypes(self, new: Self, changed: frozenset[str]) -> bool:
        return True

    def create(self, printing: Printing) -> str:
        return f"ALTER BOX {self.detail} ADD {self.clause(printing.target)};"

    def rebind(self, new: Self, target: Target, fields: tuple[str | None, ...] = ()) -> Iterator[str]:
        yield f"ALTER BOX {self.detail} MOVE SLOT {self.name};"


class Rule(Part):
    """A rule, printed inside its box unless a loop forbids it. What is in a box can break one that is added."""

    kind: ClassVar[str] = "rule of a box"
    keyword: ClassVar[str] = "RULE"
    priority: ClassVar[int] = Priority.CONSTRAINT
    placement: ClassVar[Placement] = Placement.INLINE

    def create(self, printing: Printing) -> Statement:
        sql = f"ALTER BOX {self.detail} ADD {self.clause(printing.target)};"
        return Statement(sql=sql, on_rows=OnRows.MAY_FAIL)


class Attachment(Object):
    """What ties a box, its `detail`, to another."""

    kind: ClassVar[str] = "attachment"
    keyword: ClassVar[str] = "ATTACHMENT"
    catalog: ClassVar[str] = ""
    priority: ClassVar[int] = Priority.TABLE_ATTACH

    to: str = equal()

    @property
    def parent(self) -> ObjectId:
        return _box(self.detail)

    @property
    def ties(self) -> tuple[ObjectId, ObjectId]:
        return _box(self.detail), _box(self.to)

    def create(self, printing: Printing) -> Statement:
        sql = f"ATTACH {self.detail} TO {self.to};"
        return Statement(sql=sql, on_rows=OnRows.MAY_FAIL, rows_of=self.ties)

    def drop(self) -> str:
        return f"DETACH {self.detail} FROM {self.to};"


def _box(name: str) -> ObjectId:
    return ObjectId(Box.kind, "", name)


def _catalog(*objects: Object, edges: Sequence[tuple[Object, Object]] = ()) -> Catalog:
    parents = [Edge(item.id, item.parent) for item in objects if item.parent is not None]
    return Catalog(
        version=180000,
        server="18",
        role="postgres",
        objects={item.id: item for item in objects},
        edges=(*parents, *(Edge(user.id, used.id) for user, used in edges)),
    )


def _plan(old: Catalog, new: Catalog) -> list[str]:
    return [step.sql.strip().replace('"', "") for step in diff(old, new).steps]


ONE, TWO = (Box(schema="", name=name, colour="red") for name in ("one", "two"))
NOTHING = _catalog()


def test_a_loop_is_taken_apart_where_a_part_can_follow() -> None:
    rules = [Rule(schema="", name="fits", detail=box.name) for box in (ONE, TWO)]
    both = _catalog(ONE, TWO, *rules, edges=[(rules[0], TWO), (rules[1], ONE)])
    made = _plan(NOTHING, both)
    assert made == ["CREATE BOX one ();", "CREATE BOX two (RULE fits);", "ALTER BOX one ADD RULE fits;"]
    gone = _plan(both, NOTHING)
    assert gone == ["ALTER BOX one DROP RULE fits;", "DROP BOX two;", "DROP BOX one;"]


def test_a_loop_that_nothing_takes_apart_is_named() -> None:
    with pytest.raises(PgnormError, match=r"box one -> box two|box two -> box one"):
        _plan(NOTHING, _catalog(ONE, TWO, edges=[(ONE, TWO), (TWO, ONE)]))


def test_what_is_tied_is_tied_as_it_will_stand() -> None:
    tie = Attachment(schema="", name="", detail="one", to="two")
    tied = _catalog(ONE, TWO, tie, edges=[(tie, TWO)])
    assert _plan(NOTHING, tied) == ["CREATE BOX two ();", "CREATE BOX one ();", "ATTACH one TO two;"]
    assert _plan(tied, _catalog(ONE, TWO)) == ["DETACH one FROM two;"]
    # A tie of which one end goes leaves with it, the other stays.
    assert _plan(tied, _catalog(TWO)) == ["DROP BOX one;"]


@pytest.mark.parametrize("colour", ["red", "blue"])
def test_what_holds_something_is_moved_to_the_successor(colour: str) -> None:
    round_, square = (Mould(schema="", name="m", form=form) for form in ("round", "square"))
    slot = Slot(schema="", name="s", detail="one", mould="m")
    before = _catalog(round_, ONE, slot, edges=[(slot, round_)])
    painted = ONE.evolve(colour=colour)
    after = _catalog(square, painted, slot, edges=[(slot, square)])
    moved = [
        "ALTER MOULD m RENAME TO m__pgnorm_old;",
        "CREATE MOULD m AS square;",
        "ALTER BOX one MOVE SLOT s;",
        "DROP MOULD m__pgnorm_old;",
    ]
    painting = [f"ALTER BOX one PAINT {colour};"] if colour != ONE.colour else []
    found = _plan(before, after)
    assert [each for each in found if each not in painting] == moved
    assert sorted(found) == sorted([*moved, *painting])


def test_what_nothing_holds_is_made_anew() -> None:
    before, after = (_catalog(Mould(schema="", name="m", form=form)) for form in ("round", "square"))
    assert _plan(before, after) == ["DROP MOULD m;", "CREATE MOULD m AS square;"]


def test_each_statement_is_a_value() -> None:
    box = ONE.evolve(colour="gold", comment="shines")
    (step,) = diff(NOTHING, _catalog(box)).steps
    made = [each.sql.replace('"', "") for each in step.statements]
    assert made == ["CREATE BOX one ();", "ALTER BOX one POLISH;", "COMMENT ON BOX one IS 'shines';"]
    assert {each.about for each in step.statements} == {box.id}
    assert step.sql.replace('"', "") == "\n".join((made[0], "", *made[1:]))


def test_a_dump_joins_what_a_plan_keeps_apart() -> None:
    script = ("CREATE a;", Statement(sql="ALTER a;", apart=True, remark="-- Why"), "ALTER b;")
    assert printed(script) == "CREATE a;\n\n-- Why\nALTER a;\nALTER b;\n"
    assert joined(statements(script)) + "\n" == printed(script)
    assert statements("CREATE a;\n") == (Statement(sql="CREATE a;"),)
    assert statements("") == () and printed("") == joined(()) == ""


def test_rows_are_feared_only_where_some_may_be() -> None:
    rule = Rule(schema="", name="fits", detail="one")
    (added,) = diff(_catalog(ONE), _catalog(ONE, rule)).steps
    assert [each.on_rows for each in added.statements] == [OnRows.MAY_FAIL]
    assert added.refusable and not added.destructive
    # On a box that is as new as the rule nothing can be in its way.
    assert not any(step.refusable for step in diff(NOTHING, _catalog(ONE, rule)).steps)


def test_rows_of_others_are_feared_too() -> None:
    tie = Attachment(schema="", name="", detail="one", to="two")
    tied = _catalog(ONE, TWO, tie, edges=[(tie, TWO)])
    assert [step.refusable for step in diff(_catalog(TWO), tied).steps] == [False, True]
    assert not any(step.refusable for step in diff(NOTHING, tied).steps)


def test_what_is_said_beside_an_object_is_told_apart() -> None:
    painted = ONE.evolve(colour="blue", comment="shines")
    (step,) = diff(_catalog(ONE), _catalog(painted)).steps
    assert [each.satellite for each in step.statements] == [False, True]
    adding, said, other = Statement(sql="ADD;", commits=True), step.statements[1], step.statements[0]
    # What depends on a type that gets a value and a comment can't tell.
    assert Step.of(Verb.ALTER, ONE, (adding, said)).only_adds
    assert not Step.of(Verb.ALTER, ONE, (adding, other)).only_adds
    assert not Step.of(Verb.ALTER, ONE, (said,)).only_adds


def test_a_drop_says_what_it_loses() -> None:
    slot = Slot(schema="", name="s", detail="one", mould="m")
    (step,) = diff(_catalog(ONE, slot), _catalog(ONE)).steps
    assert step.destructive and [each.on_rows for each in step.statements] == [OnRows.LOSES]
