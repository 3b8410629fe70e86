"""What `pgnorm diff` says of the hazards of a plan."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[[str], tuple[int, str, str]]
LONG = "These take as long as a table is big:\n"

OLD = "create table t (a int, b varchar(20), c text); create table u (id int primary key);"


def said(run: Run, folder: Path, new: str, more: str = "") -> tuple[int, list[str]]:
    """The exit code, and the lines about what takes long."""
    (folder / "old.sql").write_text(OLD)
    (folder / "new.sql").write_text(new)
    code, _, err = run(f"diff --from old.sql --to new.sql {more}")
    _, _, rest = err.partition(LONG)
    return code, [line.strip() for line in rest.splitlines() if line.startswith("  ")]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("create index i on t (a)", "create index public.i reads all rows of public.t; writers wait"),
        (
            "alter table t alter column a type bigint",
            "alter column public.t.a rewrites all rows of public.t; readers and writers wait",
        ),
        ("alter table t alter column b type varchar(30)", None),
        (
            "alter table t alter column a set not null",
            "alter column public.t.a reads all rows of public.t; readers and writers wait",
        ),
        ("alter table t add column d int", None),
        ("alter table t add column d int not null default 3", None),
        (
            "alter table t add column d timestamptz default clock_timestamp()",
            "create column public.t.d rewrites all rows of public.t; readers and writers wait",
        ),
        ("alter table t add constraint k check (a > 0) not valid", None),
        ("alter table t drop column c", None),
        ("alter table t enable row level security", None),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_takes_long(run: Run, folder: Path, change: str, line: str | None) -> None:
    assert said(run, folder, f"{OLD} {change};") == (0, [] if line is None else [line])


@pytest.mark.usefixtures("folder")
def test_later_statements_run_under_the_locks_of_earlier_ones(run: Run, folder: Path) -> None:
    new = f"{OLD} alter table t drop column c; create index i on t (a);"
    assert said(run, folder, new)[1] == ["create index public.i reads all rows of public.t; readers and writers wait"]


@pytest.mark.usefixtures("folder")
def test_fail_on(run: Run, folder: Path) -> None:
    new = f"{OLD} create index i on t (a);"
    assert said(run, folder, new, "--fail-on blocks-reads")[0] == 0
    code, _ = said(run, folder, new, "--fail-on blocks-reads --fail-on blocks-writes")
    assert code == 1
    code, _, err = run("diff --from old.sql --to new.sql --fail-on scans-table")
    assert code == 1
    assert "--fail-on scans-table: the plan has this hazard\n  create index public.i\n" in err
    assert run("diff --from old.sql --to new.sql --fail-on something")[0] == 2


def test_a_migration_with_a_refused_hazard_is_not_written(run: Run, plain: Path) -> None:
    schema = plain / "schemas" / "50_more.sql"
    schema.write_text("create table more (a int, b int);\n")
    assert run("diff -f first")[0] == 0
    before = sorted((plain / "migrations").iterdir())
    schema.write_text("create table more (a int);\n")
    code, out, err = run("diff -f second --fail-on loses-data")
    assert (code, out) == (1, "")
    assert "--fail-on loses-data: the plan has this hazard\n  drop column public.more.b\n" in err
    assert sorted((plain / "migrations").iterdir()) == before


@pytest.mark.usefixtures("folder")
def test_without_a_proof_nothing_is_measured(run: Run, folder: Path) -> None:
    (folder / "old.sql").write_text(OLD)
    (folder / "new.sql").write_text(f"{OLD} create index i on t (a);")
    _, out, err = run("diff --from old.sql --to new.sql --json --no-proof")
    assert LONG not in err
    (change,) = json.loads(out)["changes"]
    assert change["effects"] == [
        {"relation": "public.t", "lock": "SHARE", "rewrites": False, "scans": False, "measured": False}
    ]


@pytest.mark.usefixtures("folder")
def test_an_unmeasured_plan_may_have_any_measured_hazard(run: Run, folder: Path) -> None:
    (folder / "old.sql").write_text(OLD)
    (folder / "new.sql").write_text(f"{OLD} create index i on t (a);")
    words = "diff --from old.sql --to new.sql --no-proof"
    code, _, err = run(f"{words} --fail-on rewrites-table")
    assert code == 1
    assert "--fail-on rewrites-table: the plan was not tried, so nobody knows" in err
    assert run(f"{words} --fail-on loses-data")[0] == 0


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "change",
    [
        "alter function f() owner to pg_monitor;",
        "alter view v owner to pg_monitor;",
        "alter function f() security definer;",
        "alter view v set (security_invoker = true);",
        "revoke execute on function f() from public;",
    ],
)
def test_what_changes_access(run: Run, folder: Path, change: str) -> None:
    text = "create function f() returns int language sql as 'select 1'; create view v as select 1 as one;\n"
    (folder / "old.sql").write_text(text)
    (folder / "new.sql").write_text(text + change)
    assert run("diff --from old.sql --to new.sql --fail-on changes-access")[0] == 1


@pytest.mark.usefixtures("folder")
def test_tables_that_a_statement_does_not_name(run: Run, folder: Path) -> None:
    text = "create domain d as text; create table t (d d); create table p (a int) partition by list (a);\n"
    text += "create table rest partition of p default;\n"
    (folder / "old.sql").write_text(text)
    (folder / "new.sql").write_text(
        f"{text} alter domain d add check (value <> ''); create table p1 partition of p for values in (1);"
    )
    _, _, err = run("diff --from old.sql --to new.sql")
    assert "reads all rows of public.t; writers wait" in err
    assert "reads all rows of public.rest; readers and writers wait" in err


@pytest.mark.usefixtures("crm")
def test_who_may_do_what_changes(run: Run, crm: Path) -> None:
    grants = crm / "supabase" / "schemas" / "06_grants.sql"
    text = grants.read_text()
    grants.write_text(f"{text}\ngrant select on public.tags to anon;\n")
    _, out, err = run("diff --json")
    assert "Changes in access:\n  anon: table public.tags: may now SELECT (no rows, no policy for it)\n" in err
    access = json.loads(out)["access"]
    assert ("anon", "table public.tags", ["SELECT"]) in [
        (each["role"], each["object"], each["gained"]) for each in access
    ]
    assert run("diff --fail-on changes-access")[0] == 1


@pytest.mark.usefixtures("folder")
def test_what_a_hint_allows_is_told_and_does_not_fail(run: Run, folder: Path) -> None:
    hinted = """
create table t (a smallint, -- pgnorm: allow may-fail-on-rows, loses-data
  b varchar(10),
  c text);
create table u (id int primary key);
-- pgnorm: allow scans-table, blocks-writes, blocks-reads
create index i on t (b);
"""
    code, lines = said(run, folder, hinted, "--fail-on scans-table")
    assert code == 0
    assert "create index public.i reads all rows of public.t; readers and writers wait (allowed)" in lines
    _, _, err = run("diff --from old.sql --to new.sql --fail-on loses-data")
    told, _, refused = err.partition("--fail-on loses-data: the plan has this hazard\n")
    assert re.findall(r"^  alter column public.t.a: .* \(allowed\)$", told, re.MULTILINE)
    assert refused == "  alter column public.t.b\n"
    hinted = hinted.replace("b varchar(10),", "b varchar(10), -- pgnorm: allow loses-data\n")
    assert said(run, folder, hinted, "--fail-on loses-data")[0] == 0
    document = json.loads(run("diff --from old.sql --to new.sql --json --fail-on loses-data")[1])
    assert "loses-data" in document["hazards"]
    assert document["allowed"] == ["loses-data", "scans-table"]
    # One ALTER TABLE for both columns: of what it can fail on, one is allowed and one is not.
    assert ["loses-data"] in [change["allowed"] for change in document["changes"]]


def test_what_a_hint_at_a_whole_allows(run: Run, folder: Path) -> None:
    (folder / "old.sql").write_text("create table t (a int, b int); create function f() returns int return 1;")
    (folder / "new.sql").write_text(
        "-- pgnorm: allow loses-data\ncreate table t (a int);\n"
        "create function f() returns int return 1; -- pgnorm: allow changes-access\n"
        "revoke execute on function f() from public;"
    )
    words = "diff --from old.sql --to new.sql --fail-on loses-data --fail-on changes-access"
    assert run(words)[0] == 0
    (folder / "new.sql").write_text((folder / "new.sql").read_text().replace("-- pgnorm", "-- about pgnorm"))
    code, _, err = run(words)
    assert code == 1
    assert "drop column public.t.b" in err
    assert "alter function public.f()" in err


@pytest.mark.usefixtures("crm")
def test_access_that_a_hint_allows(run: Run, crm: Path) -> None:
    tables = crm / "supabase" / "schemas" / "01_tables.sql"
    hint = "-- pgnorm: allow changes-access\n"
    tables.write_text(tables.read_text().replace("create table public.tags", f"{hint}create table public.tags"))
    grants = crm / "supabase" / "schemas" / "06_grants.sql"
    grants.write_text(f"{grants.read_text()}\ngrant select on public.tags to anon;\n")
    _, _, err = run("diff --fail-on changes-access")
    assert re.search(r"^  anon: table public.tags: may now SELECT .* \(allowed\)$", err, re.MULTILINE)
