"""Which change of a constraint needs which statements."""

from itertools import product

import pytest

from pgnorm.catalog.kinds.constraints import Check
from pgnorm.catalog.kinds.foreign_keys import ForeignKey
from pgnorm.catalog.model import Changed, OnRows, Placement, Statement, Target

TARGET = Target(major=18)
KEY = ForeignKey(
    schema="s",
    name="k",
    detail="t",
    relation_kind="table",
    definition='FOREIGN KEY ("a") REFERENCES "s"."u"("id")',
    deferrable=False,
    deferred=False,
    validated=True,
    enforced=True,
    passed_on=False,
    copied_from=None,
    comparison=None,
    attachments=(),
)
STATES = [
    (validated, enforced) for validated, enforced in product((True, False), repeat=2) if enforced or not validated
]


@pytest.mark.parametrize(("old", "new"), [pair for pair in product(STATES, repeat=2) if pair[0] != pair[1]])
def test_each_change_of_state_is_answered_for(old: tuple[bool, bool], new: tuple[bool, bool]) -> None:
    before, after = (KEY.evolve(validated=validated, enforced=enforced) for validated, enforced in (old, new))
    names = {name for name in ("validated", "enforced") if getattr(before, name) != getattr(after, name)}
    changed = Changed(names)
    statements = list(before.alter(after, changed, TARGET))
    assert not changed.left
    # Nothing makes a foreign key enforced, or forgets that it was checked, without looking at the rows.
    assert before.must_replace(after, frozenset(names)) == (new == (False, True))
    assert len(statements) == 1


def test_deferral_is_altered() -> None:
    late = KEY.evolve(deferrable=True, deferred=True)
    there = list(KEY.alter(late, Changed(["deferrable", "deferred"]), TARGET))
    back = list(late.alter(KEY, Changed(["deferrable", "deferred"]), TARGET))
    assert there == ['ALTER TABLE ONLY "s"."t" ALTER CONSTRAINT "k" DEFERRABLE INITIALLY DEFERRED;']
    assert back == ['ALTER TABLE ONLY "s"."t" ALTER CONSTRAINT "k" NOT DEFERRABLE;']


def test_only_a_valid_check_stands_inside_its_table() -> None:
    check = Check(
        schema="s",
        name="c",
        detail="t",
        relation_kind="table",
        definition="CHECK ((a > 0))",
        validated=True,
        checked=True,
        enforced=True,
        local=True,
        of_partition=False,
        ancestors=(),
    )
    loose = check.evolve(validated=False, checked=False)
    assert check.placement is Placement.INLINE
    assert loose.placement is Placement.ALONE
    validation = Statement(sql='ALTER TABLE "s"."t" VALIDATE CONSTRAINT "c";', on_rows=OnRows.MAY_FAIL)
    assert list(loose.alter(check, Changed(["validated"]), TARGET)) == [validation]
    assert check.must_replace(loose, frozenset({"validated"}))
