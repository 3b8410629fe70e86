"""Comparisons in which a live database takes part, or whose plan needs a database of its own."""

from pathlib import Path

import psycopg
import pytest
from addresses import address
from judge import carry_out

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.kinds.indexes import Index
from pgnorm.normalizer.comparing import compare
from pgnorm.normalizer.comparison import Comparison, Options, ProofBy
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.project.sources import parse
from pgnorm.normalizer.workspace import Workspace


def _compared(
    old: str, new: str, proof: ProofBy = "catalog", schemas: tuple[str, ...] = (), *, trust_files: bool = False
) -> Comparison:
    with Workspace(None, tell=lambda _level, _message: None, trust_files=trust_files) as workspace:
        return compare(workspace, parse(old, None), parse(new, None), Options(proof=proof, schemas=schemas))


def _file(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text)
    return str(folder / name)


def test_a_new_materialized_view_of_a_live_database_holds_its_rows(
    database: psycopg.Connection, tmp_path: Path
) -> None:
    database.execute("create table t (a int); insert into t values (7); create materialized view m as select a from t")
    goal = _file(tmp_path, "b.sql", "create table t (a int); create materialized view m as select a, 1 as b from t;")
    found = _compared(address(database), goal)
    assert found.unproved is None
    carry_out(database, found.plan)
    assert database.execute("select * from m").fetchall() == [(7, 1)]


@pytest.mark.parametrize("proof", ["catalog", "pg_dump"])
def test_roles_that_a_load_makes_keep_no_second_load_waiting(tmp_path: Path, proof: ProofBy) -> None:
    grant = "grant usage on type e to pgnorm_unheard_of;"
    old = _file(tmp_path, "a.sql", f"create type e as enum ('a'); {grant}")
    new = _file(tmp_path, "b.sql", f"create type e as enum ('a', 'b'); {grant} create table t (x e default 'b');")
    found = _compared(old, new, proof)
    assert (len(found.plan.transactions), found.unproved) == (2, None)


def test_what_is_not_modelled_and_on_one_side_only_is_told(tmp_path: Path) -> None:
    invalid = "create index i on t (a); update pg_index set indisvalid = false where indexrelid = 'i'::regclass;"
    old = _file(tmp_path, "a.sql", "create table t (a int);")
    new = _file(tmp_path, "b.sql", f"create table t (a int); {invalid}")
    found = _compared(old, new, trust_files=True)
    assert (bool(found.plan), found.one_sided) == (False, (("invalid index", "public.i"),))


def test_security_labels_are_planned_and_not_tried(
    shadow: Shadow, database: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The two are compared as they are, so the files must be on a server of the database's own major.
    assert shadow.binaries is not None
    monkeypatch.setenv("PGNORM_PG_BINDIR", str(shadow.binaries.bindir))
    database.execute("create table t (a int, b int); create function f() returns int language sql as 'select 1'")
    # As a provider would leave it: there is none in a plain server, and nothing else gives a label.
    database.execute("set allow_system_table_mods = on")
    database.execute(
        "insert into pg_seclabel values ('t'::regclass, 'pg_class'::regclass, 0, 'p', 'a table''s'),"
        " ('t'::regclass, 'pg_class'::regclass, 2, 'p', 'a column''s'),"
        " ('f'::regproc, 'pg_proc'::regclass, 0, 'p', 'a function''s')"
    )
    bare = _file(
        tmp_path, "a.sql", "create table t (a int, b int); create function f() returns int language sql as 'select 1';"
    )
    given = _compared(bare, address(database))
    assert given.unproved == 'to: security label provider "p" is not loaded'
    assert sorted(filter(None, "".join(given.plan.scripts()).split("\n"))) == [
        """SECURITY LABEL FOR "p" ON COLUMN "public"."t"."b" IS 'a column''s';""",
        """SECURITY LABEL FOR "p" ON FUNCTION "public"."f"() IS 'a function''s';""",
        """SECURITY LABEL FOR "p" ON TABLE "public"."t" IS 'a table''s';""",
    ]
    taken = _compared(address(database), bare)
    assert "".join(taken.plan.scripts()).count(" IS NULL;\n") == 3


PARTITIONED = """
create table p (k int, s text) partition by {0};
create table q partition of p for values {1};
create materialized view m as select count(*) from p;
"""


def test_a_materialized_view_is_filled_when_the_partitions_are_back(
    database: psycopg.Connection, tmp_path: Path
) -> None:
    text = PARTITIONED.format("range (k)", "from (0) to (9)")
    database.execute(f"{text} insert into p values (1, ''), (2, '')".encode())
    goal = _file(tmp_path, "b.sql", text.replace("k int", "k bigint"))
    carry_out(database, _compared(address(database), goal).plan)
    assert database.execute("select * from m").fetchall() == [(2,)]


def test_rows_may_refuse_another_partition_key_of_the_same_bounds(tmp_path: Path) -> None:
    text = PARTITIONED.format("hash ({0})", "with (modulus 2, remainder 0)")
    old, new = (_file(tmp_path, f"{key}.sql", text.format(key)) for key in ("k", "s"))
    steps = [step for transaction in _compared(old, new).plan.transactions for step in transaction]
    assert [step.item.label for step in steps if step.refusable] == ["public.q of public.p"]


def test_a_plan_for_one_schema_that_needs_another_says_so(tmp_path: Path) -> None:
    old = _file(tmp_path, "a.sql", "create schema a; create schema b;")
    new = _file(
        tmp_path, "b.sql", "create schema a; create schema b; create table a.t (x int); create view b.v as table a.t;"
    )
    with pytest.raises(PgnormError) as error:
        _compared(old, new, schemas=("b",))
    assert error.value.hint is not None and "select that schema too" in error.value.hint


def test_a_difference_for_which_there_is_no_statement_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Index, "drop", lambda _index: "")
    old = _file(tmp_path, "a.sql", "create table t (a int); create index i on t (a);")
    new = _file(tmp_path, "b.sql", "create table t (a int);")
    with pytest.raises(PgnormError, match=r"- index public\.i"):
        _compared(old, new)
