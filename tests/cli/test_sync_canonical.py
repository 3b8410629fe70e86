"""`pgnorm sync --from files --canonical`: schema files in the words of Postgres, which say what they said."""

import json
from pathlib import Path

import pytest
from conftest import Refused, Run

from pgnorm.normalizer.sql.statements import comments

ALL = "view,policy,trigger,index,table,function,enum,foreign-key,row-security,sequence"


def _texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_bytes().decode() for path in sorted(folder.glob("*.sql"))}


def _comments(texts: dict[str, str]) -> list[str]:
    return sorted(text[each.start : each.end] for text in texts.values() for each in comments(text))


def _formatted(run: Run, plain: Path, text: str, words: str) -> str:
    """The text of a schema file with statements of these kinds in Postgres' own words; they say the same."""
    path = plain / "schemas" / "01_tables.sql"
    path.write_bytes(text.encode())
    before = plain / "before.sql"
    before.write_bytes(text.encode())
    code, _, err = run(f"sync --from files --canonical {words}")
    assert code == 0, err
    code, plan, err = run("diff --from before.sql --to files --check --proof pg_dump")
    assert (code, plan) == (0, ""), err
    now = path.read_bytes().decode()
    assert run(f"sync --from files --canonical {words} --check")[0] == 0
    assert path.read_bytes().decode() == now
    return now


def test_the_whole_of_a_project(run: Run, crm: Path) -> None:
    folder = crm / "supabase" / "schemas"
    before = _texts(folder)
    code, _, err = run("dump --json --from files -o before.json")
    assert code == 0, err
    code, _, err = run(f"sync --from files --canonical {ALL} --check")
    assert code == 1, err
    code, out, err = run(f"sync --from files --canonical {ALL} --diff")
    assert code == 0, err
    assert out.count("\n--- a/supabase/schemas/") == 5
    assert _texts(folder) == before
    code, _, err = run(f"sync --from files --canonical {ALL}")
    assert code == 0, err
    assert "Edited supabase/schemas/03_views.sql\n" in err
    assert "Left" not in err
    code, _, err = run("dump --json --from files -o after.json")
    assert code == 0, err
    assert json.loads((crm / "after.json").read_text()) == json.loads((crm / "before.json").read_text())
    now = _texts(folder)
    assert _comments(now) == _comments(before)
    code, _, err = run(f"sync --from files --canonical {ALL} --check")
    assert code == 0, err
    assert err.endswith("All else is in Postgres' own words already\n")
    assert _texts(folder) == now


def test_only_what_is_asked_for(run: Run, crm: Path) -> None:
    folder = crm / "supabase" / "schemas"
    before = _texts(folder)
    code, _, err = run("sync --from files --canonical view")
    assert code == 0, err
    assert [name for name, text in _texts(folder).items() if text != before[name]] == ["03_views.sql"]


TABLE = """-- Above
create table if not exists t ( -- beside the list
  a int primary key, -- the key
  /* before b */
  b text not null default 'x', /* one */ -- two
  c varchar(3) check (c <> 'no'),
  -- before the constraint
  constraint u unique (b, c), -- behind it
  foreign key (a) references o -- unnamed
) -- after all
;
"""
OTHER = "create table o (id serial, x int);\nalter table only o add primary key (id);\nalter table o add y int;\n"


def test_comments_stay_where_they_belong(run: Run, plain: Path) -> None:
    now = _formatted(run, plain, OTHER.replace("serial", "int") + TABLE, "table")
    assert (
        now
        == """CREATE TABLE "public"."o" (
    "id" integer NOT NULL,
    "x" integer
);
alter table only o add primary key (id);
alter table o add y int;
-- Above
-- unnamed
CREATE TABLE IF NOT EXISTS "public"."t" (
    -- beside the list
    "a" integer NOT NULL, -- the key
    /* before b */
    "b" "text" DEFAULT 'x'::"text" NOT NULL, /* one */ -- two
    "c" character varying(3),
    CONSTRAINT "t_c_check" CHECK ((("c")::"text" <> 'no'::"text")),
    CONSTRAINT "t_pkey" PRIMARY KEY ("a"),
    -- before the constraint
    CONSTRAINT "u" UNIQUE ("b", "c"), -- behind it
    CONSTRAINT "t_a_fkey" FOREIGN KEY ("a") REFERENCES "public"."o"("id")
) -- after all
;
"""
    )


def test_what_can_not_be_said_so_stays(run: Run, plain: Path) -> None:
    text = (
        f"{OTHER}create table p (a int) partition by range (a);\n"
        "create table q partition of p for values from (1) to (2);\n"
        "create table h (\n  b int -- pgnorm: ignore\n);\ncreate table l (like o);\n"
        "do 'begin create table d (); end';\ncreate view v as select 1 as a;\ncreate view w as\r\n  select 2 as a;\n"
        "create or replace function f() returns int language sql as 'select 1';\n"
        "create function f(int) returns int language sql as 'select 2';\n"
    )
    path = plain / "schemas" / "01_tables.sql"
    path.write_bytes(text.encode())
    code, _, err = run("sync --from files --canonical table,view,function --check")
    assert code == 1
    lines = [line.strip() for line in err.partition("Left as they are:\n")[2].splitlines()]
    at = "schemas/01_tables.sql"
    assert [line for line in lines if ": " in line and line[0].islower()] == [
        "function public.f(): several statements make it",
        "function public.f(integer): several statements make it",
        "table public.d: no statement of the files makes it by itself",
        f"{at}:1:1: table public.o: in the words of Postgres it would say something else",
        f"{at}:5:1: table public.q: it takes columns from another table",
        f"{at}:6:1: table public.h: a hint stands inside of it",
        f"{at}:9:1: table public.l: the table's columns are not listed there, so a change of them can't be written "
        "there",
    ]
    assert "In Postgres' own words: 1 table, 2 views\n" in err


def test_line_ends_and_the_last_statement(run: Run, plain: Path) -> None:
    now = _formatted(
        run, plain, "create view v as\r\n  select 1 as a,\r\n  2 as b; create view w as select 2 as a", "view"
    )
    assert now == (
        'CREATE VIEW "public"."v" AS\r\n SELECT 1 AS "a",\r\n    2 AS "b"; '
        'CREATE VIEW "public"."w" AS\r\n SELECT 2 AS "a"'
    )


def test_texts_that_take_some_readings(run: Run, plain: Path) -> None:
    text = (
        "create table t (a varchar, constraint c check (a in ('x', 'y')));\n"
        "create view v as select a in ('x', 'y') as b from t;\n"
    )
    _formatted(run, plain, text, "table,view")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("sync --canonical view", "Combine it with --from files."),
        ("sync --from migrations --canonical view", "takes nothing from elsewhere"),
        ("sync --from files --canonical view --ours x", "no conflict to decide"),
        ("sync --from files --base local --canonical view", "Leave out --base"),
        ("sync --from files --canonical vew", "Did you mean `view`?"),
    ],
)
@pytest.mark.usefixtures("plain")
def test_what_does_not_go_together(refused: Refused, line: str, said: str) -> None:
    refused(line, said)
