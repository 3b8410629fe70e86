"""TOML files are read strictly, and what is wrong is named with its place."""

from pathlib import Path

import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.project.config import Table, read_toml


def table(folder: Path, text: str) -> Table:
    path = folder / "config.toml"
    path.write_text(text)
    return read_toml(path, label="config.toml")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = 1\nb =\n", "config.toml:2:4"),
        ("a = 1\na = 2\n", "config.toml:2:6"),
        ("[db\nport = 1\n", "config.toml:1:4"),
        ('a = "never ends', "config.toml:1:16"),
    ],
)
def test_what_is_no_toml_has_a_place(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(PgnormError, match="not valid TOML") as raised:
        table(tmp_path, text)
    assert raised.value.place == place


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ('port = 1\n[db]\nport = "x"\n', "`port` must be a whole number", "config.toml:3:1"),
        ("[db]\nport = true\n", "`port` must be a whole number", "config.toml:2:1"),
        ("[db]\non = 1\n", "`on` must be true or false", "config.toml:2:1"),
        ("[db]\npaths = [1]\n", "`paths` must be an array of strings", "config.toml:2:1"),
        ("[db]\nname = 1\n", "`name` must be a string", "config.toml:2:1"),
        ("db = 1\n", "`db` must be a table", "config.toml:1:1"),
    ],
)
def test_a_value_of_another_type_is_refused(tmp_path: Path, text: str, message: str, place: str) -> None:
    with pytest.raises(PgnormError) as raised:
        below = table(tmp_path, text).table("db")
        below.integer("port")
        below.boolean("on")
        below.strings("paths")
        below.string("name")
    assert (raised.value.message, raised.value.place) == (message, place)


def test_a_value_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top = table(tmp_path, 'port = "env(SOME_PORT)"\non = "env(SOME_FLAG)"\npaths = ["x", "env(SOME_PORT)"]\n')
    monkeypatch.setenv("SOME_PORT", "6543")
    monkeypatch.setenv("SOME_FLAG", "false")
    assert (top.integer("port"), top.boolean("on")) == (6543, False)
    assert top.strings("paths") == ("x", "6543")
    monkeypatch.delenv("SOME_PORT")
    with pytest.raises(PgnormError, match="SOME_PORT, which is not set"):
        top.integer("port")


def test_an_unknown_key_is_refused_with_the_one_that_was_meant(tmp_path: Path) -> None:
    below = table(tmp_path, '[tool.pgnorm]\nschema_path = "x"\n').table("tool").table("pgnorm")
    with pytest.raises(PgnormError) as raised:
        below.allow(("schema_paths", "migrations"))
    assert raised.value.message == "unknown setting `schema_path` in [tool.pgnorm]"
    assert raised.value.place == "config.toml:2:1"
    assert raised.value.hint == "Did you mean `schema_paths`?"
