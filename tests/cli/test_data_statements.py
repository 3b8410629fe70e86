"""Statements of schema files that write rows or call functions: no migration gets them, and diff says so."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Refused, Run

WRITING = """
create table plants (id int primary key, name text, fork int);
insert into plants values (1, 'fern');
INSERT INTO "public".plants (id) values (2) on conflict (id) do update set fork = 1;
update only public.plants set name = 'moss';
with old as (delete from plants returning id) insert into shelf select id from old;
create table shelf (id int);
truncate table shelf;
create function grow(int) returns int language plpgsql as $$ begin insert into plants values ($1); return 1; end $$;
create function seen() returns bigint language sql stable as 'select count(*) from plants';
select grow(3); select seen(), count(*), setval('ids', 7) from plants; create sequence ids;
select set_config('search_path', 'public', false); select now(), random();
do $$ begin if exists (select from plants where id in (1)) then perform public.grow(4); end if; end $$;
do $$ begin delete from shelf; end $$;
do $$ begin create type kept as enum ('a'); exception when duplicate_object then null; end $$;
do $$ begin execute format('create trigger t before update on plants for each row execute function %s()', 'g');
exception when others then null; end $$;
"""


def _carried(document: str) -> dict[str, tuple[str, int]]:
    found = json.loads(document)["not_carried"]
    return {each["name"]: (each["what"], len(each["places"])) for each in found}


def test_what_writes_rows_or_calls_functions_is_told_once_for_each_target(run: "Run", plain: Path) -> None:
    (plain / "schemas" / "02.sql").write_text(WRITING)
    code, out, err = run("diff")
    assert code == 0
    assert "fern" not in out
    assert "2 statements on the rows of plants (schemas/02.sql:3:1, schemas/02.sql:6:1)" in err
    assert _carried(run("diff --json")[1]) == {
        "plants": ("rows", 2),
        "public.plants": ("rows", 2),
        "shelf": ("rows", 3),
        "grow": ("call", 1),
        "setval": ("call", 1),
        "public.grow": ("call", 1),
    }


def test_what_a_migration_has_too_is_carried(run: "Run", plain: Path) -> None:
    (plain / "schemas" / "02.sql").write_text(
        "insert into notes values (1, 'a');\ninsert into notes values (2, 'b');\n"
    )
    (plain / "migrations" / "1_a.sql").write_text(
        "create table notes (id int primary key, body text);\nINSERT into notes -- by hand\n  values (1, 'a');\n"
    )
    assert _carried(run("diff --json")[1]) == {"notes": ("rows", 1)}
    (plain / "schemas" / "02.sql").write_text("insert into notes values (3, 'a');\n")
    assert _carried(run("diff --json")[1]) == {"notes": ("rows", 1)}
    assert "Not part of a diff" not in run("diff --from files --to migrations")[2]


def test_what_a_call_made_is_no_defect(refused: "Refused", run: "Run", folder: Path) -> None:
    (folder / "supabase" / "schemas").mkdir(parents=True)
    (folder / "supabase" / "config.toml").write_text('project_id = "x"\n[db]\nmajor_version = 15\n')
    queue = "create extension pgmq; select pgmq.create('letters');"
    file = folder / "supabase" / "schemas" / "a.sql"
    file.write_text(f"{queue} select pgmq.create('other'); create view waiting as select msg_id from pgmq.q_letters;")
    err = refused("diff", "table pgmq.q_letters is made by a call of pgmq.create (supabase/schemas/a.sql:1:24)")
    assert "defect" not in err
    (folder / "supabase" / "migrations").mkdir()
    (folder / "supabase" / "migrations" / "20240101000000_queue.sql").write_text(queue)
    code, out, _ = run("diff")
    assert (code, out.count("CREATE")) == (0, 1)


def test_what_files_make_in_a_schema_of_the_platform_is_no_defect(refused: "Refused", folder: Path) -> None:
    (folder / "supabase" / "schemas").mkdir(parents=True)
    (folder / "supabase" / "config.toml").write_text('project_id = "x"\n[db]\nmajor_version = 15\n')
    file = folder / "supabase" / "schemas" / "a.sql"
    file.write_text("create table auth.extra (id int); create view extras as select id from auth.extra;")
    err = refused("diff", "table auth.extra lies in a schema of the platform")
    assert "defect" not in err


def test_ten_targets_are_told_and_all_with_v(run: "Run", plain: Path) -> None:
    (plain / "schemas" / "02.sql").write_text("".join(f"insert into notes_{n:02} values (1);\n" for n in range(12)))
    (plain / "schemas" / "01_tables.sql").write_text(
        "".join(f"create table notes_{n:02} (a int);\n" for n in range(12))
    )
    for command in ("diff", "dump --split there"):
        told = [line for line in run(command)[2].splitlines() if "statement on the rows of" in line]
        assert (len(told), told[-1]) == (10, "  1 statement on the rows of notes_09 (schemas/02.sql:10:1)")
        assert "  … and 2 more (-v)\n" in run(command.replace("there", "here"))[2]
        assert run(f"-v {command.replace('there', 'everywhere')}")[2].count("1 statement on the rows of") == 12
