"""The source words, and what each of them means in a project and outside of one."""

from pathlib import Path

import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.project.databases import Database
from pgnorm.normalizer.project.finding import find
from pgnorm.normalizer.project.project import Project
from pgnorm.normalizer.project.sources import Files, parse


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name in ("schemas/02.sql", "schemas/01.sql", "migrations/1_a.sql", "migrations/readme.sql"):
        path = tmp_path / "supabase" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "supabase" / "config.toml").write_text("[db]\nport = 6000\n")
    monkeypatch.chdir(tmp_path)
    found = find(tmp_path)
    assert found is not None
    return found


def files(word: str, project: Project | None) -> tuple[str, str, list[str]]:
    source = parse(word, project)
    assert isinstance(source, Files)
    return source.kind, source.title, [path.name for path in source.paths]


def test_the_files_of_a_project(project: Project) -> None:
    assert files("files", project) == ("declared", "2 files of supabase/schemas", ["01.sql", "02.sql"])
    assert files("migrations", project) == ("migrations", "1 migration of supabase/migrations", ["1_a.sql"])
    source = parse("migrations", project)
    assert isinstance(source, Files)
    assert source.notes == ("supabase/migrations/readme.sql is skipped: a migration is named <version>_<name>.sql",)


def test_files_by_name(project: Project) -> None:
    assert files("supabase/schemas/01.sql", project) == ("script", "supabase/schemas/01.sql", ["01.sql"])
    assert files("supabase/schemas", None) == ("declared", "supabase/schemas: 2 files", ["01.sql", "02.sql"])


def test_addresses_are_databases_and_hide_their_password(project: Project) -> None:
    for word in ("postgresql://u:secret@h/d", "postgres://u:secret@h/d", "service=mine", "host=h password=secret"):
        source = parse(word, project)
        assert source == Database(conninfo=word)
        assert "secret" not in repr(source)


def test_the_local_stack(project: Project) -> None:
    source = parse("local", project)
    assert isinstance(source, Database)
    assert dict(source.settings) == {
        "host": "127.0.0.1",
        "port": "6000",
        "user": "postgres",
        "dbname": "postgres",
        "password": "postgres",
    }


@pytest.mark.parametrize(
    "pooler",
    [
        "postgresql://postgres.abc@aws-0-eu.pooler.supabase.com:5432/postgres",
        "postgresql://postgres.abc:[YOUR-PASSWORD]@aws-0-eu.pooler.supabase.com:5432/postgres",
    ],
)
def test_the_linked_project(project: Project, monkeypatch: pytest.MonkeyPatch, pooler: str) -> None:
    with pytest.raises(PgnormError, match="not linked") as raised:
        parse("linked", project)
    assert "supabase link" in str(raised.value.hint)
    assert project.supabase_dir is not None
    folder = project.supabase_dir / ".temp"
    folder.mkdir()
    monkeypatch.setenv("SUPABASE_DB_PASSWORD", "secret")
    (folder / "project-ref").write_text("abc\n")
    direct = parse("linked", project)
    assert isinstance(direct, Database)
    assert dict(direct.settings)["host"] == "db.abc.supabase.co"
    (folder / "pooler-url").write_text(pooler)
    pooled = parse("linked", project)
    assert isinstance(pooled, Database)
    assert pooled.conninfo == ""
    assert dict(pooled.settings) == {
        "host": "aws-0-eu.pooler.supabase.com",
        "port": "5432",
        "user": "postgres.abc",
        "dbname": "postgres",
        "sslmode": "require",
        "password": "secret",
    }


@pytest.mark.parametrize(
    "pooler",
    [
        "postgresql://postgres.abc@evil.example/postgres",
        "postgresql://postgres.abc@evil.example,x.supabase.com/postgres",
        "postgresql://postgres.abc@x.supabase.com.evil.example/postgres",
        "postgresql://postgres.abc@notsupabase.com/postgres",
        "postgresql://postgres.abc@x.supabase.com/postgres?host=evil.example",
        "postgresql://postgres.abc@x.supabase.com/postgres?hostaddr=127.0.0.1",
        "postgresql://postgres.abc@x.supabase.com/postgres?sslmode=disable",
        "postgresql://postgres.abc@x.supabase.com/postgres?service=mine",
        "postgresql:///postgres",
        "postgresql://postgres.abc@%2Ftmp/postgres",
        "postgresql://u@x.supabase.com@evil.example/postgres",
        "host=evil.example",
        "nonsense",
    ],
)
def test_the_password_of_the_linked_project_goes_nowhere_else(
    project: Project, monkeypatch: pytest.MonkeyPatch, pooler: str
) -> None:
    assert project.supabase_dir is not None
    folder = project.supabase_dir / ".temp"
    folder.mkdir()
    monkeypatch.setenv("SUPABASE_DB_PASSWORD", "secret")
    (folder / "pooler-url").write_text(pooler)
    with pytest.raises(PgnormError) as raised:
        parse("linked", project)
    assert str(raised.value.place).endswith("pooler-url")
    (folder / "pooler-url").unlink()
    (folder / "project-ref").write_text("evil.example,db.x")
    with pytest.raises(PgnormError, match="no reference"):
        parse("linked", project)


def test_hosts_that_are_allowed_and_how_they_are_verified(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert project.supabase_dir is not None
    folder = project.supabase_dir / ".temp"
    folder.mkdir()
    (folder / "pooler-url").write_text("postgresql://postgres@db.mine.example:6543/postgres")
    monkeypatch.setenv("PGNORM_LINKED_HOST", "db.mine.example")
    monkeypatch.setenv("PGSSLROOTCERT", "/etc/mine.crt")
    found = parse("linked", project)
    assert isinstance(found, Database)
    assert dict(found.settings)["sslmode"] == "verify-full"
    monkeypatch.setenv("PGSSLMODE", "verify-ca")
    found = parse("linked", project)
    assert isinstance(found, Database)
    assert dict(found.settings)["sslmode"] == "verify-ca"


def test_the_database_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGNORM_DB_URL", raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgresql:///second")
    source = parse("db", None)
    assert isinstance(source, Database)
    assert source.conninfo == "postgresql:///second"
    monkeypatch.setenv("PGNORM_DB_URL", "postgresql:///first")
    source = parse("db", None)
    assert isinstance(source, Database)
    assert source.conninfo == "postgresql:///first"


@pytest.mark.parametrize("word", ["files", "migrations", "local", "linked"])
def test_words_of_a_project_need_one(word: str) -> None:
    with pytest.raises(PgnormError, match="source of a project"):
        parse(word, None)


def test_an_empty_folder_is_no_source(tmp_path: Path) -> None:
    with pytest.raises(PgnormError, match=r"holds no \.sql file"):
        parse(str(tmp_path), None)
