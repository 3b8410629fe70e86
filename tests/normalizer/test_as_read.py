"""Databases compared as they were read: what comes of it is what comes of comparing wholes."""

from pathlib import Path

import psycopg
import pytest
from addresses import address
from judge import carry_out
from majors import fits

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.as_read import AsRead
from pgnorm.normalizer.comparing import compare
from pgnorm.normalizer.comparison import Comparison, Options
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
_USUAL = Options()


@pytest.fixture
def on_this_major(shadow: Shadow, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shadow.binaries is not None
    monkeypatch.setenv("PGNORM_PG_BINDIR", str(shadow.binaries.bindir))


def _compared(
    way: type[AsRead] | type[Whole],
    old: str,
    new: str,
    *,
    options: Options = _USUAL,
    said: list[str] | None = None,
) -> Comparison | None:
    told: list[str] = [] if said is None else said
    with Workspace(None, tell=lambda _level, message: told.append(message)) as workspace:
        return _compared_in(workspace, way, old, new, options)


def _compared_in(
    workspace: Workspace, way: type[AsRead] | type[Whole], old: str, new: str, options: Options = _USUAL
) -> Comparison | None:
    sources = parse(old, None), parse(new, None)
    sides = Sides.between(workspace, *sources)
    assert sides.alike
    return way(workspace, options, sides, *sources).compare()


def _make_one_plan(found: Comparison | None, whole: Comparison | None) -> None:
    """What comes of sources as they were read is what comes of comparing wholes, unless they can't be compared so."""
    assert whole is not None
    if found is None:
        assert whole.plan.evaluated_on or whole.plan.kept or any(step.fires for step in whole.plan.steps)
        return
    assert found.plan.scripts() == whole.plan.scripts()
    assert (found.unproved, found.mentions, found.staying) == (None, whole.mentions, whole.staying)
    assert found.unplanned == whole.unplanned


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_what_is_read_and_what_is_loaded_make_one_plan(case: Path, shadow: Shadow, workspace: Workspace) -> None:
    if not fits(case.name, shadow.major):
        pytest.skip("needs a newer server")
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        for session, state in ((start, "old.sql"), (goal, "new.sql")):
            session.connection.execute((case / state).read_bytes())
        both = parse(address(start.connection), None), parse(address(goal.connection), None)
        sides = Sides.between(workspace, *both)
        assert sides.alike
        for sources in (both, both[::-1]):
            found, whole = (way(workspace, Options(), sides, *sources).compare() for way in (AsRead, Whole))
            _make_one_plan(found, whole)


@pytest.mark.parametrize("case", CASES[::5], ids=lambda case: f"{case.parent.name}/{case.name}")
def test_what_is_known_of_files_and_what_is_loaded_make_one_plan(
    case: Path, shadow: Shadow, workspace: Workspace
) -> None:
    if not fits(case.name, shadow.major):
        pytest.skip("needs a newer server")
    old, new = (str(case / state) for state in ("old.sql", "new.sql"))
    sides = Sides.between(workspace, parse(old, None), parse(new, None))
    sides.as_it_is(parse(old, None))
    found, whole = (_compared_in(workspace, way, old, new) for way in (AsRead, Whole))
    _make_one_plan(found, whole)


_MOOD = "create type mood as enum ({}); create table t (m mood)"
_NEGATED = (
    "create operator === (leftarg = e, rightarg = e, function = {});"
    " create operator !== (leftarg = e, rightarg = e, function = f, negator = operator(===))"
)
# What refuses a plan although nothing in it depends on that: (what stays, what is there before, what is to be there,
# what Postgres says).
BYSTANDERS = {
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
def test_an_event_trigger_of_a_schema_that_nobody_asked_for_refuses_a_part(shadow: Shadow) -> None:
    said: list[str] = []
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        goal.connection.execute("create view v as select")
        for session in (start, goal):
            session.connection.execute(
                "create schema other; create function other.no() returns event_trigger language plpgsql as"
                " $$begin raise 'not now'; end$$; create event trigger no on ddl_command_start"
                " when tag in ('CREATE VIEW') execute function other.no()"
            )
        both = address(start.connection), address(goal.connection)
        assert _compared(AsRead, *both, options=Options(schemas=("public",)), said=said) is None
    assert "not now" in said[-1]


_LOOKS = "if to_regclass('public.legacy') is not null then raise 'no'; end if;"
# What a plan meets where no dependency leads, so that no part can tell: (what stays, what is there, what is to be).
FAR = {
    "name set aside": ("create table mood__pgnorm_old ()", _MOOD.format("'a', 'b'"), _MOOD.format("'a'")),
    "event trigger that looks around": (
        "create table legacy (); create table t ();"
        f" create function look() returns event_trigger language plpgsql as $$begin {_LOOKS} end$$;"
        " create event trigger looks on ddl_command_end execute function look()",
        "",
        "alter event trigger looks disable; alter table t add a int; alter event trigger looks enable",
    ),
    "trigger of a statement": (
        "create table legacy (); create table t (a int);"
        f" create function look() returns trigger language plpgsql as $$begin {_LOOKS} end$$;"
        " create trigger looks after update on t for each statement execute function look()",
        "",
        "alter table t alter a set default 5, alter a set not null",
    ),
    "default of a table without columns": (
        "create table legacy (); create table t ();"
        f" create function f() returns int language plpgsql as $$begin {_LOOKS} return 1; end$$",
        "",
        "drop table legacy; alter table t add a int default f(); create table legacy ()",
    ),
    "negator of an operator": (
        "create type e as (i int); create function f(e, e) returns bool language sql as 'select true';"
        " create function g(e, e) returns bool language sql as 'select true'",
        _NEGATED.format("f"),
        _NEGATED.format("g"),
    ),
}


@pytest.mark.parametrize("case", FAR.values(), ids=FAR)
@pytest.mark.usefixtures("on_this_major")
def test_a_plan_that_reaches_beyond_is_for_the_whole(case: tuple[str, str, str], shadow: Shadow) -> None:
    stays, before, after = case
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        for session, state in ((start, before), (goal, after)):
            session.connection.execute(f"{stays}; {state}".encode())
        assert _compared(AsRead, address(start.connection), address(goal.connection)) is None


@pytest.mark.usefixtures("on_this_major")
def test_a_cast_that_nothing_depends_on_is_there_where_a_plan_is_tried(shadow: Shadow) -> None:
    made = (
        "create type my as (a int); create table t (x my);"
        " create function f(my) returns int language sql as 'select 1'; create cast (my as int) with function f(my)"
    )
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        start.connection.execute(made.encode())
        goal.connection.execute(f"{made}; create view v as select x::int from t".encode())
        found = _compared(AsRead, address(start.connection), address(goal.connection))
    assert found is not None
    assert found.unproved is None


@pytest.mark.usefixtures("on_this_major")
def test_a_class_that_nothing_depends_on_decides_what_is_a_difference(shadow: Shadow) -> None:
    operators = "".join(
        f"create operator {name} (leftarg = my, rightarg = my, function = f);" for name in ("<", "<=", "=", ">=", ">")
    )
    made = (
        "create type my as (a int); create function f(my, my) returns bool language sql immutable as 'select true';"
        " create function c(my, my) returns int language sql immutable as 'select 0'; create table t (x my);"
    )
    members = "operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 c(my, my)"
    of_class = f"create operator class o default for type my using btree as {members};"
    view = "create view v as select distinct x from t;"
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        start.connection.execute(f"{made}{operators}{view}".encode())
        goal.connection.execute(f"{made}{operators}{of_class}{view}".encode())
        found = _compared(AsRead, address(start.connection), address(goal.connection), options=Options(proof=None))
    assert found is not None
    assert "public.v" in {step.item.label for step in found.plan.steps}


@pytest.mark.usefixtures("on_this_major")
def test_what_no_dump_says_is_known_of_what_was_read(shadow: Shadow) -> None:
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        for session, state in ((start, "old.sql"), (goal, "new.sql")):
            session.connection.execute((UNSAID_BY_DUMPS / state).read_bytes())
        old, new = address(start.connection), address(goal.connection)
        found, whole = (
            _compared(AsRead, old, new, options=Options(proof=None)),
            _compared(Whole, old, new, options=Options(proof=None)),
        )
        assert found is not None
        assert whole is not None
        validated = {step.item.label for step in whole.plan.steps} - {step.item.label for step in found.plan.steps}
        assert validated == {"public.turned.positive"}
        carry_out(start.connection, found.plan)
        left = _compared(AsRead, old, new, options=Options(proof=None))
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


OF_ANY = (
    "create table public.n (a int); insert into public.n values (1);"
    " create function public.f(anyelement) returns int language sql immutable as 'select 2'"
)
OF_INTEGERS = "create function public.f(int) returns int language sql immutable as 'select 1'"
CALLERS = {
    "view": "create view public.c as select public.f(a) from public.n",
    "check": "alter table public.n add constraint c check (public.f(a) > 0)",
    "check of a new table": "create table public.c (a int, check (public.f(a) > 0))",
    "body of SQL": "create function public.c() returns int language sql begin atomic select public.f(1); end",
}


@pytest.mark.parametrize("case", CALLERS)
@pytest.mark.usefixtures("on_this_major")
def test_a_name_that_means_another_function_by_now_is_no_proof(case: str, shadow: Shadow, tmp_path: Path) -> None:
    """The text is the same on both ends, and so is what a reload makes of it."""
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        start.connection.execute(f"{OF_ANY}; {OF_INTEGERS}".encode())
        goal.connection.execute(f"{OF_ANY}; {CALLERS[case]}; {OF_INTEGERS}".encode())
        old, new = address(start.connection), address(goal.connection)
        assert _compared(AsRead, old, new) is None
        files = tmp_path / "old.sql", tmp_path / "new.sql"
        files[0].write_text(f"{OF_ANY}; {OF_INTEGERS};")
        files[1].write_text(f"{OF_ANY}; {CALLERS[case]}; {OF_INTEGERS};")
        for sources in ((old, new), (old, str(files[1])), (str(files[0]), str(files[1]))):
            with pytest.raises(
                PgnormError, match=r"calls function public\.f\(anyelement\) .* means public\.f\(integer\)"
            ):
                _compared(Whole, *sources)


@pytest.mark.usefixtures("on_this_major")
def test_a_name_that_means_the_same_function_still_is_proved(shadow: Shadow) -> None:
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        start.connection.execute(f"{OF_ANY}; {OF_INTEGERS}".encode())
        goal.connection.execute(f"{OF_ANY}; {OF_INTEGERS}; {CALLERS['view']}".encode())
        found = _compared(AsRead, address(start.connection), address(goal.connection))
    assert found is not None
    assert found.unproved is None
