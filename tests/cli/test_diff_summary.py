"""What `pgnorm diff` sums up: each change, what loses data, and what existing rows may refuse."""

import json
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

import pytest

Run = Callable[[str], tuple[int, str, str]]


@pytest.mark.parametrize(
    ("types", "lost"),
    [
        ("create table k (o pair);", True),
        ("create domain d as pair; create table k (o d);", True),
        ("create type outer_pair as (o pair[]); create table k (o outer_pair[]);", True),
        ("create type outer_pair as (o pair); create view v as select null::outer_pair as o;", False),
    ],
    ids=["column", "domain", "nested", "not stored"],
)
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("x int, y int", "x int", "alter composite type public.pair: all values of y"),
        ("x int8", "x int2", "composite type public.pair: what it holds is copied with losses"),
    ],
)
def test_what_a_type_loses_in_the_columns_that_hold_it_is_told(
    run: Run, same: Path, types: str, lost: bool, old: str, new: str, said: str
) -> None:
    (same / "migrations" / "20240102000000_pair.sql").write_text(f"create type pair as ({old});\n{types}\n")
    (same / "schemas" / "02.sql").write_text(f"create type pair as ({new});\n{types}\n")
    _, out, err = run("diff")
    assert "pair" in out
    assert (f"Please check that these are intended:\n  {said}\n" in err) is lost
    changes = json.loads(run("diff --json")[1])["changes"]
    assert [change["name"] for change in changes if change["destructive"]] == ["pair"] * lost


def test_a_view_that_has_a_stand_in_is_listed_once(run: Run, same: Path) -> None:
    text = (
        "create table t (a int%s);\n"
        "create view v as select a, null::int as b from t;\n"
        "create function f() returns int language sql begin atomic select b from v; end;\n"
        "create or replace view v as select a, f() as b from t;\n"
    )
    (same / "migrations" / "20240102000000_loop.sql").write_text(text % "")
    (same / "schemas" / "02.sql").write_text((text % "").replace("(a int", "(a int8"))
    _, _, err = run("diff")
    assert err.count("  view public.v\n") == 1


PARTED = (
    "create table p (id int not null, a int, note text) partition by list (a); create index on p (id);\n"
    "create table p1 partition of p for values in (1); create table p2 partition of p for values in (2);\n"
)
SUMMARIES = {
    "partitions become one table": (
        PARTED,
        "create table p (id int not null, a int); create index on p (id);",
        [
            "0 to add, 2 to change, 3 to drop:",
            "  ~ table public.p: access method, partition key",
            "  ~ index public.p_id_idx: definition",
            "  - table public.p1, whose rows go into public.p",
            "  - table public.p2, whose rows go into public.p",
            "Made anew, and what the old one holds is copied:",
            "  table public.p",
            "Dropped and recreated (cannot be altered in place):",
            "  index public.p_id_idx",
            "Please check that these are intended:",
            "  - column public.p.note",
            "  table public.p: what it holds is copied with losses",
            "Existing rows can make these fail:",
            "  alter table public.p: a row that does not fit the new table",
        ],
    ),
    "a partition stays as a table": (
        PARTED,
        "create table p (id int not null, a int, note text); create index on p (id);\n"
        "create table p1 (id int not null, a int, note text); create index on p1 (id);",
        [
            "0 to add, 2 to change, 3 to drop:",
            "  ~ table public.p: access method, partition key",
            "  ~ index public.p_id_idx: definition",
            "  - table public.p2, whose rows go into public.p",
            "Made anew, and what the old one holds is copied:",
            "  table public.p",
            "Dropped and recreated (cannot be altered in place):",
            "  index public.p_id_idx",
            "Please check that these are intended:",
            "  - partition public.p1 of public.p, whose rows stay in public.p1",
            "  - index attachment public.p1_id_idx",
            "Existing rows can make these fail:",
            "  alter table public.p: a row that does not fit the new table",
        ],
    ),
    "other bounds": (
        "create table p (a int) partition by list (a); create table p1 partition of p for values in (1);",
        "create table p (a int) partition by list (a); create table p1 partition of p for values in (1, 2);",
        [
            "0 to add, 1 to change, 0 to drop:",
            "  ~ partition public.p1 of public.p: bounds",
            "Detached and attached again (rows stay where they are):",
            "  partition public.p1 of public.p",
            "Existing rows can make these fail:",
            "  create partition public.p1 of public.p: a row that belongs to another partition",
        ],
    ),
    "drops": (
        "create table t (a int, b int); create view v as select 1; create function f() returns int return 1;",
        "create table t (a int, c int);",
        [
            "1 to add, 0 to change, 3 to drop:",
            "  + column public.t.c",
            "Please check that these are intended:",
            "  - function public.f()",
            "  - column public.t.b",
            "  - view public.v",
            "Dropped and made anew, though they may only have another name:",
            "  column public.t.b to c (the same definition, the same place): --rename public.t.b=c, "
            "or `-- pgnorm: renamed from b`",
        ],
    ),
}


@pytest.mark.parametrize(("old", "new", "said"), SUMMARIES.values(), ids=SUMMARIES.keys())
def test_what_leaves_is_said_once_and_whose_rows_stay(
    run: Run, folder: Path, old: str, new: str, said: list[str]
) -> None:
    (folder / "old.sql").write_text(old)
    (folder / "new.sql").write_text(new)
    code, _, err = run("diff --from old.sql --to new.sql")
    told, _, _ = err.partition("These take as long as a table is big:\n")
    assert (code, told.splitlines()[3:]) == (0, said)
    drops = [line for line in said if line.startswith("  - ") and ", whose rows go into" not in line]
    assert [line for line in run("-q diff --from old.sql --to new.sql")[2].splitlines() if " - " in line] == drops


def test_nothing_is_missing_from_the_summary(run: Run, folder: Path) -> None:
    (folder / "old.sql").write_text("create foreign data wrapper w; create server old foreign data wrapper w;\n")
    (folder / "new.sql").write_text(
        "create foreign data wrapper w; create server old foreign data wrapper w; create user mapping for public\n"
        "server old; create server s foreign data wrapper w; create user mapping for public server s;\n"
        "create table t (id serial primary key, b text default 'x', c int unique); create index i on t (b);\n"
        "alter table t enable row level security; create policy p on t; create policy q on t;\n"
        "create publication pub for table t;\n"
    )
    err = run("diff --from old.sql --to new.sql")[2]
    said = err[err.index("4 to add, 0 to change, 0 to drop:\n") :]
    assert said.splitlines()[1:] == [
        "  + foreign server s, with 1 user mapping",
        "  + user mapping old.public",
        "  + table public.t, with 1 default, 1 sequence, 2 constraints, 1 index, row security, 2 policies",
        "  + publication pub, with 1 publication table",
    ]
    err = run("diff --from new.sql --to old.sql")[2]
    assert "  - foreign server s, with 1 user mapping\n" in err


def _hazards(err: str) -> list[str]:
    """The steps that the summary says rows may refuse."""
    _, _, rest = err.partition("Existing rows can make these fail:\n")
    found = [line.strip().split(": ") for line in takewhile(lambda line: line.startswith("  "), rest.splitlines())]
    assert all(reason for _, reason in found)
    return [label for label, _ in found]


@pytest.mark.parametrize(
    ("old", "new", "hazards"),
    [
        ("", "b int not null", ["create column public.t.b"]),
        ("", "b int not null default 1", []),
        ("", "b int generated always as identity", []),
        ("b int", "b int not null", ["alter column public.t.b"]),
        ("b int not null", "b int", []),
        ("b int", "b bigint", []),
        ("b bigint", "b int", ["alter column public.t.b"]),
        ("b int", "b int check (b > 0)", ["create check constraint public.t.t_b_check"]),
        ("", "b int check (b > 0)", []),
        ("", "b int default 0 check (b > 0)", ["create check constraint public.t.t_b_check"]),
        ("b int", "b int unique", ["create constraint public.t.t_b_key"]),
        ("b int", "b int references o", ["create foreign key public.t.t_b_fkey"]),
        ("", "b int references o", []),
        ("b int references o", "b int references o on delete cascade", []),
        ("b int", "b int references o on delete cascade", ["create foreign key public.t.t_b_fkey"]),
        ("b int check (b is not null)", "b int not null", []),
        ("b int check (b is not null)", "b bigint not null", ["alter column public.t.b"]),
        ("b int check (b is not null or true)", "b int not null", ["alter column public.t.b"]),
        ("b int unique", "b int unique deferrable", []),
    ],
)
def test_what_rows_may_refuse_is_told(run: Run, folder: Path, old: str, new: str, hazards: list[str]) -> None:
    for name, column in (("old", old), ("new", new)):
        columns = ", ".join(filter(None, ["a int", column]))
        (folder / f"{name}.sql").write_text(f"create table o (id int primary key);\ncreate table t ({columns});\n")
    code, out, err = run("diff --from old.sql --to new.sql --no-proof --json")
    assert code == 0
    assert _hazards(err) == hazards
    document = json.loads(out)
    assert document["version"] == 2
    assert len([change for change in document["changes"] if change["may_fail_on_rows"]]) == len(hazards)


def test_rows_may_refer_to_a_partition_that_leaves(run: Run, folder: Path) -> None:
    whole = "create table p (a int primary key) partition by list (a); create table q (a int references p);\n"
    whole += "create table p1 partition of p for values in (1);\n"
    (folder / "old.sql").write_text(whole + "create table p2 partition of p for values in (2);\n")
    (folder / "new.sql").write_text(whole)
    assert _hazards(run("diff --from old.sql --to new.sql")[2]) == ["create foreign key public.q.q_a_fkey"]
    assert _hazards(run("diff --from new.sql --to old.sql")[2]) == []


def test_what_rows_may_refuse_of_what_is_no_part_of_a_column(run: Run, folder: Path) -> None:
    (folder / "old.sql").write_text(
        "create domain d as int; create table t (a int, b d, c int); create type e as enum ('x', 'y');\n"
        "alter table t add check (a > 0) not valid; create table u (v e); create index i on t (c);\n"
    )
    (folder / "new.sql").write_text(
        "create domain d as int not null constraint p check (value > 0); create table t (a int, b d, c int);\n"
        "create type e as enum ('x'); alter table t add check (a > 0); create table u (v e);\n"
        "create unique index i on t (c); create unique index j on u (v); create index k on t (a);\n"
        "create table fresh (id int primary key, v int not null unique check (v > 0));\n"
    )
    assert sorted(_hazards(run("diff --from old.sql --to new.sql")[2])) == [
        "alter check constraint public.t.t_a_check",
        "alter column public.u.v",
        "alter domain public.d",
        "create domain constraint public.d.p",
        "create index public.i",
        "create index public.j",
    ]


def test_what_rows_may_refuse_of_partitions(run: Run, folder: Path) -> None:
    wholes = "create table p (a int) partition by list (a); create table q (a int) partition by list (a);\n"
    (folder / "old.sql").write_text(
        f"{wholes} create table p1 partition of p for values in (1, 2); create table p2 (a int);\n"
        "create table q0 partition of q default;\n"
        "create table h (a int) partition by hash (a);"
        "create table h1 partition of h for values with (modulus 2, remainder 1);\n"
    )
    (folder / "new.sql").write_text(
        f"{wholes} create table p1 partition of p for values in (1);\n"
        "create table p2 partition of p for values in (3);\n"
        "create table p3 partition of p for values in (4); create table p0 partition of p default;\n"
        "create table q0 partition of q default; create table q1 partition of q for values in (1);\n"
        "create table h (a bigint) partition by hash (a);"
        "create table h1 partition of h for values with (modulus 2, remainder 1);\n"
    )
    assert sorted(_hazards(run("diff --from old.sql --to new.sql")[2])) == [
        "create partition public.h1 of public.h",
        "create partition public.p1 of public.p",
        "create partition public.p2 of public.p",
        "create partition public.q1 of public.q",
    ]


def test_what_no_statement_changes_of_an_inheritance_is_told(run: Run, folder: Path) -> None:
    tables = "create table p (a int, constraint k check (a > 0)); create table q (b int);\n"
    (folder / "old.sql").write_text(
        tables + "create table c () inherits (p, q);\n"
        "create table d (a int, b int, constraint k check (a > 0)) inherits (p, q);\n"
    )
    (folder / "new.sql").write_text(
        tables + "create table c (a int, constraint k check (a > 0)) inherits (q, p);\n"
        "create table d (b int) inherits (p, q);\n"
    )
    for line in ("diff --from old.sql --to new.sql", "diff --from old.sql --to new.sql --no-proof"):
        code, out, err = run(line)
        assert (code, out) == (0, "")
        assert err[err.index("No schema changes found") :].splitlines() == [
            "No schema changes found",
            "public.c does not inherit in the order of the new side (public.q, public.p), which is left so:",
            "  to inherit anew would make columns its own that are only inherited.",
            "Only inherited, where the new side has them as the table's own too, which is left so:",
            "  column public.c.a",
            "  check constraint public.c.k",
            "The table's own besides being inherited, where the new side only inherits them, which is left so:",
            "  column public.d.a",
            "  check constraint public.d.k",
        ]


def test_what_a_plan_makes_a_tables_own_is_told(run: Run, folder: Path) -> None:
    (folder / "old.sql").write_text("create table p (a int not null); create table c (b int);\n")
    (folder / "new.sql").write_text("create table p (a int not null); create table c (b int) inherits (p);\n")
    code, _, err = run("diff --from old.sql --to new.sql --proof pg_dump")
    assert code == 0
    said = err[err.index("where the new side only inherits them, which is left so:\n") :]
    assert "  column public.c.a\n" in said


def test_a_summary_fits_a_screen_but_with_v(run: Run, same: Path) -> None:
    gone = "".join(f"create table gone_{number} (id int);\n" for number in range(120))
    (same / "migrations" / "20240102000000_gone.sql").write_text(gone + "create table few (a int, b int);\n")
    new = "".join(f"create table new_{number} (id int);\n" for number in range(200))
    (same / "schemas" / "02.sql").write_text(new + "create table few (a int not null, b int not null);\n")
    code, _, err = run("diff --no-proof")
    lines = err.splitlines()
    told = lines[lines.index("200 to add, 2 to change, 120 to drop:") :]
    assert code == 0
    assert len(told) <= 50
    shown = [line for line in told if line.startswith(("  + ", "  ~ "))]
    assert f"  … and {202 - len(shown)} more (-v)" in told
    dropped = [line for line in told if line.startswith("  - ")]
    assert f"  … and {120 - len(dropped)} more (-v)" in told
    at = told.index("Existing rows can make these fail:")
    assert [line.startswith("  alter column public.few.") for line in told[at + 1 : at + 3]] == [True, True]
    code, _, err = run("diff --no-proof -v")
    assert (err.count("\n  + table public.new_"), err.count("\n  - table public.gone_")) == (200, 120)
