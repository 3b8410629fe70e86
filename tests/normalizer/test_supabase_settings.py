"""The Supabase CLI's settings in each form that it reads, and where they say the schema files are."""

from pathlib import Path

import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.project.finding import find
from pgnorm.normalizer.project.jsonc import read_json
from pgnorm.normalizer.project.project import Project

PLACED = '{\n  // "port": 1,\n  "api": {"port": 2}, /* { */\n  "db": {\n    "port": PORT,\n  },\n}\n'


def project(root: Path, **settings: str) -> Project:
    """The project with settings of these names (`json` for config.json)."""
    (root / "supabase").mkdir(exist_ok=True)
    for suffix, text in settings.items():
        (root / "supabase" / f"config.{suffix}").write_text(text)
    found = find(root)
    assert found is not None
    return found


def write(root: Path, *names: str) -> None:
    for name in names:
        path = root / "supabase" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("select 1;\n")


def declared(found: Project) -> list[str]:
    return [path.relative_to(found.root / "supabase").as_posix() for path in found.declared_files()]


@pytest.mark.parametrize("suffix", ["json", "jsonc"])
def test_json_with_comments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    monkeypatch.setenv("PORT_HERE", "6001")
    for port, expected in (("6000", 6000), ('"6000"', 6000), ('"env(PORT_HERE)"', 6001)):
        assert project(tmp_path, **{suffix: PLACED.replace("PORT", port)}).port == expected
    assert (
        project(tmp_path, **{suffix: '\ufeff{"db": {"port": 1, "port": 2}, "local_smtp": {}, "new": [[]]}'}).port == 2
    )


def test_a_string_is_no_comment(tmp_path: Path) -> None:
    found = project(tmp_path, json='{"db": {"migrations": {"schema_paths": ["a//b,]", "/*x*/"]}}}')
    assert found.schema_files.patterns == ("a//b,]", "/*x*/")


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (PLACED.replace("PORT", "[]"), "5:6", "must be a whole number"),
        (PLACED.replace("PORT", "tru"), "5:13", "not valid JSON"),
        ('{"db": 1}', "1:3", "must be a table"),
        ("[1]", "1:1", "must be one JSON object"),
        ("", "1:1", "not valid JSON"),
        ('{"a": "\n"}', "1:8", "not valid JSON"),
    ],
)
def test_what_is_wrong_has_a_place(tmp_path: Path, text: str, place: str, said: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(text)
    with pytest.raises(PgnormError, match=said) as raised:
        read_json(path, label="config.json").table("db").integer("port")
    assert raised.value.place == f"config.json:{place}"


def test_json_that_is_nested_too_deep(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"a":' * 100_000)
    with pytest.raises(PgnormError, match="not valid JSON"):
        read_json(path, label="config.json")


def test_json_goes_before_toml_as_in_the_cli(tmp_path: Path) -> None:
    found = project(tmp_path, toml="[db]\nport = 1\n[inbucket]\nenabled = true\n")
    assert (found.port, found.notes) == (1, ())
    found = project(tmp_path, jsonc='{"db": {"port": 2}}')
    assert found.port == 2
    assert [note.partition(" ")[2] for note in found.notes] == ["is passed over: config.jsonc takes precedence"]
    with pytest.raises(PgnormError, match="nothing says which") as raised:
        project(tmp_path, json="{}")
    assert raised.value.hint == "Keep one and delete the other."


def test_the_tree_of_pg_delta_is_where_the_settings_say(tmp_path: Path) -> None:
    write(tmp_path, "schemas/a.sql", "database/public/schema.sql", "database/_cluster/roles.sql", "mine/b.sql")
    assert declared(project(tmp_path, toml="")) == ["schemas/a.sql"]
    tree = '[experimental.pgdelta]\ndeclarative_schema_path = "./database"\n'
    assert declared(project(tmp_path, toml=tree)) == ["database/_cluster/roles.sql", "database/public/schema.sql"]
    assert declared(project(tmp_path, toml=f"{tree}enabled = false\n")) == ["schemas/a.sql"]
    both = project(tmp_path, toml=f'[db.migrations]\nschema_paths = ["mine/*.sql"]\n{tree}')
    assert both.schema_files.would_have(tmp_path / "supabase/database/new.sql")
    assert not both.schema_files.would_have(tmp_path / "supabase/mine/b.sql")
    assert "config.toml:2:1: schema_paths is passed over" in both.notes[0]
    (tmp_path / "pgnorm.toml").write_text('schema_paths = ["supabase/mine/*.sql"]\n')
    assert declared(project(tmp_path)) == ["mine/b.sql"]


def test_the_tree_of_an_older_cli_is_found_without_settings(tmp_path: Path) -> None:
    write(tmp_path, "database/public/schema.sql")
    found = find(tmp_path)
    assert found is not None
    assert declared(found) == ["database/public/schema.sql"]


def test_the_manifest_of_an_export_says_the_order(tmp_path: Path) -> None:
    write(tmp_path, "database/a.sql", "database/b.sql", "database/c.sql", "database/own.sql")
    manifest = tmp_path / "supabase/database/.pgdelta-export.json"
    manifest.write_text('{"loadOrder": ["c.sql", "gone.sql", "a.sql", "b.sql"]}')
    found = find(tmp_path)
    assert found is not None
    assert [path.name for path in found.declared_files()] == ["c.sql", "a.sql", "b.sql", "own.sql"]
    manifest.write_text('{"loadOrder": 1}')
    with pytest.raises(PgnormError, match="must be an array") as raised:
        found.declared_files()
    assert raised.value.place is not None
    assert raised.value.place.endswith(".pgdelta-export.json:1:3")
