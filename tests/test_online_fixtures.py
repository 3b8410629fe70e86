"""The cases of fixtures/kinds both ways with --online: a plan in other steps comes to the same end, for us and for
pg_dump. By default the cases of kinds that have online steps, with PGNORM_ONLINE_ALL=1 in the environment all."""

import os
from pathlib import Path

import pytest
from judge import carry_out
from majors import fits
from test_kind_fixtures import CASES, KINDS, STAYS_ITS_OWN

from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.difference import differences
from pgnorm.normalizer.online.rewriting import online
from pgnorm.normalizer.plan.planner import diff
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.proof.pg_dump import dumped, entries

ALL = bool(os.environ.get("PGNORM_ONLINE_ALL"))
USUAL = {"indexes", "keys", "constraints", "foreign_keys", "not_nulls", "index_attachments"}


@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
@pytest.mark.parametrize(
    "case",
    [case for case in CASES if ALL or case.parent.name in USUAL],
    ids=lambda case: f"{case.parent.name}-{case.name}",
)
def test_plan_arrives(shadow: Shadow, case: Path, backwards: bool) -> None:
    if not fits(case.name, shadow.major):
        pytest.skip(f"{case.parent.name}/{case.name} on Postgres {shadow.major}")
    names = ["new.sql", "old.sql"] if backwards else ["old.sql", "new.sql"]
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        for session, name in zip((start, goal), names, strict=True):
            session.connection.execute((case / name).read_bytes())
            session.connection.execute("reset all")
        old, wanted = read(start.connection), read(goal.connection)
        usual = diff(old, wanted)
        plan = online(usual, old, wanted, (("lock_timeout", "4s"),))
        if plan.transactions == usual.transactions:
            return  # test_kind_fixtures has it
        carry_out(start.connection, plan)
        assert not differences(read(start.connection), wanted)
        assert shadow.binaries is not None
        program = shadow.binaries.bindir / "pg_dump"
        arrived, target = (entries(dumped(session.connection, program)) for session in (start, goal))
        if case.relative_to(KINDS).as_posix() not in STAYS_ITS_OWN:
            assert (arrived - target, target - arrived) == ({}, {})
