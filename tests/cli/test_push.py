"""`pgnorm push`: shown, asked about, applied; roles before and seeds behind."""

import hashlib
import os
import pty
import subprocess
import sys
import threading
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from addresses import address
from conftest import Refused, Run
from waiting import until

HEAD = """-- pgnorm: transaction=false
-- 1 to drop:
-- Please check that these are intended:
--   - table public.t
-- pgnorm-certificate: {"version":1,"from":"0","to":"1","partial":true}

"""


@pytest.fixture
def project(folder: Path) -> Path:
    """A Supabase project with two migrations, a file of roles and two seeds."""
    supabase = folder / "supabase"
    (supabase / "migrations").mkdir(parents=True)
    (supabase / "seeds").mkdir()
    (supabase / "config.toml").write_text('[db.seed]\nsql_paths = ["./seed.sql", "./seeds/*.sql"]\n')
    (supabase / "migrations" / "1_a.sql").write_text("create table t (a int); create table u (a int);")
    (supabase / "migrations" / "2_b.sql").write_text(HEAD + "drop table t;")
    (supabase / "seed.sql").write_text("insert into u values (1);")
    (supabase / "seeds" / "b.sql").write_text("insert into u values (2);")
    return folder


def rows(database: psycopg.Connection) -> list[tuple[object, ...]]:
    return database.execute("select a from u order by 1").fetchall()


def test_what_is_going_to_happen_is_shown(run: Run, project: Path, at: str, database: psycopg.Connection) -> None:
    code, out, err = run(f"push {at} --dry-run --include-seed")
    assert (code, out) == (0, "")
    assert "1_a.sql\n  2 statements; nothing is known of what they block or lose\n" in err
    assert "2_b.sql\n  1 to drop:\n  Please check that these are intended:\n    - table public.t\n" in err
    assert "pgnorm-certificate" not in err
    assert "transaction=false" not in err
    assert "supabase/seed.sql, for rows" in err
    assert database.execute("select to_regclass('u')").fetchone() == (None,)


def test_nobody_is_asked_without_a_terminal(
    run: Run, refused: Refused, project: Path, at: str, database: psycopg.Connection
) -> None:
    refused(f"push {at}", "there is no terminal on which to ask", "hint: Say so with --yes.")
    assert database.execute("select to_regclass('u')").fetchone() == (None,)
    assert run(f"push {at} --yes")[0] == 0
    code, _, err = run(f"push {at}")
    assert (code, "The database is up to date" in err) == (0, True)


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 2)])
def test_on_a_terminal_it_asks(project: Path, database: psycopg.Connection, answer: str, code: int) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pgnorm.cli", "push", "--db-url", address(database)]
    with subprocess.Popen(command, cwd=project, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        while b"[y/N]" not in said:
            said += os.read(ours, 1000)
        os.write(ours, f"{answer}\n".encode())
        assert process.wait() == code
    os.close(ours)
    there = database.execute("select to_regclass('u') is not null").fetchone()
    assert there == (answer == "y",)


def test_seeds_run_once(run: Run, project: Path, at: str, database: psycopg.Connection) -> None:
    assert run(f"push {at} --yes --include-seed")[0] == 0
    assert rows(database) == [(1,), (2,)]
    (project / "supabase" / "seed.sql").write_text("insert into u values (9);")
    code, _, err = run(f"push {at} --yes --include-seed")
    assert (code, "seed.sql was changed since it was run, and is not run again" in err) == (0, True)
    assert rows(database) == [(1,), (2,)]
    assert "The database is up to date" in run(f"push {at} --include-seed")[2]
    known = database.execute("select path, length(hash) from supabase_migrations.seed_files order by 1").fetchall()
    assert known == [("supabase/seed.sql", 64), ("supabase/seeds/b.sql", 64)]


def test_a_seed_that_fails_leaves_nothing(
    run: Run, refused: Refused, project: Path, at: str, database: psycopg.Connection
) -> None:
    (project / "supabase" / "seeds" / "b.sql").write_text("insert into u values (2);\ninsert into no_such values (1);")
    refused(
        f"push {at} --yes --include-seed", "supabase/seeds/b.sql:2:13: relation", "Nothing of this file is applied."
    )
    assert rows(database) == [(1,)]
    (project / "supabase" / "seeds" / "b.sql").write_text("insert into u values (2);")
    assert run(f"push {at} --yes --include-seed")[0] == 0
    assert rows(database) == [(1,), (2,)]


def test_a_seed_that_another_run_has_run_meanwhile(
    refused: Refused, project: Path, at: str, database: psycopg.Connection
) -> None:
    seed = project / "supabase" / "seed.sql"
    with psycopg.connect(address(database)) as other:
        other.execute("select pg_advisory_xact_lock(%s)", (0x70676E6F726D,))

        def run_it() -> None:
            waiting: LiteralString = "select from pg_stat_activity where wait_event = 'advisory'"
            assert until(lambda: database.execute(waiting).rowcount > 0)
            _remember(other, "supabase/seed.sql", seed)
            other.commit()

        running = threading.Thread(target=run_it)
        running.start()
        refused(f"push {at} --yes --include-seed", "what is to be applied has changed meanwhile")
        running.join()
    assert database.execute("select to_regclass('u')").fetchone() == (None,)


def test_only_a_seed_that_is_to_be_run_has_to_be_one_that_can(
    run: Run, refused: Refused, project: Path, at: str, database: psycopg.Connection
) -> None:
    seed = project / "supabase" / "seed.sql"
    seed.write_bytes(b"\\i \xe9.sql\n")
    refused(f"push {at} --yes --include-seed", "seed.sql:1:4: the file is not UTF-8")
    _remember(database, "supabase/seed.sql", seed)
    code, _, err = run(f"push {at} --yes --include-seed")
    assert code == 0, err
    seed.write_text("\\i other.sql\n")
    code, _, err = run(f"push {at} --yes --include-seed")
    assert (code, "seed.sql was changed since it was run, and is not run again" in err) == (0, True), err
    database.execute("truncate supabase_migrations.seed_files")
    refused(f"push {at} --yes --include-seed", "seed.sql:1:1: only psql runs a line such as \\i")
    assert rows(database) == [(2,)]


def _remember(connection: psycopg.Connection, name: str, seed: Path) -> None:
    connection.execute(
        "create schema supabase_migrations;"
        "create table supabase_migrations.seed_files (path text primary key, hash text)"
    )
    known = (name, hashlib.sha256(seed.read_bytes()).hexdigest())
    connection.execute("insert into supabase_migrations.seed_files values (%s, %s)", known)


def test_roles_that_are_there_stay(run: Run, project: Path, at: str, database: psycopg.Connection) -> None:
    database.execute("create role push_one")
    try:
        (project / "supabase" / "roles.sql").write_text("create role push_one login;\ncreate role push_two;\n")
        code, _, err = run(f"push {at} --yes --include-roles")
        assert (code, 'roles.sql:1:1: role "push_one" already exists, and stays as it is' in err) == (0, True), err
        found = database.execute("select rolname, rolcanlogin from pg_roles where rolname like 'push%' order by 1")
        assert found.fetchall() == [("push_one", False), ("push_two", False)]
    finally:
        database.execute("drop role if exists push_one, push_two")


def test_the_linked_database_is_the_default(refused: Refused, project: Path) -> None:
    refused("push --dry-run", "the project is not linked")


LOSING = """-- by hand
create table keep (a int, b int, c int, "DROP" int);
alter table keep add check (a > 0), drop b;
alter table keep alter column "DROP" drop not null, drop constraint keep_a_check;
alter table only keep
    drop if exists
    c;
truncate keep;
delete from keep where a = 1;
drop index if exists nothing;
create type pair as (a int, b int);
alter type pair drop attribute b;
create schema other;
drop schema other cascade;
drop table keep;
"""


def test_what_a_migration_of_somebody_loses_by_its_words_is_shown_before_it_is_applied(
    run: Run, project: Path, at: str, database: psycopg.Connection
) -> None:
    (project / "supabase" / "migrations" / "3_c.sql").write_text(LOSING)
    said = """supabase/migrations/3_c.sql
  by hand
  12 statements; nothing is known of what they block. By their words these lose data:
    supabase/migrations/3_c.sql:3:1: alter table keep add check (a > 0), drop b
    supabase/migrations/3_c.sql:5:1: alter table only keep drop if exists c
    supabase/migrations/3_c.sql:8:1: truncate keep
    supabase/migrations/3_c.sql:9:1: delete from keep where a = 1
    supabase/migrations/3_c.sql:12:1: alter type pair drop attribute b
    supabase/migrations/3_c.sql:14:1: drop schema other cascade
    supabase/migrations/3_c.sql:15:1: drop table keep
"""
    for command in ("push", "migration up"):
        code, _, err = run(f"{command} {at} --dry-run")
        assert (code, said in err, "\nWould apply supabase/migrations/3_c.sql\n" in err) == (0, True, True), err
    assert run(f"migration up {at}")[0] == 0
    assert database.execute("select to_regclass('keep')").fetchone() == (None,)
