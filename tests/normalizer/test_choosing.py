"""Which files are loaded and which are rewritten."""

from pathlib import Path

import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.project.finding import find
from pgnorm.normalizer.project.project import Project
from pgnorm.normalizer.rewrite.inputs import STDIN, Text, choose, project_of


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    root = tmp_path / "project"
    for name in ("schemas/1.sql", "schemas/2.sql", "migrations/20240101000000_a.sql", "extra.sql", "../outside.sql"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"-- {name}\n")
    (root / "pgnorm.toml").write_text("")
    monkeypatch.chdir(root)
    found = find(root)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("paths", "loaded", "rewritten", "kind"),
    [
        ([], ["schemas/1.sql", "schemas/2.sql"], {"schemas/1.sql", "schemas/2.sql"}, "declared"),
        (["schemas/2.sql"], ["schemas/1.sql", "schemas/2.sql"], {"schemas/2.sql"}, "declared"),
        (["schemas"], ["schemas/1.sql", "schemas/2.sql"], {"schemas/1.sql", "schemas/2.sql"}, "declared"),
        (["extra.sql"], ["schemas/1.sql", "schemas/2.sql", "extra.sql"], {"extra.sql"}, "declared"),
        (["migrations"], ["migrations/20240101000000_a.sql"], {"migrations/20240101000000_a.sql"}, "migrations"),
    ],
)
def test_files_of_a_project(
    project: Project, paths: list[str], loaded: list[str], rewritten: set[str], kind: str
) -> None:
    chosen = choose(project, [Path(path) for path in paths])
    assert [file.label for file in chosen.files] == loaded
    assert set(chosen.rewritten) == rewritten
    assert str(chosen.kind) == kind


def test_a_link_to_a_declared_file_is_that_file(project: Project) -> None:
    Path("link.sql").symlink_to("schemas/1.sql")
    chosen = choose(project, [Path("link.sql")])
    assert [file.label for file in chosen.files] == ["schemas/1.sql", "schemas/2.sql"]
    assert chosen.rewritten == {"schemas/1.sql"}


def test_stdin_stands_for_its_file(project: Project) -> None:
    chosen = choose(project, [], Text(content=b"select 1;", path=Path("schemas/1.sql")))
    assert [(file.label, file.text) for file in chosen.files] == [
        ("schemas/1.sql", "select 1;"),
        ("schemas/2.sql", "-- schemas/2.sql\n"),
    ]
    assert chosen.rewritten == {"schemas/1.sql"}


def test_stdin_may_stand_for_a_file_to_come_or_for_none(project: Project) -> None:
    for path, label in ((Path("schemas/9.sql"), "schemas/9.sql"), (None, STDIN)):
        chosen = choose(project, [], Text(content=b"select 1;", path=path))
        assert [file.label for file in chosen.files] == ["schemas/1.sql", "schemas/2.sql", label]
        assert chosen.rewritten == {label}


def test_outside_of_a_project_the_files_stand_alone(project: Project) -> None:
    outside = Path("../outside.sql")
    assert project_of([outside], project) is None
    assert project_of([Path("schemas/1.sql"), Path("not/there/yet.sql")], project) is project
    assert [file.label for file in choose(None, [outside]).files] == ["../outside.sql"]


def test_a_file_leads_to_its_project(project: Project) -> None:
    other = project.root / "apps" / "web"
    (other / "schemas").mkdir(parents=True)
    (other / "schemas" / "3.sql").write_text("")
    inner = Path("apps/web/schemas/3.sql")
    assert project_of([inner], project) is project
    (other / "pgnorm.toml").write_text("")
    for paths in ([inner], [Path("apps")], [Path("apps/web/schemas/to_come.sql")]):
        for here in (None, project):
            found = project_of(paths, here)
            assert found is not None
            assert found.root == other
    with pytest.raises(PgnormError, match=r"belongs to the project in apps/web, but .* to the project in \."):
        project_of([Path("schemas/1.sql"), inner], project)
    (project.root / "pgnorm.toml").write_text('schema_paths = ["apps/*/schemas"]')
    declaring = find(project.root)
    assert project_of([inner], declaring) is declaring


def test_a_link_belongs_to_where_it_stands_and_else_to_where_it_leads(project: Project) -> None:
    out, into = Path("schemas/3.sql"), Path("../link.sql")
    out.symlink_to("../../outside.sql")
    into.symlink_to("project/schemas/1.sql")
    assert project_of([out, into], project) is project
    found = project_of([into], None)
    assert found is not None
    assert found.root == project.root


def test_what_cannot_be_chosen_is_refused(project: Project) -> None:
    with pytest.raises(PgnormError, match="no file was named"):
        choose(None, [])
    with pytest.raises(PgnormError, match="cannot read the file") as error:
        choose(project, [Path("missing.sql")])
    assert error.value.place == "missing.sql"
    with pytest.raises(PgnormError, match="in one run"):
        choose(project, [Path("schemas/1.sql"), Path("migrations/20240101000000_a.sql")])
    with pytest.raises(PgnormError, match=r"belongs to no project, but schemas/1.sql to the project in \."):
        project_of([Path("schemas/1.sql"), Path("../outside.sql")], project)
    with pytest.raises(PgnormError, match="not UTF-8"):
        choose(project, [], Text(content=b"\xff", path=None))
