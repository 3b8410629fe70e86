"""`pgnorm dump`, from the words to the streams."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from addresses import address

Run = Callable[[str], tuple[int, str, str]]


@pytest.mark.usefixtures("plain")
def test_a_project_dumps_its_files(run: Run) -> None:
    code, out, err = run("dump")
    assert code == 0
    assert 'CREATE TABLE "public"."notes" (' in out
    assert "source: 1 file of schemas\n" in err
    assert "baseline: plain\n" in err


@pytest.mark.usefixtures("plain")
def test_quiet_says_nothing_and_stdout_is_the_product(run: Run) -> None:
    _, out, err = run("-q dump")
    assert err == ""
    assert out.startswith("--\n-- PostgreSQL database dump\n")
    assert out.endswith("\n")


def test_output_goes_to_a_file(run: Run, plain: Path) -> None:
    _, printed, _ = run("dump --no-restrict")
    code, out, err = run("dump --no-restrict -o all.sql")
    assert (code, out) == (0, "")
    assert (plain / "all.sql").read_text() == printed
    assert err.endswith("Wrote all.sql\n")


@pytest.mark.usefixtures("folder")
def test_a_database_outside_of_a_project(
    run: Run, database: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.execute("create schema s; create table s.t (a int); create table u (b int)")
    code, out, err = run(f"dump --restrict-key k --db-url '{address(database)}' --schema s")
    assert code == 0
    assert 'CREATE TABLE "s"."t"' in out
    assert '"u"' not in out
    assert f"source: database {database.info.dbname} on {database.info.host} as postgres" in err
    assert "shadow" not in err
    monkeypatch.setenv("PGNORM_DB_URL", address(database))
    assert run("dump --restrict-key k -n s")[1] == out
    code, again, err = run("dump --restrict-key k --db -N public -n s")
    assert (code, again) == (0, out)
    assert "as postgres (from PGNORM_DB_URL), Postgres" in err
    assert '"s"' not in run("dump -N s")[1]


@pytest.mark.usefixtures("plain")
def test_in_a_project_the_environment_chooses_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/nowhere")
    assert run("dump")[0] == 0
    assert run("dump --db")[0] == 2


def test_what_is_not_modelled_is_named(run: Run, plain: Path) -> None:
    (plain / "schemas" / "02.sql").write_text("""
        create table n (i int);
        create index p on n (i);
        update pg_index set indisvalid = false where indrelid = 'n'::regclass;
    """)
    assert "not modelled: 1 invalid index (public.p)\n" in run("-q dump --trust-files")[2]


def test_a_schema_that_is_not_there(run: Run, plain: Path) -> None:
    assert plain.is_dir()
    code, out, err = run("dump -n nowhere")
    assert (code, out) == (2, "")
    assert "no matching schemas were found for pattern: nowhere\nhint: Schemas here: public." in err


def test_an_error_in_a_file(run: Run, plain: Path) -> None:
    (plain / "schemas" / "02.sql").write_text("\ncreate table x (a itn);\n")
    code, out, err = run("dump")
    assert (code, out) == (2, "")
    assert 'schemas/02.sql:2:19: type "itn" does not exist\n' in err


def test_errors_are_shown_as_many_as_fit_a_screen(run: Run, plain: Path) -> None:
    (plain / "schemas" / "03.sql").write_text(
        "\n".join(f"create view v{each} as select 1; bad{each};" for each in range(12))
    )
    (plain / "schemas" / "04.sql").write_bytes(b"\xff")
    (plain / "schemas" / "05.sql").write_bytes(b"\xfe")
    code, out, err = run("dump")
    assert (code, out) == (2, "")
    assert [line.split(": ")[0] for line in err.splitlines() if ".sql:" in line] == [
        "schemas/04.sql:1:1",
        "schemas/05.sql:1:1",
    ]
    assert err.count("hint: Save the file as UTF-8.") == 1
    (plain / "schemas" / "04.sql").unlink()
    (plain / "schemas" / "05.sql").unlink()
    for command in ("dump", "diff", "fix-functions"):
        code, out, err = run(command)
        assert (code, out) == (2, "")
        assert err.count("syntax error") == 10
        assert err.endswith("… and 2 more (-v)\n")
    code, _, err = run("dump -v")
    assert (code, err.count("syntax error")) == (2, 12)


def test_a_named_file_loads_in_any_order(run: Run, folder: Path) -> None:
    (folder / "a.sql").write_text("create view v as select id from t;\ncreate table t (id int);\n")
    code, out, _ = run("dump --from a.sql")
    assert code == 0
    assert out.index("CREATE TABLE") < out.index("CREATE VIEW")
    (folder / "b.sql").write_text("drop table if exists t cascade;\ncreate table t (id int);\ndrop table gone;\n")
    assert 'b.sql:3:1: table "gone" does not exist' in run("dump --from b.sql")[2]


@pytest.mark.usefixtures("crm")
def test_managed_schemas_are_left_out_unless_named(run: Run) -> None:
    _, out, _ = run("dump --format pg_dump")
    assert 'CREATE TABLE "public"."contacts"' in out
    assert 'CREATE TABLE "auth"' not in out
    assert 'CREATE TABLE "auth"."users"' in run("dump --schema auth --format pg_dump")[1]


@pytest.mark.usefixtures("plain")
def test_a_dash_is_stdout_and_no_source(run: Run) -> None:
    for command in ("dump --restrict-key k", "diff"):
        code, out, _ = run(f"-q {command}")
        assert run(f"-q {command} -o -") == (code, out, "")
    assert not Path("-").exists()
    code, out, err = run("dump --from -")
    assert (code, out, err) == (
        2,
        "",
        "error: stdin is no source\nhint: Put it into a file whose name ends in .sql, and name that.\n",
    )


@pytest.mark.usefixtures("folder")
def test_roles_alone(run: Run, database: psycopg.Connection) -> None:
    database.execute("create table t (a int)")
    code, out, err = run(f"dump --roles --db-url '{address(database)}'")
    assert code == 0
    assert out.startswith("--\n-- PostgreSQL database cluster dump\n")
    assert 'CREATE ROLE "postgres";\n' in out
    assert "TABLE" not in out
    assert f"source: database {database.info.dbname}" in err


def test_the_roles_that_files_make(run: Run, plain: Path) -> None:
    (plain / "schemas" / "02.sql").write_text(
        "create role robin login password 'secret' valid until '2031-01-01 00:00:00+00';\n"
        "alter role robin set work_mem = '8MB'; alter role all set geqo = off;\n"
    )
    code, out, err = run("dump --roles -o roles.sql")
    assert (code, out) == (0, "")
    written = (plain / "roles.sql").read_text()
    assert "VALID UNTIL '2031-01-01 00:00:00+00';\n" in written
    assert """ALTER ROLE "robin" SET "work_mem" TO '8MB';\n""" in written
    assert "secret" not in written
    assert "not printed, as in pg_dumpall --roles-only: 1 setting for all roles (geqo)\n" in err


@pytest.mark.parametrize("options", ["-n public", "-N public", "--format supabase", "--keep-comments"])
def test_roles_go_with_nothing_that_is_about_a_schema(run: Run, plain: Path, options: str) -> None:
    assert plain.is_dir()
    code, out, err = run(f"dump --roles {options}")
    assert (code, out) == (2, "")
    assert "--roles" in err
