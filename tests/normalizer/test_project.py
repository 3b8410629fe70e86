"""Projects are found upwards, and say which files they consist of."""

from pathlib import Path

import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.project.finding import find
from pgnorm.normalizer.project.project import Project


def write(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("select 1;\n")


def supabase(root: Path, config: str = "") -> Project:
    (root / "supabase").mkdir(exist_ok=True)
    (root / "supabase" / "config.toml").write_text(config)
    project = find(root)
    assert project is not None
    return project


def declared(project: Project) -> list[str]:
    return [path.relative_to(project.schema_files.base).as_posix() for path in project.declared_files()]


def test_a_project_is_found_upwards_and_not_beyond_the_repository(tmp_path: Path) -> None:
    inner = tmp_path / "packages" / "app"
    inner.mkdir(parents=True)
    project = supabase(tmp_path)
    assert find(inner) == project
    assert find(tmp_path / "supabase") == project
    (inner / ".git").mkdir()
    assert find(inner) is None
    (inner / "pgnorm.toml").write_text("")
    found = find(inner)
    assert found is not None
    assert (found.root, found.platform.name) == (inner, "plain")


def test_a_project_is_named(tmp_path: Path) -> None:
    project = supabase(tmp_path)
    for named in (tmp_path, tmp_path / "supabase", tmp_path / "supabase" / "config.toml"):
        assert find(Path("/"), named) == project
    (tmp_path / "empty").mkdir()
    with pytest.raises(PgnormError, match="no project here"):
        find(tmp_path, tmp_path / "empty")
    with pytest.raises(PgnormError, match="the project folder doesn't exist"):
        find(tmp_path, tmp_path / "nowhere")


def test_supabase_settings(tmp_path: Path) -> None:
    default = supabase(tmp_path)
    assert (default.major, default.port, default.auto_expose_new_tables) == (17, 54322, None)
    project = supabase(tmp_path, "[api]\nauto_expose_new_tables = false\n[db]\nport = 6000\nmajor_version = 15\n")
    assert (project.major, project.port, project.auto_expose_new_tables) == (15, 6000, False)
    assert project.platform.name == "supabase"


def test_a_major_version_that_is_too_old_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PgnormError, match="is 13; pgnorm works with Postgres 14") as raised:
        supabase(tmp_path, "[db]\nmajor_version = 13\n")
    assert str(raised.value.place).endswith("config.toml:2:1")


def test_all_files_below_schemas_by_default(tmp_path: Path) -> None:
    write(tmp_path / "supabase/schemas", "b.sql", "a/z.sql", "a-b/y.sql", "a.sql", "Z.sql", "notes.md")
    # As bytes compare: upper case first, `-` before `.` before `/`.
    expected = ["Z.sql", "a-b/y.sql", "a.sql", "a/z.sql", "b.sql"]
    assert declared(supabase(tmp_path)) == [f"schemas/{name}" for name in expected]


def test_patterns_are_ordered_and_each_file_is_loaded_once(tmp_path: Path) -> None:
    write(tmp_path / "supabase", "schemas/b.sql", "schemas/a.sql", "schemas/deep/x.sql", "migrations/1_a.sql", "t.sql")
    config = (
        '[db.migrations]\nschema_paths = ["./schemas/b.sql", "schemas/*.sql", "migrations/*.sql", "schemas/**/*.sql"]'
    )
    expected = ["schemas/b.sql", "schemas/a.sql", "migrations/1_a.sql", "schemas/deep/x.sql"]
    assert declared(supabase(tmp_path, config)) == expected
    assert declared(supabase(tmp_path, '[db.migrations]\nschema_paths = ["schemas"]')) == [
        "schemas/a.sql",
        "schemas/b.sql",
        "schemas/deep/x.sql",
    ]


def test_a_pattern_that_matches_nothing_is_told_where_others_match(tmp_path: Path) -> None:
    write(tmp_path / "supabase", "schemas/a.sql")
    project = supabase(tmp_path, '[db.migrations]\nschema_paths = [\n  "schemas/*.sql",\n  "tables/*.sql",\n]\n')
    assert declared(project) == ["schemas/a.sql"]
    [told] = project.schema_files.unmatched()
    assert told.endswith("supabase/config.toml:2:1: no file matches the schema_paths pattern `tables/*.sql`")


def test_patterns_of_which_none_matches_are_an_error(tmp_path: Path) -> None:
    project = supabase(tmp_path, '[db.migrations]\nschema_paths = ["tables/*.sql", "views"]\n')
    with pytest.raises(PgnormError, match=r"no file matches schema_paths: `tables/\*\.sql`, `views`") as raised:
        project.declared_files()
    assert str(raised.value.place).endswith("supabase/config.toml:2:1")


@pytest.mark.parametrize("part", ["schemas", "migrations"])
def test_a_supabase_project_needs_no_config(tmp_path: Path, part: str) -> None:
    (tmp_path / "supabase" / part).mkdir(parents=True)
    (tmp_path / "app").mkdir()
    project = find(tmp_path / "app")
    assert project is not None
    assert project == find(tmp_path / "supabase") == find(tmp_path / "app", tmp_path / "supabase")
    assert (project.root, project.platform.name, project.major, project.port) == (tmp_path, "supabase", 17, 54322)
    write(tmp_path / "supabase" / "schemas", "b.sql", "a.sql")
    assert declared(project) == ["schemas/a.sql", "schemas/b.sql"]


def test_a_folder_of_supabase_projects_is_none(tmp_path: Path) -> None:
    (tmp_path / "supabase" / "shop" / "supabase" / "migrations").mkdir(parents=True)
    assert find(tmp_path) is None


def test_a_variable_is_missed_only_where_its_value_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_PORT", raising=False)
    project = supabase(tmp_path, '[api]\nauto_expose_new_tables = "env(SHOP_EXPOSE)"\n[db]\nport = "env(SHOP_PORT)"\n')
    assert project.migration_files().files == ()
    with pytest.raises(PgnormError, match="SHOP_PORT, which is not set") as raised:
        _ = project.port
    assert str(raised.value.place).endswith("supabase/config.toml:4:1")
    monkeypatch.setenv("SHOP_PORT", "6000")
    assert project.port == 6000


@pytest.mark.parametrize(("exists", "said"), [(True, "holds no .sql file"), (False, "does not exist")])
def test_an_empty_schemas_folder_is_an_error_with_a_way_out(tmp_path: Path, exists: bool, said: str) -> None:
    if exists:
        (tmp_path / "supabase/schemas").mkdir(parents=True)
    with pytest.raises(PgnormError, match=said) as raised:
        supabase(tmp_path).declared_files()
    assert "schema_paths" in str(raised.value.hint)


def test_own_settings_come_before_those_of_supabase(tmp_path: Path) -> None:
    write(tmp_path, "db/one.sql", "supabase/schemas/two.sql", "changes/1_a.sql")
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "x"\n[tool.pgnorm]\nschema_paths = ["db/*.sql"]\nmigrations = "changes"\n'
        'schemas = ["app_*"]\nmajor_version = 16\n'
    )
    project = supabase(tmp_path, "[db]\nmajor_version = 15\n")
    assert declared(project) == ["db/one.sql"]
    assert [migration.name for migration in project.migration_files().files] == ["a"]
    assert (project.major, project.schemas, project.platform.name) == (16, ("app_*",), "supabase")


def test_a_misspelt_setting_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pgnorm.toml").write_text('migration = "x"\n')
    with pytest.raises(PgnormError, match="unknown setting `migration`") as raised:
        find(tmp_path)
    assert raised.value.hint == "Did you mean `migrations`?"


def test_a_pyproject_of_others_makes_no_project(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["pgnorm"]\n')
    assert find(tmp_path) is None


def test_the_roles_file(tmp_path: Path) -> None:
    project = supabase(tmp_path)
    assert project.roles_file is None
    write(tmp_path, "supabase/roles.sql")
    assert project.roles_file == tmp_path / "supabase/roles.sql"


@pytest.mark.parametrize(
    ("patterns", "new", "beside"),
    [
        ('["schemas"]', "schemas/new/a.sql", ["schemas/old.sql"]),
        ('["schemas/*.sql"]', "schemas/new/a.sql", []),
        ('["schemas/*.sql"]', "schemas/a.sql", ["schemas/old.sql"]),
        ('["./schemas/**/*.sql"]', "schemas/new/deep/a.sql", ["schemas/old.sql"]),
        ('["schemas/old.sql"]', "schemas/a.sql", []),
        ('["schemas/*.sql"]', "schemas/old.sql", []),
        ('["nothing/*.sql"]', "nothing/a.sql", []),
    ],
)
def test_what_a_project_would_load_beside_a_new_file(
    tmp_path: Path, patterns: str, new: str, beside: list[str]
) -> None:
    (tmp_path / "pgnorm.toml").write_text(f"schema_paths = {patterns}")
    write(tmp_path, "schemas/old.sql")
    project = find(tmp_path)
    assert project is not None
    assert project.schema_files.beside([tmp_path / new]) == tuple(tmp_path / name for name in beside)
