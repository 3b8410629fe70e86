"""Which files are migrations, and what new ones are called."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.migrations import find_migrations, new_paths

NOW = datetime(2026, 11, 22, 12, 15, 0, 999, tzinfo=UTC)


def test_numbered_files_count_and_others_are_named(tmp_path: Path) -> None:
    for name in ("20240102030405_b.sql", "1_a.sql", "2_.sql", "notes.md", "x_1.sql", "20240101.sql", ".gitkeep"):
        (tmp_path / name).touch()
    (tmp_path / "3_folder.sql").mkdir()
    found = find_migrations(tmp_path)
    versions = [(each.version, each.name) for each in found.files]
    assert versions == [("1", "a"), ("20240102030405", "b"), ("2", "")]
    assert [path.name for path in found.skipped] == ["20240101.sql", "notes.md", "x_1.sql"]


def test_a_missing_folder_holds_none(tmp_path: Path) -> None:
    assert find_migrations(tmp_path / "nowhere").files == ()


def test_new_names_follow_the_clock(tmp_path: Path) -> None:
    names = [path.name for path in new_paths(tmp_path, ["add notes", "add_notes_2"], NOW)]
    assert names == ["20261122121500_add_notes.sql", "20261122121501_add_notes_2.sql"]


def test_new_names_come_after_the_last_migration(tmp_path: Path) -> None:
    (tmp_path / "20261122121559_x.sql").touch()
    (tmp_path / "00000000000000_no_date.sql").touch()
    (tmp_path / "0009_short.sql").touch()
    names = [path.name for path in new_paths(tmp_path, ["a", "b"], NOW)]
    assert names == ["20261122121600_a.sql", "20261122121601_b.sql"]


@pytest.mark.parametrize("last", ["2_b", "9_a", "2027_x", "99999999999999_x"])
def test_a_name_that_would_not_sort_behind_the_last_migration_is_refused(tmp_path: Path, last: str) -> None:
    (tmp_path / "10_first.sql").touch()
    (tmp_path / f"{last}.sql").touch()
    with pytest.raises(PgnormError, match=r"20261122121500_a\.sql would not be the last migration") as error:
        new_paths(tmp_path, ["a"], NOW)
    assert error.value.place == str(tmp_path / f"{last}.sql")


@pytest.mark.parametrize("name", ["", "  ", "a/b", "../x", "a\0b", ".sql", ".", "-"])
def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PgnormError, match="can't be a migration's name"):
        new_paths(tmp_path, [name], NOW)
