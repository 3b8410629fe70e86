"""What is wrong with files, settings and options: one message with a way out, and nothing written."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from conftest import Refused

Run = Callable[[str], tuple[int, str, str]]

COMMANDS = ("dump", "diff", "fix-functions")
FUNCTION = "create function one() returns int language sql as 'select 1';\n"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


BAD_FILES = {
    "not UTF-8": (
        b"-- \xe9\n",
        "schemas/03.sql:1:4: the file is not UTF-8: byte 0xe9",
        "hint: Save the file as UTF-8.",
    ),
    "UTF-16": ("select 1;".encode("utf-16"), "schemas/03.sql:1:1: the file is not UTF-8", "hint: "),
    "NUL": (b"select 1;\0", "schemas/03.sql:1:10: the file holds a NUL", ""),
    "syntax": (b"create tabel x ();", 'schemas/03.sql:1:8: syntax error at or near "tabel"', "1 | create tabel x"),
    "no end of a statement": (
        b"create table x (a int,\n  b int\n-- and so on\n",
        "schemas/03.sql:2:8: syntax error at end of input\n",
        "2 |   b int",
    ),
    "an end too soon": (b"create table x (a int,\n  ;", 'schemas/03.sql:2:3: syntax error at or near ";"\n', "  ^"),
    "no end": (b"select\n 'x;", "schemas/03.sql:2:2: unterminated string literal", "hint: It begins there"),
    "plpgsql": (
        b"create function f() returns int language plpgsql as $$\nbegin\n  retrun 1;\nend $$;",
        'schemas/03.sql:3:3: syntax error at or near "retrun", in the body of f()',
        "3 |   retrun 1;",
    ),
    "body": (
        b"create function f() returns int language sql as 'select nothing from notes';",
        'schemas/03.sql:1:57: column "nothing" does not exist, in the body of f()',
        "^",
    ),
    "circle": (
        b"create view a as select * from b;\ncreate view b as select * from a;",
        'schemas/03.sql:1:32: relation "b" does not exist',
        "hint: It and schemas/03.sql:2:1 wait for one another",
    ),
    "extension": (
        b"create extension nowhere;\ncreate table x (y from_nowhere);",
        'schemas/03.sql:2:19: type "from_nowhere" does not exist',
        "hint: A stand-in takes the place of nowhere",
    ),
    "end of the session": (
        b"select pg_terminate_backend(pg_backend_pid());",
        "schemas/03.sql:1:1: the server ended the connection: terminating connection",
        "",
    ),
}


@pytest.mark.parametrize("case", sorted(BAD_FILES))
def test_a_bad_file_is_named_with_its_place_and_none_is_written(refused: "Refused", plain: Path, case: str) -> None:
    content, place, more = BAD_FILES[case]
    (plain / "schemas" / "02_functions.sql").write_text(FUNCTION)
    (plain / "schemas" / "03.sql").write_bytes(content)
    before = contents(plain / "schemas")
    refused("fix-functions", place, more)
    refused("diff -f x", place, more)
    assert contents(plain / "schemas") == before
    assert contents(plain / "migrations") == {}


def test_the_bundled_server_is_not_offered_where_it_is_in_use(
    refused: "Refused", plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (plain / "schemas" / "03.sql").write_bytes(BAD_FILES["extension"][0])
    monkeypatch.setenv("PGNORM_PG_BINDIR", "bundled")
    refused("dump", "the place of nowhere: name a server that has it in PGNORM_PG_BINDIR or --shadow-url.")


@pytest.mark.parametrize("command", ["dump", "fix-functions", "fix-functions schemas/02.sql"])
def test_what_can_not_be_read_is_not_passed_over(refused: "Refused", plain: Path, command: str) -> None:
    link = plain / "schemas" / "02.sql"
    link.symlink_to("02.sql")
    refused(command, "schemas/02.sql: cannot read the file: Too many levels of symbolic links")
    link.unlink()
    link.symlink_to("nowhere.sql")
    refused(command, "schemas/02.sql: cannot read the file: No such file or directory")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_or_folder_without_permission(refused: "Refused", plain: Path, command: str) -> None:
    (plain / "schemas" / "more").mkdir(mode=0o000)
    refused(command, "schemas/more: cannot read the folder: Permission denied")
    (plain / "schemas" / "more").rmdir()
    (plain / "schemas" / "01_tables.sql").chmod(0o000)
    refused(command, "schemas/01_tables.sql: cannot read the file: Permission denied")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_project_without_schema_files(refused: "Refused", plain: Path, command: str) -> None:
    (plain / "schemas" / "01_tables.sql").unlink()
    refused(command, "schemas holds no .sql file", "hint: Put the schema there")
    (plain / "schemas").rmdir()
    refused(command, "schemas does not exist", "hint: Put the schema there")


def test_a_migration_that_fails_in_the_middle(refused: "Refused", plain: Path) -> None:
    (plain / "migrations" / "1_a.sql").write_text("create table a (x int);\nalter table a add column x int;\n")
    refused("diff -f x", 'migrations/1_a.sql:2:1: column "x" of relation "a" already exists')
    assert [path.name for path in (plain / "migrations").iterdir()] == ["1_a.sql"]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (
            "[db]\nmajor_version = 13\n",
            "supabase/config.toml:2:1: `major_version` is 13; pgnorm works with Postgres 14",
        ),
        ("[db]\nmajor_version = 'x'\n", "supabase/config.toml:2:1: `major_version` must be a whole number"),
        ("db = 1\n", "supabase/config.toml:1:1: `db` must be a table"),
        ("[db\n", "supabase/config.toml:1:4: not valid TOML"),
        ("[db.migrations]\nschema_paths = 'x'\n", "2:1: `schema_paths` must be an array of strings"),
        ("[db.migrations]\nschema_paths = ['x/*.sql']\n", "2:1: no file matches schema_paths: `x/*.sql`"),
    ],
)
def test_a_wrong_config_is_named_with_its_place(refused: "Refused", folder: Path, config: str, said: str) -> None:
    (folder / "supabase").mkdir()
    (folder / "supabase" / "config.toml").write_text(config)
    refused("dump", said)


UNSET = """[api]
auto_expose_new_tables = 'env(NOWHERE)'
[db]
port = 'env(NOWHERE)'
major_version = 'env(NOWHERE)'
[db.migrations]
schema_paths = ['env(NOWHERE)']
"""


def test_a_variable_that_is_not_set_is_named_where_its_value_is_needed(refused: "Refused", folder: Path) -> None:
    (folder / "supabase").mkdir()
    (folder / "supabase" / "config.toml").write_text(UNSET)
    refused("dump", "7:1: `schema_paths` is to come from the environment variable NOWHERE")
    refused("dump --local", "4:1: `port` is to come from the environment variable NOWHERE")
    refused("dump --from migrations", "5:1: `major_version` is to come from the environment variable NOWHERE")
    (folder / "supabase" / "config.toml").write_text(UNSET.replace("major_version = 'env(NOWHERE)'", ""))
    refused("dump --from migrations", "2:1: `auto_expose_new_tables` is to come from the environment variable NOWHERE")


def test_a_dump_without_a_variable_says_what_it_does_not_know(
    run: Run, folder: Path, database: psycopg.Connection
) -> None:
    (folder / "supabase").mkdir()
    (folder / "supabase" / "config.toml").write_text(UNSET)
    database.execute("create table public.shelf (id int)")
    database.execute("create schema storage create table bin (id int)")
    database.execute("create policy look on storage.bin using (true)")
    info = database.info
    status, out, err = run(f"dump --db-url 'host={info.host} port={info.port} user={info.user} dbname={info.dbname}'")
    assert (status, 'CREATE TABLE IF NOT EXISTS "public"."shelf"' in out) == (0, True)
    [said] = [line for line in err.splitlines() if "NOWHERE" in line]
    assert "Not known what rights the platform grants on what the dump makes" in said


def test_what_the_config_says_for_other_tools_is_none_of_ours(run: Run, crm: Path) -> None:
    config = crm / "supabase" / "config.toml"
    text = config.read_text() + "\n[unknown]\nkey = 1\n"
    config.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert run("-q fix-functions --check")[0] in (0, 1)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("schema_path = []\n", "pgnorm.toml:1:1: unknown setting `schema_path`\nhint: Did you mean `schema_paths`?"),
        ("schemas = ['nowhere']\n", "no matching schemas were found for pattern: nowhere\nhint: Schemas here: public."),
        ("migrations = 'pgnorm.toml'\n", "pgnorm.toml: cannot read the folder: Not a directory"),
    ],
)
def test_wrong_settings_are_refused(refused: "Refused", plain: Path, settings: str, said: str) -> None:
    (plain / "pgnorm.toml").write_text(settings)
    refused("diff", said)


@pytest.mark.parametrize("name", ["a/b", "../x", ".", "-"])
def test_a_migration_that_could_not_be_written_is_refused_at_once(refused: "Refused", plain: Path, name: str) -> None:
    err = refused(f"diff -f '{name}'", f"`{name}` can't be a migration's name\nhint: ")
    assert "shadow" not in err
    refused("diff -f x -o y.sql", "-f can't be combined with -o")
    assert contents(plain / "migrations") == {}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("dump --schema nowhere", "no matching schemas were found for pattern: nowhere\nhint: Schemas here: public."),
        ("dump -o nowhere/x.sql", "nowhere/x.sql: cannot write the file: No such file or directory\nhint: Make the"),
        ("dump -o schemas", "schemas: cannot write the file: Is a directory"),
        ("dump -o /dev/full", "/dev/full: cannot write the file: No space left on device\nhint: Make room"),
        ("diff --to x.json", "x.json: the snapshot doesn't exist\nhint: Write it with `pgnorm dump --json -o x.json`."),
    ],
)
@pytest.mark.usefixtures("plain")
def test_what_is_asked_for_and_can_not_be(refused: "Refused", line: str, said: str) -> None:
    refused(line, said)


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("dump", "schemas/03.sql:1:8: syntax error"),
        ("diff --to x.json", "error: x.json: the snapshot doesn't exist"),
        ("diff --no-such", "error: No such option"),
        ("fleet check 1:2:3.txt", "error: 1:2:3.txt: cannot read the file"),
    ],
)
def test_an_error_begins_with_its_line_and_column_or_says_that_it_is_one(
    refused: "Refused", plain: Path, line: str, first: str
) -> None:
    (plain / "schemas" / "03.sql").write_text("create tabel x ();")
    assert f"\n{first}" in f"\n{refused(line)}"
