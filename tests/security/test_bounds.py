"""A project's configuration names no file outside of its repository; messages have a length that can be read."""

from pathlib import Path

import pytest
from conftest import Refused, Run

_SECRET = "root:x:0:0\n"


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that is none of the project's."""
    path = tmp_path_factory.mktemp("outside") / "passwd"
    path.write_text(_SECRET)
    return path


@pytest.mark.parametrize("line", ["dump", "fix-functions", "fix-functions --check", "diff"])
def test_schema_paths_name_no_file_outside(plain: Path, refused: Refused, outside: Path, line: str) -> None:
    (plain / "pgnorm.toml").write_text(f'major_version = 15\nschema_paths = ["schemas/*.sql", "{outside}"]\n')
    err = refused(line, "pgnorm.toml:2:1: schema_paths names ", "lies outside of ")
    assert "root:x" not in err
    assert outside.read_text() == _SECRET


def test_nor_by_a_path_that_climbs(plain: Path, refused: Refused) -> None:
    (plain / "pgnorm.toml").write_text('schema_paths = ["../*/passwd", "../**/p.sql"]\n')
    (plain.parent / "p.sql").write_text("select secret;")
    assert "secret" not in refused("dump", "pgnorm.toml:1:1: schema_paths names ")


@pytest.mark.parametrize("line", ["dump", "fix-functions", "diff"])
def test_links_lead_nowhere_outside(plain: Path, refused: Refused, outside: Path, line: str) -> None:
    (plain / "schemas" / "02.sql").symlink_to(outside)
    assert "root:x" not in refused(line, "schemas/02.sql: the file lies outside of ", str(outside))


def test_migrations_and_roles_are_the_project_s_too(crm: Path, refused: Refused, outside: Path) -> None:
    roles = crm / "supabase" / "roles.sql"
    roles.unlink(missing_ok=True)
    roles.symlink_to(outside)
    assert "root:x" not in refused("dump", "supabase/roles.sql: the file lies outside of ")
    roles.unlink()
    (crm / "supabase" / "migrations" / "20990101000000_last.sql").symlink_to(outside)
    assert "root:x" not in refused("diff", "20990101000000_last.sql: the file lies outside of ")


def test_what_lies_elsewhere_in_the_repository_is_the_project_s(folder: Path, run: Run) -> None:
    app, shared = folder / "app", folder / "shared"
    for each in (app / "schemas", shared):
        each.mkdir(parents=True)
    (app / "pgnorm.toml").write_text('schema_paths = ["../shared/*.sql", "schemas/*.sql"]\n')
    (shared / "a.sql").write_text("create table a (id int);\n")
    (app / "schemas" / "b.sql").symlink_to("../../shared/b.txt")
    (shared / "b.txt").write_text("create table b (id int);\n")
    code, out, err = run("dump --project app")
    assert code == 0, err
    assert out.count("CREATE TABLE") == 2


def test_a_file_that_is_named_may_lie_anywhere(plain: Path, run: Run, outside: Path) -> None:
    outside.write_text("create function f() returns int language sql as $$ select 1 $$;\n")
    assert run(f"fix-functions --check {outside}")[0] == 1


@pytest.mark.parametrize(
    ("raised", "more"),
    [
        ("repeat('x', 50000000)", "bytes more)"),
        (r"repeat(E'x\n', 10000000)", "bytes more)"),
        (r"repeat(E'x\n', 10000)", " lines, "),
        ("'short' using detail = repeat('x', 50000000)", "bytes more)"),
        ("'short' using hint = repeat('x', 50000000)", "bytes more)"),
    ],
)
def test_what_a_server_says_is_cut(plain: Path, refused: Refused, raised: str, more: str) -> None:
    message = raised if raised.startswith("'") else f"'%', {raised}"
    (plain / "schemas" / "02.sql").write_text(f"do $$ begin raise exception {message}; end $$;\n")
    err = refused("dump", "schemas/02.sql:1:1: ", more, "1 | do $$")
    assert len(err) < 30000
