"""Databases compared as they were read: what comes of it is what comes of comparing wholes."""

from pathlib import Path

import psycopg
import pytest
from addresses import address
from judge import carry_out
from majors import fits

from pgnorm.normalizer.as_read import AsRead
from pgnorm.normalizer.comparing import compare
from pgnorm.normalizer.comparison import Comparison, Options, ProofBy
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.project.sources import parse
from pgnorm.normalizer.sides import Sides
from pgnorm.normalizer.whole import Whole
from pgnorm.normalizer.workspace import Workspace

KINDS = Path(__file__).parent.parent.parent / "fixtures" / "kinds"
# A table below has a CHECK that was valid for it before its parent got one that is not: no dump says so.
UNSAID_BY_DUMPS = KINDS / "inheritance" / "checks_of_which_one_is_valid"
# Where one object has much of another, or is known by what others say of it.
CASES = sorted(
    path.parent
    for kind in ("foreign_keys", "index_attachments", "inheritance", "partitions", "policies", "typings", "views")
    for path in (KINDS / kind).glob("*/old.sql")
    if path.parent != UNSAID_BY_DUMPS
)


@pytest.fixture
def on_this_major(shadow: Shadow, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shadow.binaries is not None
    monkeypatch.setenv("PGNORM_PG_BINDIR", str(shadow.binaries.bindir))


def _compared(
    way: type[AsRead] | type[Whole],
    old: str,
    new: str,
    *,
    proof: ProofBy | None = "catalog",
    said: list[str] | None = None,
) -> Comparison | None:
    told: list[str] = [] if said is None else said
    with Workspace(None, tell=lambda _level, message: told.append(message)) as workspace:
        sources = parse(old, None), parse(new, None)
        sides = Sides(workspace, *sources)
        assert sides.alike
        return way(workspace, Options(proof=proof), sides, *sources).compare()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
@pytest.mark.usefixtures("on_this_major")
def test_what_is_read_and_what_is_loaded_make_one_plan(case: Path, shadow: Shadow) -> None:
    if not fits(case.name, shadow.major):
        pytest.skip("needs a newer server")
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        for session, state in ((start, "old.sql"), (goal, "new.sql")):
            session.connection.execute((case / state).read_bytes())
        addresses = address(start.connection), address(goal.connection)
        for old, new in (addresses, addresses[::-1]):
            found, whole = _compared(AsRead, old, new), _compared(Whole, old, new)
            assert whole is not None
            if found is None:
                assert whole.plan.evaluated_on
                continue
            assert found.plan.scripts() == whole.plan.scripts()
            assert (found.unproved, found.mentions, found.staying) == (None, whole.mentions, whole.staying)
            assert found.unplanned == whole.unplanned


# What refuses a plan although nothing in it depends on that: (what stays, what is there before, what is to be there,
# what Postgres says).
BYSTANDERS = {
    "event trigger": (
        "create function refuse() returns event_trigger language plpgsql as 'begin raise ''no drops''; end';"
        " create event trigger refuse on sql_drop execute function refuse();",
        "create table t (a int)",
        "",
        "no drops",
    ),
    "publication": (
        "create publication p for all tables",
        "create table t (a int)",
        "create table t (a int not null default 1)",
        "replica identity",
    ),
    "row type": (
        "",
        "create domain d as int; create table t (a d); create table u (r t)",
        "create domain d as int check (value > 0); create table t (a d); create table u (r t)",
        "uses it",
    ),
    "overload": (
        "create table t (a int); create function f(int, int default 0) returns int language sql as 'select 1'",
        "",
        "create view v as select f(a) from t; create function f(int, text default '') returns int"
        " language sql as 'select 2'",
        "is not unique",
    ),
}


@pytest.mark.parametrize("case", BYSTANDERS.values(), ids=BYSTANDERS)
@pytest.mark.usefixtures("on_this_major")
def test_a_part_that_something_else_refuses_proves_nothing(case: tuple[str, str, str, str], shadow: Shadow) -> None:
    stays, before, after, because = case
    said: list[str] = []
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        for session, state in ((start, before), (goal, after)):
            session.connection.execute(f"{stays}; {state}".encode())
        assert _compared(AsRead, address(start.connection), address(goal.connection), said=said) is None
    assert because in said[-1]


@pytest.mark.usefixtures("on_this_major")
def test_what_no_dump_says_is_known_of_what_was_read(shadow: Shadow) -> None:
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        for session, state in ((start, "old.sql"), (goal, "new.sql")):
            session.connection.execute((UNSAID_BY_DUMPS / state).read_bytes())
        old, new = address(start.connection), address(goal.connection)
        found, whole = _compared(AsRead, old, new, proof=None), _compared(Whole, old, new, proof=None)
        assert found is not None
        assert whole is not None
        validated = {step.item.label for step in whole.plan.steps} - {step.item.label for step in found.plan.steps}
        assert validated == {"public.turned.positive"}
        carry_out(start.connection, found.plan)
        left = _compared(AsRead, old, new, proof=None)
        assert left is not None
        assert not left.plan


@pytest.mark.usefixtures("on_this_major")
def test_text_that_is_deparsed_otherwise_is_no_difference(database: psycopg.Connection, tmp_path: Path) -> None:
    view = "create view v as select a from t where a > 'b'"
    database.execute(f"create table t (a varchar check (a in ('x', 'y'))); {view}")
    # Postgres reads its own text with its casts elsewhere.
    asked = "select pg_get_constraintdef(oid) from pg_constraint where conname = 't_a_check'"
    text = database.execute(asked).fetchall()[0][0]
    goal = tmp_path / "b.sql"
    goal.write_text(f"create table t (a varchar, constraint t_a_check {text}); {view};")
    with Workspace(None, tell=lambda _level, _message: None) as workspace:
        found = compare(workspace, parse(address(database), None), parse(str(goal), None), Options())
    assert not found.plan
