"""A domain with two NOT NULL constraints, which Postgres 17 takes and 18 refuses."""

import pytest
from judge import carry_out

from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.difference import differences
from pgnorm.normalizer.plan.planner import diff
from pgnorm.normalizer.postgres.shadow import Shadow

TAKES_TWO = 17


def test_a_second_not_null_is_named_as_not_modelled(shadow: Shadow) -> None:
    if shadow.major != TAKES_TWO:
        pytest.skip(f"only Postgres {TAKES_TWO} takes it")
    with shadow.session(scratch=True) as empty, shadow.session(scratch=True) as goal:
        goal.connection.execute("create domain twice as int constraint z_first not null constraint a_second not null")
        wanted = read(goal.connection)
        assert wanted.unmodelled == (("second not-null constraint", "a_second on public.twice"),)
        carry_out(empty.connection, diff(read(empty.connection), wanted))
        assert not differences(read(empty.connection), wanted)
