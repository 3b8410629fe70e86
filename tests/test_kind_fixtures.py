"""Every case of fixtures/kinds. Its two states as snapshots and as a dump in several files; then both ways: the plan
applied must leave nothing different, for us and for pg_dump; and the dump of where it leads is pg_dump's.

A case named `since_17` or `since_17_of_something` needs a server of that major. Beside its two states lie the plans on
the bundled server, `forwards.sql` and `backwards.sql`: with PGNORM_UPDATE_PLANS=1 in the environment they are written
anew (`-k "bundled and transforms"` runs one kind, there alone)."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import psycopg
import pytest
from attrs import define
from judge import carry_out_measured, lines, run_file
from loading_again import differing, loads
from majors import fits
from round_trip import Tried, is_the_same, says_all

from pgnorm.catalog.answers import Answers
from pgnorm.catalog.model import Catalog, Change, Object, own_fields
from pgnorm.catalog.model.facets import SuperuserOnly
from pgnorm.catalog.reader import read, reading
from pgnorm.normalizer.compare.describing import describe
from pgnorm.normalizer.compare.difference import differences
from pgnorm.normalizer.compare.paring import pared
from pgnorm.normalizer.compare.selection import EVERYTHING
from pgnorm.normalizer.dump.layouts import DEFAULT
from pgnorm.normalizer.dump.writer import render
from pgnorm.normalizer.plan.plan import Plan
from pgnorm.normalizer.plan.planner import diff
from pgnorm.normalizer.postgres.shadow import Session, Shadow
from pgnorm.normalizer.proof.pg_dump import dumped, entries
from pgnorm.normalizer.sql.statements import split
from pgnorm.normalizer.workspace import Workspace

KINDS = Path(__file__).parent.parent / "fixtures" / "kinds"
CASES = sorted(path.parent for path in KINDS.glob("*/*/old.sql"))


# pg_dump sorts the state of a trigger on a partition of a partition before the trigger itself, so that its dump does
# not load.
OTHER_ORDER = {"partition_triggers/attributes"}

# A CHECK or a column that a table has before it inherits its like stays its own, which pg_dump prints: nothing takes
# that back. (18: some NOT NULL constraints can be renamed only while their table inherits nothing.)
STAYS_ITS_OWN = {
    "not_nulls/since_18_cut",
    *(f"inheritance/{case}" for case in ("becomes_a_child", "checks", "dropped_apart", "kept")),
    *(f"inheritance/since_18_{case}" for case in ("not_null_names", "not_null_below", "one_of_two_parents")),
}


# A foreign key that a partition has already becomes one with its leader's: its triggers on what it refers to go.
MORE_LOCKED = {"foreign_keys/adopted", "foreign_keys/to_itself"}


# pg_dump's own text fails: a table has its NOT VALID NOT NULL (18) before the one that it inherits, and the text has
# them the other way round. Or a domain and what its default calls need each other, which takes an ALTER DOMAIN.
NO_DUMP_LOADS = {"not_nulls/since_18_cut", "domains/defaults_call"}


UPDATE = bool(os.environ.get("PGNORM_UPDATE_PLANS"))


def _as_written(plan: Plan, file: Path) -> None:
    text = f"\n{plan.boundary}\n".join(plan.scripts())
    if UPDATE:
        file.write_text(text)
    assert file.exists(), "PGNORM_UPDATE_PLANS=1 writes it"
    assert file.read_text() == text, "the plan has changed: read it, and PGNORM_UPDATE_PLANS=1 writes it"


def _read_without_privileges(connection: psycopg.Connection, whole: Catalog) -> None:
    """Any role reads the same but for what Postgres hides from it, and is told of that."""
    connection.execute("set session authorization pg_signal_backend")
    found = read(connection)
    connection.execute("reset session authorization")
    seen = {name: _without_hidden(item) for name, item in whole.objects.items() if not isinstance(item, SuperuserOnly)}
    mappings = [f"{item.name} on server {item.detail}" for name, item in seen.items() if item != whole.objects[name]]
    told = {(name.kind, name.name.replace('"', "")) for name in whole.objects.keys() - seen.keys()}
    told |= {("options of user mapping", mapping) for mapping in mappings}
    assert found.objects == seen
    assert set(found.unmodelled) == told.union(whole.unmodelled)
    assert set(found.edges) == {edge for edge in whole.edges if edge.dependent in seen and edge.referenced in seen}


def _without_hidden(item: Object) -> Object:
    """An object as a role sees it that may not see what Postgres hides of it, nor so its secret."""
    fields = {field.name for field in own_fields(type(item)) if field.change is Change.HIDDEN}
    secrets = {field.name for field in own_fields(type(item)) if field.change is Change.SECRET}
    return item.evolve(**dict.fromkeys(fields | secrets)) if fields else item


@define(eq=False)
class State:
    """What one file of a case makes, and a database that is so."""

    answers: Answers
    dump: str
    _open: Callable[[], Session]
    _as_made: Session | None

    @property
    def catalog(self) -> Catalog:
        return self.answers.whole

    def database(self) -> psycopg.Connection:
        """The database, to be left as it is."""
        if self._as_made is None:
            self._as_made = self._open()
        return self._as_made.connection

    def taken(self) -> psycopg.Connection:
        """The database, to be changed: whoever asks for one afterwards gets another."""
        connection, self._as_made = self.database(), None
        return connection


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def states(request: pytest.FixtureRequest, shadow: Shadow) -> Iterator[tuple[Path, State, State]]:
    """A case with its two states."""
    case = request.param
    if not fits(case.name, shadow.major):
        pytest.skip(f"{case.parent.name}/{case.name} on Postgres {shadow.major}")
    with ExitStack() as stack:
        old, new = (_state(shadow, partial(_made, shadow, stack, case / name)) for name in ("old.sql", "new.sql"))
        yield case, old, new


def _made(shadow: Shadow, stack: ExitStack, file: Path) -> Session:
    session = stack.enter_context(shadow.session(scratch=True))
    run_file(session.connection, file)
    session.connection.execute("reset all")
    return session


def _state(shadow: Shadow, made: Callable[[], Session]) -> State:
    session = made()
    with reading(session.connection) as found:
        answers = found.answers()
    return State(answers, dumped(session.connection, _pg_dump(shadow)), made, session)


def _pg_dump(shadow: Shadow) -> Path:
    assert shadow.binaries is not None
    return shadow.binaries.bindir / "pg_dump"


@pytest.fixture(scope="module")
def workspace(shadow: Shadow) -> Iterator[Workspace]:
    """Where sources are compared, on the server of the test."""
    bundled = shadow.binaries is not None and "embedded" in str(shadow.binaries.bindir)
    with pytest.MonkeyPatch.context() as patch, Workspace(None, tell=lambda _level, _message: None) as opened:
        if bundled:
            patch.setenv("PGNORM_PG_BINDIR", "bundled")
        yield opened


@pytest.fixture(scope="module")
def tried(shadow: Shadow) -> Tried:
    """The attributes of kinds that have been changed in a snapshot on the server of the test."""
    del shadow
    return set()


@pytest.mark.parametrize("name", ["old", "new"])
def test_a_snapshot_is_the_database(
    states: tuple[Path, State, State], workspace: Workspace, tried: Tried, name: str, tmp_path: Path
) -> None:
    _, old, new = states
    state = old if name == "old" else new
    snapshot = says_all(workspace, state.catalog, tmp_path / "x.json", tried)
    if name == "new":
        is_the_same(workspace, snapshot, state.database())


def test_split_files_make_the_same_catalog(shadow: Shadow, states: tuple[Path, State, State]) -> None:
    case, _, state = states
    if case.relative_to(KINDS).as_posix() in NO_DUMP_LOADS:
        assert not loads(shadow, state.dump)
    else:
        assert differing(shadow, state.catalog, DEFAULT) == []


@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
def test_plan_arrives(shadow: Shadow, states: tuple[Path, State, State], backwards: bool) -> None:
    case, *both = states
    start, goal = reversed(both) if backwards else both
    wanted = goal.catalog
    plan = diff(start.catalog, wanted)
    assert plan
    parts = pared(start.answers, goal.answers)
    assert parts is not None
    assert diff(*parts).scripts() == plan.scripts()
    made = [statement for step in plan.steps for statement in step.statements]
    assert [each.sql for each in made if len(split(each.sql)) != 1 or each.about is None] == []
    if shadow.binaries is not None and shadow.binaries.bundled:
        _as_written(plan, case / ("backwards.sql" if backwards else "forwards.sql"))
    connection = start.taken()
    otherwise = [*carry_out_measured(connection, plan)]
    which = case.relative_to(KINDS).as_posix()
    assert not otherwise or which in MORE_LOCKED
    found = read(connection)
    left = differences(found, wanted)
    assert [describe(each) for each in left] == []
    _read_without_privileges(connection, found)
    arrived, target = entries(dumped(connection, _pg_dump(shadow))), entries(goal.dump)
    if which not in STAYS_ITS_OWN:
        assert (arrived - target, target - arrived) == ({}, {})
    if which not in OTHER_ORDER:
        assert lines(render(wanted, EVERYTHING)) == lines(goal.dump)
