"""Roles that files make are compared: their attributes, settings, comments and memberships."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from addresses import address

if TYPE_CHECKING:
    from conftest import Refused, Run

NAMES = ("pgnorm_app", "pgnorm_team", "pgnorm_other")
OLD = """
create role pgnorm_team;
create role pgnorm_app login createdb connection limit 3 valid until '2100-01-01 00:00:00+00';
alter role pgnorm_app set statement_timeout = '5s';
alter role pgnorm_app set search_path = app, public;
comment on role pgnorm_app is 'it''s the app';
grant pgnorm_team to pgnorm_app with admin option;
grant pg_read_all_data to pgnorm_app;
create table letters (id int primary key, body text);
grant select on letters to pgnorm_app;
"""
NEW = """
create role pgnorm_team;
create role pgnorm_app noinherit createrole;
alter role pgnorm_app set search_path = public;
alter role pgnorm_app set role = pgnorm_team;
comment on role pgnorm_team is 'all of us';
grant pgnorm_team to pgnorm_app;
grant pg_monitor to pgnorm_team;
create table letters (id int primary key, body text, at date);
grant select, insert on letters to pgnorm_app;
"""


@pytest.fixture
def server(database: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """A database on a server that has none of the roles, afterwards as well."""
    yield database
    for name in NAMES:
        if database.execute("select from pg_roles where rolname = %s", (name,)).rowcount:
            database.execute(f"drop owned by {name} cascade; drop role {name}".encode())


@pytest.fixture
def sides(folder: Path) -> Path:
    """A folder of the two states."""
    (folder / "old.sql").write_text(OLD)
    (folder / "new.sql").write_text(NEW)
    return folder


@pytest.mark.parametrize("direction", [("old", "new"), ("new", "old")])
@pytest.mark.parametrize("proof", ["catalog", "pg_dump"])
def test_a_plan_between_files_leads_a_server_from_one_to_the_other(
    run: "Run", server: psycopg.Connection, sides: Path, direction: tuple[str, str], proof: str
) -> None:
    old, new = direction
    server.execute((sides / f"{old}.sql").read_bytes())
    server.execute("insert into letters values (1, 'kept')")
    code, _, err = run(f"diff --from {old}.sql --to {new}.sql --proof {proof}")
    assert code == 0, err
    code, plan, err = run(f"diff --from '{address(server)}' --to {new}.sql --proof {proof}")
    assert code == 0, err
    server.execute(plan.encode())
    assert server.execute("select id, body from letters").fetchall() == [(1, "kept")]
    assert run(f"diff --check --from '{address(server)}' --to {new}.sql")[:2] == (0, "")
    assert run(f"diff --check --from {new}.sql --to '{address(server)}'")[:2] == (0, "")


def test_what_is_said_of_a_role(run: "Run", sides: Path) -> None:
    _, out, err = run("diff --from old.sql --to new.sql")
    assert out.startswith(
        'ALTER ROLE "pgnorm_app" WITH NOINHERIT CREATEROLE NOCREATEDB NOLOGIN CONNECTION LIMIT -1'
        " VALID UNTIL 'infinity';\n"
        'COMMENT ON ROLE "pgnorm_app" IS NULL;\n'
        'ALTER ROLE "pgnorm_app" RESET "statement_timeout";\n'
        'ALTER ROLE "pgnorm_app" SET "search_path" TO \'public\';\n'
        'ALTER ROLE "pgnorm_app" SET "role" TO \'pgnorm_team\';\n'
        "COMMENT ON ROLE \"pgnorm_team\" IS 'all of us';\n"
    )
    assert "  ~ role pgnorm_team: comment\n  + member pgnorm_team of role pg_monitor\n" in err
    assert "  ~ member pgnorm_app of role pgnorm_team\n" in err
    assert "  - member pgnorm_app of role pg_read_all_data\n" in err


def test_what_only_a_server_has_is_somebody_else_s(run: "Run", server: psycopg.Connection, sides: Path) -> None:
    server.execute(NEW.encode())
    server.execute("create role pgnorm_other; grant pgnorm_team to pgnorm_other; grant pgnorm_other to pgnorm_app")
    assert run(f"diff --check --drop-roles --from '{address(server)}' --to new.sql")[:2] == (0, "")
    assert run(f"diff --check --drop-roles --from new.sql --to '{address(server)}'")[:2] == (0, "")


def test_a_role_goes_only_if_that_is_asked_for(run: "Run", server: psycopg.Connection, sides: Path) -> None:
    (sides / "without.sql").write_text("create table letters (id int primary key, body text);")
    code, plan, err = run("diff --from old.sql --to without.sql")
    assert (code, "ROLE" in plan) == (0, False)
    assert "Role pgnorm_app stays, though the new side lacks it: others may use it (--drop-roles drops it)\n" in err
    code, plan, err = run("diff --from old.sql --to without.sql --drop-roles")
    assert plan.endswith('\n\nDROP ROLE "pgnorm_app";\nDROP ROLE "pgnorm_team";\n')
    assert "  - role pgnorm_app, which other databases of the server may use\n" in err
    server.execute(OLD.encode())
    server.execute(plan.encode())
    assert server.execute("select from pg_roles where rolname ~ '^pgnorm_'").rowcount == 0
    assert run(f"diff --check --from '{address(server)}' --to without.sql")[:2] == (0, "")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--no-roles", ""),
        ("--schema public", "Roles differ that are left out, since only a part is compared: pg_monitor, pg_read_all"),
        ("--only letters", "Roles differ that are left out, since only a part is compared: pg_monitor, pg_read_all"),
        ("--ignore 'pg*'", ""),
    ],
)
def test_roles_are_left_out(run: "Run", sides: Path, options: str, said: str) -> None:
    code, out, err = run(f"diff --from old.sql --to new.sql {options}")
    assert (code, "ROLE" in out, '"at" "date"' in out) == (0, False, True)
    assert said in err
    assert json.loads(run(f"diff --from old.sql --to new.sql {options} --json")[1])["roles"] == []


def test_two_roles_change_places(run: "Run", server: psycopg.Connection, sides: Path) -> None:
    made = "create role pgnorm_app; create role pgnorm_team; grant {} to {};"
    (sides / "old.sql").write_text(made.format("pgnorm_app", "pgnorm_team"))
    (sides / "new.sql").write_text(made.format("pgnorm_team", "pgnorm_app"))
    code, plan, err = run("diff --from old.sql --to new.sql")
    assert code == 0, err
    server.execute(made.format("pgnorm_app", "pgnorm_team").encode())
    server.execute(plan.encode())
    assert run(f"diff --check --from '{address(server)}' --to new.sql")[:2] == (0, "")


def test_a_role_that_something_left_alone_needs(refused: "Refused", sides: Path) -> None:
    (sides / "old.sql").write_text("create role pgnorm_app; create table t (a int); alter table t owner to pgnorm_app;")
    (sides / "new.sql").write_text("create table u (a int);")
    refused(
        "diff --from old.sql --to new.sql --drop-roles --ignore t --proof pg_dump",
        'error: the plan does not apply, at drop role pgnorm_app: role "pgnorm_app" cannot be dropped',
        "DETAIL: owner of table t",
        'DROP ROLE "pgnorm_app";',
        "hint: What is left alone, or as it is, may need the role: leave out --drop-roles.",
    )


def test_no_plan_makes_a_superuser(run: "Run", sides: Path) -> None:
    (sides / "powerful.sql").write_text(NEW.replace("createrole", "createrole superuser replication bypassrls"))
    code, out, err = run("diff --from new.sql --to powerful.sql")
    assert (code, out) == (0, 'ALTER ROLE "pgnorm_app" WITH REPLICATION BYPASSRLS;\n')
    assert "Role pgnorm_app is a superuser on one side only, which no plan writes: do that by hand\n" in err


def test_a_role_that_one_side_only_names_is_as_the_other_makes_it(run: "Run", sides: Path) -> None:
    (sides / "named.sql").write_text(
        "create table letters (id int primary key, body text); grant select on letters to pgnorm_app;"
        "grant select on letters to pgnorm_team; revoke select on letters from pgnorm_team;"
    )
    assert run("diff --check --from old.sql --to named.sql --drop-roles")[:2] == (0, "")
    code, out, err = run("diff --check --from named.sql --to old.sql")
    assert (code, out) == (0, "")
    (sides / "later.sql").write_text("create table letters (id int);\n\n grant select on letters to pgnorm_app;")
    for said in (err, run("diff --from named.sql --to later.sql")[2]):
        lines = [line for line in said.splitlines() if "the role pgnorm_app is made" in line]
        assert lines == ["the role pgnorm_app is made for the load: what names it has no `create role` for it"]


def test_comments_of_roles_are_comments(run: "Run", sides: Path) -> None:
    (sides / "said.sql").write_text(NEW.replace("'all of us'", "'we'") + "comment on role pgnorm_app is 'me';")
    assert run("diff --check --from new.sql --to said.sql --no-comments")[:2] == (0, "")


def test_a_pattern_that_names_a_role_names_something(run: "Run", sides: Path) -> None:
    _, out, err = run("diff --from old.sql --to new.sql --ignore pgnorm_team")
    assert 'COMMENT ON ROLE "pgnorm_team"' not in out
    assert "Left alone, as --ignore, --only, --kind or the settings say: 1 role\n" in err
    assert "names nothing" not in err


def test_a_role_that_is_left_alone_gets_into_no_other(run: "Run", sides: Path) -> None:
    """Whatever is said of it: memberships, a role that nobody makes, settings in one database."""
    (sides / "more.sql").write_text(f"{NEW} grant pgnorm_team to pgnorm_other; create role pgnorm_other;")
    line = "diff --from new.sql --to more.sql"
    assert 'GRANT "pgnorm_team" TO "pgnorm_other"' in run(line)[1]
    code, out, err = run(f"{line} --check --ignore pgnorm_other")
    assert (code, out) == (0, ""), err
    assert "Left alone, as --ignore, --only, --kind or the settings say: 1 role\n" in err
    assert "no object matches" not in err
    _, out, _ = run("diff --from old.sql --to new.sql --ignore pgnorm_team")
    assert "pg_monitor" not in out


def test_nothing_is_said_of_a_role_that_is_left_alone(run: "Run", database: psycopg.Connection, sides: Path) -> None:
    (sides / "set.sql").write_text(f"{NEW} alter role pgnorm_team in database postgres set work_mem = '1MB';")
    (sides / "named.sql").write_text("create table letters (id int); grant select on letters to pgnorm_other;")
    live = f"diff --from '{address(database)}' --to named.sql"
    for line, said, name in (
        ("diff --from new.sql --to set.sql", "Settings of a role in one database", "pgnorm_team"),
        (live, "The old side has no role pgnorm_other", "pgnorm_other"),
    ):
        assert said in run(line)[2]
        code, _, err = run(f"{line} --ignore {name}")
        assert (code, said in err) == (0, False), err
        assert "Left alone, as --ignore, --only, --kind or the settings say: 1 role\n" in err


def test_a_supabase_project_with_a_file_of_roles(
    run: "Run", supabase_database: psycopg.Connection, folder: Path
) -> None:
    """Both sides of files have what `supabase/roles.sql` makes; a database may lack it. The platform's roles stay."""
    (folder / "supabase" / "migrations").mkdir(parents=True)
    (folder / "supabase" / "schemas").mkdir()
    (folder / "supabase" / "config.toml").write_text("[db]\nmajor_version = 15\n")
    (folder / "supabase" / "roles.sql").write_text("create role pgnorm_app; grant pgnorm_app to authenticator;")
    table = "create table letters (id int primary key);"
    (folder / "supabase" / "migrations" / "20240101000000_letters.sql").write_text(table)
    declared = folder / "supabase" / "schemas" / "letters.sql"
    declared.write_text(f"{table} alter role pgnorm_app set statement_timeout = '5s';")
    assert run("diff")[:2] == (0, 'ALTER ROLE "pgnorm_app" SET "statement_timeout" TO \'5s\';\n')
    supabase_database.execute(table.encode())
    line = f"diff --check --from '{address(supabase_database)}'"
    try:
        code, plan, _ = run(line)
        assert (code, 'GRANT "pgnorm_app" TO "authenticator"' in plan) == (1, True)
        supabase_database.execute(plan.encode())
        assert run(line)[:2] == (0, "")
    finally:
        supabase_database.execute("drop role if exists pgnorm_app")
    declared.write_text(f"{table} alter role authenticator set statement_timeout = '9s';")
    code, plan, err = run("diff")
    assert (code, plan) == (0, "")
    assert "Role authenticator is the platform's, and what the files change of it is no part of a diff\n" in err
    assert "authenticator" not in run("diff --ignore authenticator")[2]


def test_access_by_membership_is_a_hazard_that_nothing_allows(run: "Run", sides: Path) -> None:
    code, _, err = run("diff --from old.sql --to new.sql --fail-on changes-access")
    assert code == 1
    assert "--fail-on changes-access: the plan has this hazard\n" in err
    assert "pg_monitor" in err.partition("--fail-on")[2]
    document = json.loads(run("diff --from old.sql --to new.sql --json")[1])
    assert "changes-access" in document["hazards"]
    assert "changes-access" not in document["allowed"]


def test_a_role_of_the_settings_that_neither_side_has(run: "Run", database: psycopg.Connection, same: Path) -> None:
    settings, said = same / "pgnorm.toml", "`roles` in the settings names pgnorm_wbe, and neither side has a role"
    settings.write_text('roles = ["pgnorm_web", "pgnorm_wbe", "postgres", "pg_monitor"]\n')
    (same / "schemas" / "more.sql").write_text("create table more (id int); grant select on more to pgnorm_web;\n")
    for line in ("diff", f"diff --db-url '{address(database)}'"):
        _, _, err = run(line)
        assert (said in err, err.count("in the settings names")) == (True, 1), err
    (same / "schemas" / "more.sql").write_text("create role pgnorm_wbe; create role pgnorm_web;\n")
    assert "in the settings names" not in run("diff")[2]
    (same / "schemas" / "more.sql").unlink()
    assert said in run("diff")[2]
