"""What is said of a statement above it, in a plan and in a migration."""

from pathlib import Path

import pytest
from conftest import Run

OLD = "create table o (id int primary key); create table t (a int, b varchar(20), o int, d date);\n"


def written(run: Run, folder: Path, new: str, more: str = "", old: str = "") -> list[str]:
    """The comments of the plan that leads from the tables above to what `new` makes of them."""
    (folder / "old.sql").write_text(OLD + old)
    (folder / "new.sql").write_text(OLD + new)
    code, out, err = run(f"diff --from old.sql --to new.sql {more}")
    assert code == 0, err
    return [line for line in out.splitlines() if line.startswith("--")]


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("create index i on t (a)", ["reads all rows of public.t, blocks writes"]),
        ("alter table t alter a type bigint", ["rewrites public.t, blocks reads and writes"]),
        (
            "alter table t alter a type smallint",
            ["rewrites public.t, blocks reads and writes; fails on a value of a that does not fit smallint"],
        ),
        (
            "alter table t alter a type real",
            [
                "rewrites public.t, blocks reads and writes",
                "loses what real does not keep of values of a",
                "fails on a value of a that does not fit real",
            ],
        ),
        (
            "alter table t alter b type varchar(3)",
            [
                "rewrites public.t, blocks reads and writes",
                "loses spaces at the end of values of b that are too long for character varying(3)",
                "fails on a value of b that does not fit character varying(3)",
            ],
        ),
        (
            "create unique index i on t (b)",
            ["reads all rows of public.t, blocks writes; fails on rows with equal values"],
        ),
        (
            "alter table t alter a set not null",
            ["reads all rows of public.t, blocks reads and writes; fails on a row without a"],
        ),
        (
            "alter table t add foreign key (o) references o",
            ["reads all rows of public.t, blocks writes; fails on a row without its counterpart in public.o"],
        ),
        (
            "alter table t add check (a > 0)",
            ["reads all rows of public.t, blocks reads and writes; fails on a row that violates t_a_check"],
        ),
        ("alter table t drop a", ["loses all values of a"]),
        ("drop table t", ["loses all its rows"]),
        ("alter table t alter b type text; alter table t add e int; create table u (a int primary key)", []),
    ],
)
def test_hazards_are_said_above_the_statement(run: Run, folder: Path, new: str, said: list[str]) -> None:
    assert written(run, folder, f"{new};\n") == [f"-- {line}" for line in said]
    assert written(run, folder, f"{new};\n", "--no-header") == []


def test_names_in_comments_end_no_comment(run: Run, folder: Path) -> None:
    name = '"x\ndrop table o; --"'
    found = written(
        run,
        folder,
        f"create table {name} (a int); create index i on {name} (a);\n",
        old=f"create table {name} (a int);\n",
    )
    assert found == ["-- reads all rows of public.x drop table o; --, blocks writes"]


def test_migrations_say_hazards_too(run: Run, same: Path) -> None:
    (same / "migrations" / "20240102000000_t.sql").write_text("create table t (a int);\n")
    (same / "schemas" / "02.sql").write_text("create table t (a bigint);\n")
    code, _, err = run("diff -f wider")
    assert code == 0, err
    (file,) = (same / "migrations").glob("*_wider.sql")
    assert file.read_text().endswith(
        '\n\n-- rewrites public.t, blocks reads and writes\nALTER TABLE "public"."t" ALTER COLUMN "a" TYPE bigint;\n'
    )
