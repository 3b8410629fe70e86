"""`pgnorm diff`, from the words to the streams and the migrations folder."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

Run = Callable[[str], tuple[int, str, str]]

NOTES = "create table notes (id int primary key, body text);\n"


@pytest.mark.usefixtures("same")
def test_no_changes(run: Run) -> None:
    code, out, err = run("diff --check")
    assert (code, out) == (0, "")
    assert err.endswith("No schema changes found\n")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("--from files", "source, `files`"),
        ("--to migrations", "source, `migrations`"),
        ("--from files --to ./schemas", "source, `./schemas`"),
        ("--db-url host=127.0.0.1 --to host=127.0.0.1", "database"),
    ],
)
@pytest.mark.usefixtures("same")
def test_a_source_is_not_compared_with_itself(run: Run, words: str, named: str) -> None:
    code, out, err = run(f"diff {words}")
    assert (code, out) == (2, "")
    assert f"error: both sides are the same {named}\nhint: Name another one" in err


def test_a_project_without_migrations_gets_its_first(run: Run, plain: Path) -> None:
    (plain / "migrations").rmdir()
    code, out, err = run("diff -f start")
    assert (code, out) == (0, "")
    assert "from: 0 migrations of migrations\n" in err
    assert "from: the folder migrations does not exist: there are no migrations yet\n" in err
    assert "1 to add, 0 to change, 0 to drop:\n  + table public.notes, with 1 constraint\n" in err
    [written] = (plain / "migrations").iterdir()
    assert f"Wrote migrations/{written.name}\n" in err
    assert written.name.endswith("_start.sql")
    assert 'CREATE TABLE "public"."notes"' in written.read_text()
    assert run("diff --check") == (0, "", run("diff --check")[2])


def test_a_migration_that_would_not_be_the_last_is_refused_at_once(run: Run, folder: Path) -> None:
    for name in ("schemas/a.sql", "migrations/10_a.sql", "migrations/9_more.sql"):
        path = folder / "supabase" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("no sql at all\n")
    code, out, err = run("diff -f x")
    assert (code, out) == (2, "")
    assert "migrations/9_more.sql: 20" in err
    assert "_x.sql would not be the last migration: names sort as text" in err
    assert "hint: Write it with -o FILE" in err
    assert len([*(folder / "supabase" / "migrations").iterdir()]) == 2


def test_changes_are_summed_up_and_drops_are_to_be_checked(run: Run, same: Path) -> None:
    (same / "schemas" / "01_tables.sql").write_text("create table notes (id int primary key, at date);\n")
    code, out, err = run("diff --check")
    assert code == 1
    assert 'ADD COLUMN "at" "date"' in out
    assert 'DROP COLUMN "body"' in out
    assert "1 to add, 0 to change, 1 to drop:\n  + column public.notes.at\n" in err
    assert "Please check that these are intended:\n  - column public.notes.body\n" in err
    assert run("diff")[0] == 0


def test_an_enum_value_that_is_used_gets_a_file_of_its_own(run: Run, same: Path) -> None:
    (same / "migrations" / "20240102000000_mood.sql").write_text("create type mood as enum ('a');\n")
    (same / "schemas" / "02.sql").write_text(
        "create type mood as enum ('a', 'b');\nalter table notes add mood mood default 'b';\n"
    )
    assert "-- Commit here" in run("diff")[1]
    assert run("diff -f mood")[0] == 0
    first, second = sorted((same / "migrations").glob("*_mood*.sql"))[1:]
    assert "ADD VALUE 'b'" in first.read_text()
    assert second.name.endswith("_mood_2.sql")
    assert run("diff --check")[0] == 0


def test_json(run: Run, same: Path) -> None:
    (same / "schemas" / "01_tables.sql").write_text("create table notes (id int primary key);\n")
    code, out, _ = run("diff --json --check")
    assert code == 1
    document = json.loads(out)
    assert document["version"] == 2
    assert (document["from"], document["to"], document["unproved"]) == ("migrations", "files", None)
    assert document["changes"] == [
        {
            "action": "drop",
            "kind": "column",
            "schema": "public",
            "name": "body",
            "detail": "notes",
            "said": "drop column public.notes.body",
            "sql": ['ALTER TABLE "public"."notes" DROP COLUMN "body";'],
            "destructive": True,
            "may_fail_on_rows": False,
            "fills_rows": False,
            "hazards": ["loses-data"],
            "reasons": ["loses all values of body"],
            "allowed": [],
            "effects": [
                {
                    "relation": "public.notes",
                    "lock": "ACCESS EXCLUSIVE",
                    "rewrites": False,
                    "scans": False,
                    "measured": True,
                }
            ],
            "transaction": 1,
        }
    ]
    assert document["hazards"] == ["loses-data"]


def test_json_says_where_objects_differ(run: Run, same: Path) -> None:
    old = """create table notes (id int not null, kind varchar(3)); grant select on notes to public;
        create type mood as enum ('a'); create server far foreign data wrapper postgres_fdw;
        create user mapping for public server far options (user 'u', password 'first');"""
    new = """create table notes (id int, kind varchar(5)); grant select, insert on notes to public;
        create type mood as enum ('a', 'b'); create server far foreign data wrapper postgres_fdw;
        create user mapping for public server far options (user 'u', password 'second');"""
    for name, text in (("old.sql", old), ("new.sql", new)):
        (same / name).write_text(f"create extension postgres_fdw;\n{text}\n")
    _, out, _ = run("diff --json --no-proof --from old.sql --to new.sql")
    found = {(each["kind"], each["name"]): each["differing"] for each in json.loads(out)["differences"]}
    assert found == {
        ("column", "id"): [{"in": ["not_null"], "from": True, "to": False}],
        ("column", "kind"): [{"in": ["type"], "from": "character varying(3)", "to": "character varying(5)"}],
        ("enum", "mood"): [{"in": ["values", 1], "to": "b"}],
        ("table", "notes"): [{"in": ["acl", 1], "from": "=r/postgres", "to": "=ar/postgres"}],
        ("user mapping", "public"): [{"in": ["options"]}],
    }


def test_a_plan_that_was_not_tried_says_so(run: Run, same: Path) -> None:
    (same / "schemas" / "02.sql").write_text("create table more ();\n")
    _, out, err = run("-q diff --no-proof")
    assert out.startswith("-- Unproved: --no-proof\n")
    assert "The plan is unproved: --no-proof\n" in err


def test_output_goes_to_a_file(run: Run, same: Path) -> None:
    (same / "schemas" / "02.sql").write_text("create table more ();\n")
    _, printed, _ = run("diff")
    assert run("diff -o plan.sql")[1] == ""
    assert (same / "plan.sql").read_text() == printed
    (same / "schemas" / "02.sql").unlink()
    code, out, err = run("diff -o plan.sql")
    assert (code, out) == (0, "")
    assert "No schema changes found\nWrote plan.sql\n" in err
    assert (same / "plan.sql").read_text() == ""
    assert run("diff -o -")[:2] == (0, "")


@pytest.mark.parametrize(
    ("words", "output"),
    [
        ("--from old.sql --to new.sql", "new.sql"),
        ("--from old.sql --to new.sql --json", "schemas/../old.sql"),
        ("--from old.json", "old.json"),
        ("", "schemas/01_tables.sql"),
        ("", "migrations/20240101000000_notes.sql"),
    ],
)
def test_no_source_is_written_over(run: Run, same: Path, words: str, output: str) -> None:
    for name in ("old.sql", "new.sql", "old.json"):
        (same / name).write_text("neither read nor written")
    before = (same / output).read_bytes()
    code, out, err = run(f"diff {words} -o {output}")
    assert (code, bool(out)) == (2, "--json" in words)
    assert f"{output}: the file is compared itself, so -o can't write over it\nhint: Name another file.\n" in err
    assert (same / output).read_bytes() == before


@pytest.mark.parametrize(("line", "side"), [("--from a.sql --to b.sql", "to"), ("--from b.sql --to a.sql", "from")])
def test_what_is_not_modelled_is_told_with_its_side(run: Run, folder: Path, line: str, side: str) -> None:
    (folder / "a.sql").write_text("create table t (a int);")
    (folder / "b.sql").write_text(
        "create table t (a int); create index i on t (a);"
        " update pg_index set indisvalid = false where indexrelid = 'i'::regclass;"
    )
    _, _, err = run(f"diff --trust-files {line}")
    assert f"\n{side}: not modelled, and on this side only, so not in this plan: 1 invalid index (public.i)\n" in err


def test_from_files_to_a_database(run: Run, same: Path, database: psycopg.Connection) -> None:
    assert same.is_dir()
    database.execute(NOTES.encode() + b"create table extra ()")
    info = database.info
    address = f"host={info.host} port={info.port} user=postgres dbname={info.dbname} password=secret"
    code, out, err = run(f"diff --from files --to '{address}' --json")
    assert code == 0
    document = json.loads(out)
    assert [(change["action"], change["name"]) for change in document["changes"]] == [("create", "extra")]
    assert document["to"] == "database"
    assert "secret" not in out + err


def test_default_privileges_of_the_platform_that_a_database_lacks(
    run: Run, crm: Path, database: psycopg.Connection
) -> None:
    assert crm.is_dir()
    info = database.info
    code, out, _ = run(f"diff --db-url 'host={info.host} port={info.port} user=postgres dbname={info.dbname}'")
    assert code == 0
    assert 'IN SCHEMA "public" GRANT ALL ON TABLES TO "service_role";' in out


def test_phantoms_and_drift_of_the_whole_project(run: Run, crm: Path) -> None:
    assert crm.is_dir()
    code, out, err = run("diff --check")
    assert code == 1
    assert out.count("GRANT") == out.count(";") == 2
    assert "~ function public.get_sale_id_by_email(character varying): privileges" in err
    assert "3 function bodies differ in formatting only and are left out:" in err
    assert "pgnorm fix-functions --from migrations" in err
    assert "CREATE OR REPLACE FUNCTION" in run("diff --cosmetic")[1]
    assert run("diff --schema graphql_public")[0] == 0


def test_new_comments_of_a_body_have_a_way_that_keeps_them(run: Run, plain: Path) -> None:
    body = "create function f() returns int language sql as $$select 1 -- {0}\n$$;\n"
    (plain / "migrations" / "1_a.sql").write_text(NOTES + body.format("old"))
    (plain / "schemas" / "02.sql").write_text(body.format("new"))
    err = run("diff")[2]
    assert "To have a migration take the new comments into databases: diff --cosmetic\n" in err
    assert "put the old comments back into the files: pgnorm fix-functions --from migrations --take comments\n" in err
    assert "-- new" in run("diff --cosmetic")[1]


def test_an_error_with_json_is_the_document(run: Run, folder: Path) -> None:
    (folder / "old.sql").write_text("create table t (a int);\n")
    (folder / "new.sql").write_text("create table t (a itn);\n")
    code, out, err = run("diff --from old.sql --to new.sql --json")
    assert (code, [*json.loads(out)]) == (2, ["version", "pgnorm", "errors"])
    assert 'new.sql:1:19: type "itn" does not exist\n' in err


@pytest.mark.usefixtures("same")
def test_a_reader_that_owns_nothing_is_told_why_owners_differ(run: Run, database: psycopg.Connection) -> None:
    database.execute("create role pgnorm_reader login")
    info = database.info
    words = f"diff --check --db-url 'host={info.host} port={info.port} user=pgnorm_reader dbname={info.dbname}'"
    try:
        database.execute(NOTES.encode())
        code, out, err = run(f"-q {words}")
        assert (code, out.count('OWNER TO "pgnorm_reader"')) == (1, 1)
        assert err.count("the role that reads the database, pgnorm_reader, and that one owns nothing of") == 1
        assert err.count("hint: Connect as the role that is to own it, or say in the files") == 1
        database.execute("create schema own authorization pgnorm_reader")
        assert "owns nothing" not in run(words)[2]
    finally:
        database.execute("drop owned by pgnorm_reader")
        database.execute("drop role pgnorm_reader")


def test_a_body_that_differs_in_looks_is_left_out_where_its_comment_differs_too(run: Run, plain: Path) -> None:
    body = "create function f() returns int language plpgsql as $$ {0} return 1; end $$;\n"
    (plain / "migrations" / "1_a.sql").write_text(NOTES + body.format("begin"))
    (plain / "schemas" / "02.sql").write_text(body.format("BEGIN") + "comment on function f() is 'one';\n")
    code, out, err = run("diff")
    assert (code, out) == (0, 'COMMENT ON FUNCTION "public"."f"() IS \'one\';\n')
    assert "1 function body differs in formatting only and is left out:" in err
    (plain / "schemas" / "02.sql").write_text(body.format("BEGIN").replace("as $$", "stable as $$"))
    assert "BEGIN return 1" in run("diff")[1]
