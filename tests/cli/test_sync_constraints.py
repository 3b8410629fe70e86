"""Constraints of a table that have no name in its text, and are dropped in the source."""

from pathlib import Path

import pytest
from conftest import Run


@pytest.mark.parametrize(
    "constraint",
    [
        "unique (c, id)",
        "check (c > 0)",
        "check (c > 0 and abs(id) <> c)",
        "check (1 < 2)",
        "foreign key (c) references r",
    ],
)
def test_a_constraint_without_a_name_is_taken_away(run: Run, plain: Path, constraint: str) -> None:
    rest = "create table r (id int primary key);\ncreate table q (\n  id int primary key,\n  c int"
    file = plain / "schemas" / "01_tables.sql"
    file.write_text(f"{rest},\n  {constraint} -- why\n);\n")
    (plain / "to.sql").write_text(f"{rest}\n);\n")
    code, _, said = run("sync --from to.sql --base files --force")
    assert (code, file.read_text()) == (0, f"{rest}\n);\n"), said
