"""What is outside of the schemas asked for loses nothing by a plan."""

from pathlib import Path

import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.comparing import compare
from pgnorm.normalizer.comparison import Comparison, Options
from pgnorm.normalizer.project.sources import parse
from pgnorm.normalizer.workspace import Workspace

SCHEMAS = "create schema a; create schema b;\n"
BASE = """
    create type a.my;
    create function a.my_in(cstring) returns a.my immutable strict language internal as 'textin';
    create function a.my_out(a.my) returns cstring immutable strict language internal as 'textout';
    create type a.my (input = a.my_in, output = a.my_out, alignment = %s);
    create table b.keep (v a.my);
"""
PARTITIONED = """
    create table a.p (x int, y int) partition by list (%s);
    create table b.p1 partition of a.p for values in (1);
"""

INHERITED = "create table a.p (x int%s); create table b.c (%s) inherits (a.p%s);"
PAIR = "create type a.c as (x int, y int);"
SINGLE = "create type a.c as (x int);"
LIMITED = "alter table a.p add constraint c check (y > 0);"


def _compared(folder: Path, old: str, new: str, *schemas: str) -> Comparison:
    for name, text in (("old.sql", old), ("new.sql", new)):
        (folder / name).write_text(SCHEMAS + text)
    with Workspace(None, tell=lambda _level, _message: None) as workspace:
        start, goal = (parse(str(folder / name), None) for name in ("old.sql", "new.sql"))
        return compare(workspace, start, goal, Options(schemas=schemas))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            PARTITIONED % "x",
            PARTITIONED % "y",
            "b.p1 of a.p needs table a.p, which the plan drops and creates again;",
        ),
        (PARTITIONED % "x", "", "b.p1 of a.p needs table a.p, which the plan drops;"),
        (
            PARTITIONED % "x",
            PARTITIONED % "x" + "create index i on a.p (y);",
            "index a.i would stay invalid without its part of partition b.p1 of a.p;",
        ),
        (
            PARTITIONED % "x",
            PARTITIONED % "x" + "alter table a.p add constraint k unique (x);",
            "constraint a.p.k would stay invalid without its part of partition b.p1 of a.p;",
        ),
        (BASE % "int4", "", "column b.keep.v needs base type a.my, which the plan drops;"),
        (
            "create table a.t (x int, y int); create view b.v as select x from a.t;",
            "create table a.t (y int); create view b.v as select 1 as x;",
            "view b.v needs column a.t.x, which the plan drops;",
        ),
        (
            PARTITIONED % "x",
            (PARTITIONED % "x").replace(", y int", ""),
            "column b.p1.y needs column a.p.y, which the plan drops;",
        ),
        (
            INHERITED % (", y int", "z int", ""),
            INHERITED % ("", "z int", ""),
            "column b.c.y needs column a.p.y, which the plan drops;",
        ),
        (
            PARTITIONED % "x" + LIMITED,
            PARTITIONED % "x",
            "check constraint b.p1.c needs check constraint a.p.c, which the plan drops;",
        ),
        (
            "create table a.r (id int primary key);"
            + PARTITIONED % "x"
            + "alter table a.p add foreign key (y) references a.r;",
            "create table a.r (id int primary key);" + PARTITIONED % "x",
            "foreign key b.p1.p_y_fkey needs foreign key a.p.p_y_fkey, which the plan drops;",
        ),
        (
            "create table a.t (x int, y int); create table b.keep (r a.t);",
            "create table a.t (x int); create table b.keep (r a.t);",
            "column b.keep.r needs column a.t.y, which the plan drops;",
        ),
        (
            "create type a.c as (x int, y int); create table b.keep (r a.c);",
            "create type a.c as (x int); create table b.keep (r a.c);",
            "column b.keep.r needs attribute a.c.y, which the plan drops;",
        ),
        (
            PAIR + "create domain b.d as a.c; create table b.keep (r b.d);",
            SINGLE + "create domain b.d as a.c; create table b.keep (r b.d);",
            "column b.keep.r needs attribute a.c.y, which the plan drops;",
        ),
        (
            PAIR + "create type b.d as (c a.c); create table b.keep (r b.d);",
            SINGLE + "create type b.d as (c a.c); create table b.keep (r b.d);",
            "column b.keep.r needs attribute a.c.y, which the plan drops;",
        ),
        (
            PAIR + "create type b.d as (c a.c[]); create table b.keep (r b.d[]);",
            SINGLE + "create type b.d as (c a.c[]); create table b.keep (r b.d[]);",
            "column b.keep.r needs attribute a.c.y, which the plan drops;",
        ),
        (
            "create table a.t (x int, y int); create type b.d as (t a.t); create table b.keep (r b.d);",
            "create table a.t (x int); create type b.d as (t a.t); create table b.keep (r b.d);",
            "column b.keep.r needs column a.t.y, which the plan drops;",
        ),
        (
            PAIR + "create table a.t (c a.c); create table b.keep (r a.t);",
            SINGLE + "create table a.t (c a.c); create table b.keep (r a.t);",
            "column b.keep.r needs attribute a.c.y, which the plan drops;",
        ),
        (
            SINGLE + "create table b.keep of a.c;",
            PAIR + "create table b.keep of a.c;",
            "typing b.keep of a.c needs composite type a.c, which the plan alters;",
        ),
        (
            SINGLE + "create table b.keep (r a.c);",
            SINGLE.replace("int", "bigint") + "create table b.keep (r a.c);",
            "column b.keep.r needs composite type a.c, which the plan alters;",
        ),
    ],
    ids=[
        "partition",
        "partition of what goes",
        "index of the whole",
        "key of the whole",
        "base type",
        "view",
        "led column",
        "inherited column",
        "inherited check",
        "led foreign key",
        "rows",
        "composites",
        "domain",
        "nested",
        "array",
        "nested rows",
        "rows in rows",
        "typed table",
        "attribute type",
    ],
)
def test_what_is_outside_is_not_taken_along(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(PgnormError) as caught:
        _compared(tmp_path, old, new, "a")
    assert said in caught.value.message
    assert caught.value.message.endswith("it is outside of what was selected")
    assert caught.value.hint == "Include its schema: -n b."
    assert _compared(tmp_path, old, new, "a", "b").plan


def test_a_publication_keeps_its_columns(tmp_path: Path) -> None:
    old = "create table a.t (x int primary key, y int); create publication p for table a.t where (x > 1);"
    new = "create table a.t (y int); create publication p for table a.t;"
    with pytest.raises(PgnormError) as caught:
        _compared(tmp_path, old, new, "a")
    assert "publication table p: a.t needs column a.t.x, which the plan drops;" in caught.value.message
    assert caught.value.hint == "Compare without -n and -N."
    assert _compared(tmp_path, old, new).plan


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "create table a.t (x int primary key); create table b.s (x int references a.t);",
            "create table a.t (x bigint primary key); create table b.s (x int references a.t);",
        ),
        ("create table a.t (x int); create publication p for table a.t;", "create publication p;"),
        (PARTITIONED % "x", "create table a.p (x int, y int, z int) partition by list (x);"),
        (INHERITED % (", y int", "y int", ""), INHERITED % ("", "y int", "")),
        (
            "create table a.q (y int);" + INHERITED % (", y int", "z int", ", a.q"),
            "create table a.q (y int);" + INHERITED % ("", "z int", ", a.q"),
        ),
    ],
    ids=["key", "publication", "led column", "column of both", "column of two"],
)
def test_what_harms_nothing_is_planned(tmp_path: Path, old: str, new: str) -> None:
    found = _compared(tmp_path, old, new, "a")
    assert (bool(found.plan), found.unproved) == (True, None)
