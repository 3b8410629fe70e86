"""`pgnorm migration`: files applied to real databases, each with its row of the history, whatever happens meanwhile."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString, Protocol

import psycopg
import pytest
from addresses import address
from conftest import Refused, Run
from psycopg import sql
from psycopg.conninfo import make_conninfo
from waiting import until

from pgnorm.normalizer.applying.carrying import TRIES
from pgnorm.normalizer.applying.history import all_rows
from pgnorm.normalizer.applying.lock import AdvisoryLock
from pgnorm.normalizer.project.databases import Database
from pgnorm.normalizer.project.live import Live

HISTORY: LiteralString = "select version, name, statements from supabase_migrations.schema_migrations order by 1"


class Write(Protocol):
    """Writes a migration of this number."""

    def __call__(self, number: int, text: str, name: str = "m") -> Path: ...


@pytest.fixture
def write(folder: Path) -> Write:
    """A writer of migrations into a Supabase project, the working directory."""
    migrations = folder / "supabase" / "migrations"
    migrations.mkdir(parents=True)
    (folder / "supabase" / "config.toml").write_text('project_id = "x"\n')

    def write(number: int, text: str, name: str = "m") -> Path:
        path = migrations / f"{20240101000000 + number}_{name}.sql"
        path.write_bytes(text.encode())
        return path

    return write


@pytest.fixture
def other(database: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """Another session in the database."""
    with psycopg.connect(address(database)) as connection:
        yield connection


def history(database: psycopg.Connection) -> list[tuple[object, ...]]:
    return database.execute(HISTORY).fetchall()


def _wait(database: psycopg.Connection) -> None:
    """Return once a session waits for a lock."""
    with psycopg.connect(address(database), autocommit=True) as looking:
        query: LiteralString = "select from pg_stat_activity where wait_event_type = 'Lock'"
        assert until(lambda: looking.execute(query).rowcount > 0)


@contextmanager
def freed_when_waited_for(database: psycopg.Connection, other: psycopg.Connection) -> Iterator[None]:
    """What `other` has locked, free once somebody waits for it."""

    def free() -> None:
        _wait(database)
        other.rollback()

    thread = threading.Thread(target=free)
    thread.start()
    yield
    thread.join()


def test_each_file_is_applied_with_its_row(run: Run, write: Write, at: str, database: psycopg.Connection) -> None:
    write(1, "-- first\ncreate table t (a int); -- behind\ninsert into t values (1);;\n;/* last */\n", "a_b")
    write(2, "\ufeffcreate view v as\r\n  select a from t;\r\nselect ';' -- no end;", "")
    code, out, err = run(f"migration up {at}")
    assert (code, out) == (0, ""), err
    assert history(database) == [
        (
            "20240101000001",
            "a_b",
            ["-- first\ncreate table t (a int)", "-- behind\ninsert into t values (1)", "/* last */"],
        ),
        ("20240101000002", "", ["create view v as\r\n  select a from t", "select ';' -- no end;"]),
    ]
    code, out, err = run(f"migration up {at}")
    assert (code, out, "The database is up to date" in err) == (0, "", True)


def test_the_table_is_as_the_supabase_cli_makes_it(
    run: Run, write: Write, at: str, database: psycopg.Connection
) -> None:
    write(1, "select 1;")
    assert run(f"migration up {at}")[0] == 0
    columns = database.execute(
        "select attname, format_type(atttypid, null), attnotnull from pg_attribute"
        " where attrelid = 'supabase_migrations.schema_migrations'::regclass and attnum > 0"
    ).fetchall()
    assert columns == [("version", "text", True), ("statements", "text[]", False), ("name", "text", False)]
    names = database.execute(
        "select conname from pg_constraint where contype = 'p' and connamespace = 'supabase_migrations'::regnamespace"
    ).fetchall()
    assert names == [("schema_migrations_pkey",)]


def test_a_table_of_an_older_cli_is_taken_up(run: Run, write: Write, at: str, database: psycopg.Connection) -> None:
    database.execute("create schema supabase_migrations")
    database.execute("create table supabase_migrations.schema_migrations (version text not null primary key)")
    database.execute("insert into supabase_migrations.schema_migrations values ('20240101000001')")
    write(1, "select broken;")
    write(2, "select 2;")
    assert run(f"migration list {at}")[1].split() == [
        "20240101000001",
        "m",
        "applied",
        "20240101000002",
        "m",
        "pending",
    ]
    assert run(f"migration up {at}")[0] == 0
    assert history(database) == [("20240101000001", None, None), ("20240101000002", "m", ["select 2"])]


def test_what_fails_leaves_nothing_and_what_was_before_stays(
    refused: Refused, write: Write, at: str, database: psycopg.Connection
) -> None:
    write(1, "create table t (a int primary key);")
    path = write(2, "create table u (a int);\n\ninsert into t values (1);\n  insert into t\n  values (1);\n")
    write(3, "create table w (a int);")
    err = refused(
        f"migration up {at}",
        "Applied supabase/migrations/20240101000001_m.sql",
        f"supabase/migrations/{path.name}:4:3: duplicate key value violates unique constraint",
        "DETAIL: Key (a)=(1) already exists.",
        "     4 |   insert into t\n       |   ^",
        "Nothing of this file is applied.",
    )
    assert "20240101000003" not in err
    assert [version for version, *_ in history(database)] == ["20240101000001"]
    assert database.execute("select to_regclass('u')").fetchone() == (None,)


def test_the_place_inside_of_a_statement(refused: Refused, write: Write, at: str) -> None:
    write(1, "-- é\ncreate table t (a int);\n-- über\nselect a,\n  b from t;\n")
    refused(f"migration up {at}", '_m.sql:5:3: column "b" does not exist', "     5 |   b from t;\n       |   ^")


def test_an_error_at_the_end_of_the_transaction(
    refused: Refused, write: Write, at: str, database: psycopg.Connection
) -> None:
    write(1, "create table t (a int unique deferrable initially deferred); insert into t values (1), (1);")
    refused(f"migration up {at}", "at the end of the transaction: duplicate key", "Nothing of this file is applied.")
    assert database.execute("select to_regclass('t')").fetchone() == (None,)


def test_settings_and_roles_of_a_file_end_with_it(
    run: Run, write: Write, at: str, database: psycopg.Connection
) -> None:
    database.execute("drop role if exists migration_guest")
    database.execute("create role migration_guest")
    write(1, "set search_path = ''; set role migration_guest; set standard_conforming_strings = off;")
    write(2, "create table t as select current_user::text who, 'a\\b' said;")
    code, _, err = run(f"migration up {at}")
    assert code == 0, err
    assert database.execute("select who, said from public.t").fetchone() == (database.info.user, "a\\b")
    database.execute("drop role migration_guest")


def test_begin_and_commit_around_all_are_part_of_the_one_transaction(
    refused: Refused, write: Write, at: str, database: psycopg.Connection
) -> None:
    write(1, "begin;\ncreate table t (a int);\ncommit;\n")
    write(2, "begin;\ncreate table u (a int);\nselect 1/0;\ncommit;\n")
    refused(f"migration up {at}", "_m.sql:3:1: division by zero", "Nothing of this file is applied.")
    assert history(database) == [("20240101000001", "m", ["begin", "create table t (a int)", "commit"])]


APART = {
    "concurrently": "create index concurrently i on t (a)",
    "vacuum": "vacuum t",
    "value of an enum": "alter type mood add value 'glad'; insert into u values ('glad')",
    "transactions of its own": "begin; insert into t values (2); commit",
    "a procedure that commits": "call commits()",
    "the mark": "-- pgnorm: transaction=false\ninsert into t values (3)",
}


@pytest.mark.parametrize("text", APART.values(), ids=APART.keys())
def test_what_runs_in_no_transaction_runs_apart(
    refused: Refused, run: Run, write: Write, at: str, database: psycopg.Connection, text: str
) -> None:
    database.execute(
        "create table t (a int); create type mood as enum ('sad'); create table u (m mood);"
        "create procedure commits() language plpgsql as $$ begin commit; end $$"
    )
    path = write(1, f"set search_path = public;\n{text};\ncreate table w (a int);\nselect a / 0 from t, no_such;\n")
    count = text.count(";") + 3
    err = refused(
        f"migration up {at}", "runs statement by statement: ", f"{count} of its {count + 1} statements are carried out."
    )
    assert 'relation "no_such" does not exist' in err
    assert "unfinished" in run(f"migration list {at}")[1]
    assert json.loads(run(f"migration list {at} --json")[1])["migrations"][0]["statements_done"] == count
    path.write_text(path.read_text().replace(", no_such", " where false"))
    assert run(f"migration up {at}")[0] == 0
    assert [version for version, *_ in history(database)] == ["20240101000001"]
    assert database.execute("select count(*) from supabase_migrations.pgnorm_unfinished").fetchone() == (0,)


def test_comments_are_no_statements(
    refused: Refused, run: Run, write: Write, at: str, database: psycopg.Connection
) -> None:
    path = write(1, "/* first */; create table t (a int);\n-- between\n; vacuum t; -- behind\n; select 1/0;\n-- last\n")
    assert "  3 statements; nothing is known" in run(f"push {at} --dry-run")[2]
    refused(f"migration up {at}", "2 of its 3 statements are carried out.")
    assert "2 statements are carried out" in run(f"migration list {at}")[1]
    assert json.loads(run(f"migration list {at} --json")[1])["migrations"][0]["statements_done"] == 2
    refused(f"migration up {at}", "2 of its 3 statements are carried out.")
    text = path.read_text()
    path.write_text(text.replace("first", "1st"))
    refused(f"migration up {at}", "the file was changed after its first 2 statements had been carried out")
    path.write_text(text.replace("/0", ""))
    assert run(f"migration up {at}")[0] == 0
    assert history(database)[0][2] == [
        "/* first */",
        "create table t (a int)",
        "-- between",
        "vacuum t",
        "-- behind",
        "select 1",
        "-- last",
    ]


def test_what_was_carried_out_can_not_be_changed(
    refused: Refused, write: Write, at: str, database: psycopg.Connection
) -> None:
    path = write(1, "create table t (a int); vacuum t; select 1/0;")
    refused(f"migration up {at}", "2 of its 3 statements are carried out.")
    path.write_text("create table t (b int); vacuum t; select 1;")
    refused(
        f"migration up {at}",
        "was changed after its first 2 statements",
        "repair --status applied 20240101000001 --db-url URL`",
    )
    path.unlink()
    refused(f"migration up {at}", "carried out a part of migrations that the folder lacks: 20240101000001")


WORDS_ALONE = {
    "the mark in a literal": "insert into t values ('\n-- pgnorm: transaction=false\n')",
    "a certificate in a literal": "insert into t values ('\n-- pgnorm-certificate: {}\n')",
    "what only sounds alike": "refresh materialized view concurrently v",
}


@pytest.mark.parametrize("text", WORDS_ALONE.values(), ids=WORDS_ALONE.keys())
def test_what_can_run_in_one_transaction_does(
    refused: Refused, write: Write, at: str, database: psycopg.Connection, text: str
) -> None:
    database.execute(
        "create table t (a text); create materialized view v as select a from t; create unique index on v (a)"
    )
    write(1, f"create table u (a int);\n{text};\nselect 1/0;\n")
    refused(f"migration up {at}", "division by zero", "Nothing of this file is applied.")
    assert database.execute("select to_regclass('u'), (select count(*) from t)").fetchone() == (None, 0)


NOT_TAKEN: dict[str, LiteralString] = {
    "a rule": "create rule r as on insert to supabase_migrations.schema_migrations do instead nothing",
    "a trigger that drops the row": "create function f() returns trigger language plpgsql as $$ begin "
    "return null; end $$;"
    "create trigger r before insert on supabase_migrations.schema_migrations for each row execute function f()",
    "a trigger that changes it": "create function f() returns trigger language plpgsql as $$ begin "
    "new.version := 'x'; return new; end $$;"
    "create trigger r before insert on supabase_migrations.schema_migrations for each row execute function f()",
}


@pytest.mark.parametrize("makes", NOT_TAKEN.values(), ids=NOT_TAKEN.keys())
def test_nothing_is_applied_that_the_history_does_not_take(
    run: Run, refused: Refused, write: Write, at: str, database: psycopg.Connection, makes: LiteralString
) -> None:
    write(1, "select 1;")
    assert run(f"migration up {at}")[0] == 0
    before = history(database)
    database.execute(makes)
    write(2, "create table t (a int);")
    refused(f"migration up {at}", "schema_migrations")
    assert history(database) == before
    assert database.execute("select to_regclass('t')").fetchone() == (None,)


def test_rows_of_the_history_that_are_hidden_are_an_error(
    run: Run, refused: Refused, write: Write, at: str, database: psycopg.Connection
) -> None:
    write(1, "create table t (a int); vacuum t; insert into t values (1);")
    assert run(f"migration up {at}")[0] == 0
    database.execute("drop role if exists migration_guest")
    database.execute(
        "create role migration_guest login; grant all on schema supabase_migrations to migration_guest;"
        "grant all on all tables in schema supabase_migrations to migration_guest;"
        "alter table supabase_migrations.schema_migrations enable row level security"
    )
    guest = f"--db-url '{make_conninfo(address(database), user='migration_guest')}'"
    for line in ("list", "up --dry-run", "up"):
        refused(f"migration {line} {guest}", "row-level security policy")
    database.execute("drop owned by migration_guest; drop role migration_guest")


def test_what_comes_after_such_a_reading_is_as_row_security_has_it(database: psycopg.Connection) -> None:
    with database.transaction():
        assert all_rows(database, "select current_setting('row_security')", ("public", "none")) == [("off",)]
        assert database.execute("show row_security").fetchone() == ("on",)


def test_what_has_no_effect_in_a_transaction_of_its_own_is_told(run: Run, write: Write, at: str) -> None:
    write(1, "create table t (a int); set local lock_timeout = 1; lock table t; vacuum t;")
    code, _, err = run(f"migration up {at}")
    assert (code, err.count("without effect")) == (0, 2)


def test_a_half_made_index_is_dropped(
    refused: Refused, run: Run, write: Write, at: str, database: psycopg.Connection
) -> None:
    database.execute("create table t (a int); insert into t values (1), (1)")
    write(1, "create unique index concurrently i on t (a);")
    refused(f"migration up {at}", "could not create unique index", 'dropped the index "public"."i"')
    assert database.execute("select to_regclass('i')").fetchone() == (None,)
    database.execute("delete from t")
    assert run(f"migration up {at}")[0] == 0
    assert database.execute("select indisvalid from pg_index where indexrelid = 'i'::regclass").fetchone() == (True,)


@pytest.fixture
def killed(database: psycopg.Connection) -> None:
    """A run of the first migration that was killed in its second statement, behind `create table t (a int)`."""
    database.execute(
        "create table t (a int); create schema supabase_migrations; create table supabase_migrations.pgnorm_unfinished"
        " (version text primary key, statements text[], underway bool);"
        "insert into supabase_migrations.pgnorm_unfinished values ('20240101000001', '{create table t (a int)}', true)"
    )


@pytest.mark.usefixtures("killed")
@pytest.mark.parametrize("valid", [True, False])
def test_an_index_of_a_run_that_was_killed(
    run: Run, write: Write, at: str, database: psycopg.Connection, valid: bool
) -> None:
    write(1, "create table t (a int); create index concurrently i on t (a); select 2;")
    write(2, "vacuum t;")
    database.execute("create index i on t (a)")
    database.execute("update pg_index set indisvalid = %s where indexrelid = 'i'::regclass", (valid,))
    code, _, err = run(f"migration up {at}")
    assert (code, "1 of its 3 statements are carried out." in err) == (0, True), err
    assert ('dropped the index "public"."i"' in err) is not valid
    assert database.execute("select indisvalid from pg_index where indexrelid = 'i'::regclass").fetchone() == (True,)


@pytest.mark.usefixtures("killed")
@pytest.mark.parametrize("valid", [True, False])
@pytest.mark.parametrize(
    ("setting", "table", "made"),
    [
        ("select 1", "t", "public.i"),
        ("select 1", 'only "public" . T', "public.i"),
        ("set search_path = other, public", "t", "other.i"),
        ("set search_path = other, public", "public.t", "public.i"),
    ],
)
def test_an_index_of_that_name_elsewhere_is_another_one(
    run: Run,
    write: Write,
    at: str,
    database: psycopg.Connection,
    valid: bool,
    setting: LiteralString,
    table: LiteralString,
    made: LiteralString,
) -> None:
    write(1, f"{setting}; create unique index concurrently if not exists I on {table} (a); select 2;")
    elsewhere = "public" if made == "other.i" else "other"
    database.execute("update supabase_migrations.pgnorm_unfinished set statements = %s", ([setting],))
    database.execute("create schema other; create table other.t (a int)")
    database.execute(f"create index i on {elsewhere}.t (a)".encode())
    database.execute("update pg_index set indisvalid = %s where indexrelid = %s::regclass", (valid, f"{elsewhere}.i"))
    code, _, err = run(f"migration up {at}")
    assert (code, "dropped" in err) == (0, False), err
    found = database.execute(
        "select relnamespace::regnamespace || '.' || relname, indisvalid, indisunique from pg_index"
        " join pg_class c on c.oid = indexrelid where indrelid in ('public.t'::regclass, 'other.t'::regclass)"
    ).fetchall()
    assert sorted(found) == sorted([(made, True, True), (f"{elsewhere}.i", valid, False)])


@pytest.mark.usefixtures("killed")
def test_an_index_of_that_name_on_another_table_is_in_the_way(
    refused: Refused, write: Write, at: str, database: psycopg.Connection
) -> None:
    write(1, "create table t (a int); create index concurrently i on t (a);")
    database.execute("create table u (a int); create index i on u (a)")
    database.execute("update pg_index set indisvalid = false where indexrelid = 'i'::regclass")
    refused(f"migration up {at}", 'relation "i" already exists')
    assert database.execute("select to_regclass('i') is not null").fetchone() == (True,)


@pytest.mark.usefixtures("killed")
def test_an_index_without_a_name_is_not_made_again(
    refused: Refused, run: Run, write: Write, at: str, database: psycopg.Connection
) -> None:
    text = "create table t (a int); create index concurrently on t (a);"
    path = write(1, text)
    database.execute("create index on t (a)")
    refused(f"migration up {at}", "_m.sql:1:25: the run before ended while this statement ran", "IF NOT EXISTS")
    path.write_text(text.replace("on t", "if not exists t_a_idx on t"))
    code, _, err = run(f"migration up {at}")
    assert code == 0, err
    assert database.execute("select count(*) from pg_index where indrelid = 't'::regclass").fetchone() == (1,)


@pytest.mark.usefixtures("killed")
def test_a_table_that_nobody_may_look_for_has_a_place(
    refused: Refused, write: Write, at: str, database: psycopg.Connection
) -> None:
    database.execute("drop role if exists index_guest; create role index_guest; create schema other")
    write(1, "set role index_guest;\ncreate index concurrently i on other.t (a);")
    database.execute("update supabase_migrations.pgnorm_unfinished set statements = '{set role index_guest}'")
    refused(f"migration up {at}", "_m.sql:2:1: permission denied for schema other")
    database.execute("drop role index_guest")


def test_a_lock_is_asked_for_again(
    run: Run, write: Write, at: str, database: psycopg.Connection, other: psycopg.Connection
) -> None:
    database.execute("create table t (a int)")
    other.execute("lock table t")
    write(1, "create table u (a int); alter table t add b int;")
    with freed_when_waited_for(database, other):
        code, _, err = run(f"migration up {at} --lock-timeout 100ms")
    assert (code, "lock timeout; it is tried again" in err or "Applied" in err) == (0, True), err
    assert len(history(database)) == 1


def test_a_lock_that_is_never_free(
    refused: Refused,
    write: Write,
    at: str,
    database: psycopg.Connection,
    other: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    database.execute("create table t (a int)")
    other.execute("lock table t")
    write(1, "create table u (a int); alter table t add b int;")
    err = refused(f"migration up {at} --lock-timeout 20ms", "it is tried again, once more at most", "--lock-timeout")
    assert err.count("it is tried again") == TRIES - 1
    assert database.execute("select to_regclass('u')").fetchone() == (None,)


def test_two_at_once(run: Run, write: Write, at: str, database: psycopg.Connection, other: psycopg.Connection) -> None:
    write(1, "create table t (a int);")
    other.execute("select pg_advisory_xact_lock(%s)", (0x70676E6F726D,))
    with freed_when_waited_for(database, other):
        code, _, err = run(f"migration up {at}")
    assert (code, "waiting for another run that applies migrations" in err) == (0, True)
    assert len(history(database)) == 1


def test_the_lock_outlasts_limits_of_the_role(
    database: psycopg.Connection,
) -> None:
    names = ["idle_in_transaction_session_timeout", "statement_timeout"]
    names += ["transaction_timeout"] * (database.info.server_version >= 170000)
    database.execute("drop role if exists migration_guest")
    database.execute("create role migration_guest login superuser")
    for name in names:
        database.execute(sql.SQL("alter role migration_guest set {} = '100ms'").format(sql.Identifier(name)))
    lock = AdvisoryLock(Database(conninfo=make_conninfo(address(database), user="migration_guest")), _silent, Live())
    with lock.held():
        time.sleep(0.5)
        assert database.execute("select from pg_locks where locktype = 'advisory'").rowcount == 1
    database.execute("drop role migration_guest")


def _silent(_level: str, _message: str) -> None:
    pass


def test_nothing_waits_for_the_run_itself(run: Run, write: Write, at: str, database: psycopg.Connection) -> None:
    name = sql.Identifier(database.info.dbname)
    database.execute(sql.SQL("alter database {} set default_transaction_isolation = serializable").format(name))
    database.execute("create table t (a int)")
    write(1, "create index concurrently i on t (a);")
    code, _, err = run(f"migration up {at} --lock-timeout 2s")
    assert code == 0, err


def test_a_connection_that_is_cut(
    refused: Refused, run: Run, write: Write, at: str, database: psycopg.Connection
) -> None:
    write(1, "create table t (a int); select pg_sleep(300);")

    def cut() -> None:
        with psycopg.connect(address(database), autocommit=True) as looking:
            kill: LiteralString = "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'"
            assert until(lambda: looking.execute(kill).rowcount > 0)

    cutting = threading.Thread(target=cut)
    cutting.start()
    refused(f"migration up {at}", "_m.sql:1:25: terminating connection due to administrator command")
    cutting.join()
    assert history(database) == []
    write(1, "create table t (a int);")
    assert run(f"migration up {at}")[0] == 0


def test_a_dry_run_changes_nothing(run: Run, write: Write, at: str, database: psycopg.Connection) -> None:
    write(1, "create table t (a int);")
    code, out, err = run(f"migration up {at} --dry-run --json")
    assert code == 0
    assert json.loads(out) == {
        "version": 1,
        "dry_run": True,
        "files": [],
        "applied": [],
        "pending": ["20240101000001"],
    }
    assert "Would apply supabase/migrations/20240101000001_m.sql" in err
    assert database.execute("select to_regnamespace('supabase_migrations')").fetchone() == (None,)


def test_versions_that_the_folder_lacks_or_that_come_too_late(
    run: Run, refused: Refused, write: Write, at: str, database: psycopg.Connection
) -> None:
    path = write(2, "select 2;")
    assert run(f"migration up {at}")[0] == 0
    path.unlink()
    write(3, "select 3;")
    refused(f"migration up {at}", "that the folder lacks: 20240101000002", "migration repair --status reverted")
    assert "applied, no such file" in run(f"migration list {at}")[1]
    write(2, "select 22;")
    write(1, "select 1;")
    assert "applied, the file was changed since" in run(f"migration list {at}")[1]
    refused(f"migration up {at}", "later migrations than these: 20240101000001_m.sql", "--include-all")
    assert "pending, out of order" in run(f"migration list {at}")[1]
    assert run(f"migration up {at} --include-all")[0] == 0
    assert len(history(database)) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("create table t (a int);\n\\i other.sql\n", ":2:1: only psql runs a line such as \\i"),
        ("create table t (a int);\ncopy t from stdin;\n1\n\\.\n", ":2:1: only psql runs COPY from stdin"),
        ("copy (select 1) to stdout", ":1:1: only psql runs COPY"),
        ("-- +goose Up\nselect 1;\n-- +goose Down\nselect 2;\n", "marks of a migration tool"),
        ("select 'a", ":1:8: unterminated string literal"),
    ],
)
def test_what_can_not_be_applied_is_refused_before_anything_is(
    refused: Refused, write: Write, at: str, database: psycopg.Connection, text: str, said: str
) -> None:
    write(1, "create table before (a int);")
    write(2, text)
    refused(f"migration up {at}", said)
    assert database.execute("select to_regclass('before')").fetchone() == (None,)


def test_two_files_of_one_version(refused: Refused, write: Write, at: str) -> None:
    write(1, "select 1;", "a")
    write(1, "select 1;", "b")
    refused(f"migration list {at}", "have the same version, 20240101000001")


def test_a_plain_project_names_its_history(
    run: Run, refused: Refused, plain: Path, at: str, database: psycopg.Connection
) -> None:
    (plain / "migrations" / "1_a.sql").write_text("create table notes (id int primary key, body text);")
    (plain / "migrations" / "2_b.sql").write_text("select 2;")
    (plain / "migrations" / "10_c.sql").write_text("select 10;")
    refused(f"migration up {at}", 'history = "pgnorm.migrations"')
    (plain / "pgnorm.toml").write_text('history = "public.migrations"\n')
    refused(f"migration up {at}", "in a schema of its own")
    (plain / "pgnorm.toml").write_text('history = "pgnorm.migrations"\n')
    refused("migration up", "the database is not named")
    assert run(f"migration up {at}")[0] == 0
    rows = database.execute("select version, name from pgnorm.migrations").fetchall()
    assert rows == [("1", "a"), ("2", "b"), ("10", "c")]
    assert [line.split()[0] for line in run(f"migration list {at}")[1].splitlines()] == ["1", "2", "10"]
    code, out, err = run(f"diff --from files --to '{address(database)}' --check")
    assert (code, out) == (0, ""), err


def test_migrations_of_other_tools_are_theirs(refused: Refused, plain: Path, at: str) -> None:
    (plain / "migrations" / "V1__a.sql").write_text("select 1;")
    refused(f"migration up {at}", "Apply them with that tool.")


def test_new(run: Run, write: Write, folder: Path) -> None:
    write(1, "select 1;")
    code, out, err = run("migration new 'add notes'")
    assert (code, out) == (0, "")
    (path,) = (folder / "supabase" / "migrations").glob("*_add_notes.sql")
    assert (path.read_text(), path.name in err) == ("", True)


def test_outside_of_a_project(refused: Refused, folder: Path, at: str) -> None:
    refused(f"migration up {at}", "migrations belong to a project")


def test_without_a_command_the_help_is_shown(run: Run) -> None:
    code, out, err = run("migration")
    assert (code, out, "Commands:" in err) == (2, "", True)
