"""Which files are migrations, and what new ones are called."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.project.migrations import find_migrations, new_paths

NOW = datetime(2026, 11, 22, 12, 15, 0, 999, tzinfo=UTC)


def _touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def _found(folder: Path, *, as_supabase: bool = False) -> tuple[list[str], list[str]]:
    found = find_migrations(folder, as_supabase=as_supabase)
    files = [each.path.relative_to(folder).as_posix() for each in found.files]
    return files, [path.name for path in found.skipped]


def test_numbered_files_count_and_others_are_named(tmp_path: Path) -> None:
    _touch(
        tmp_path, "20240102030405_b.sql", "1_a.sql", "2_.sql", "notes.md", "x_1.sql", "20240101.sql", ".gitkeep", "3.go"
    )
    (tmp_path / "3_folder.sql").mkdir()
    versions = [(each.version, each.name) for each in find_migrations(tmp_path).files]
    assert versions == [("1", "a"), ("2", ""), ("20240101", ""), ("20240102030405", "b")]
    assert _found(tmp_path)[1] == ["3.go", "x_1.sql"]


def test_the_cli_of_supabase_sorts_as_text_and_takes_names_of_its_own(tmp_path: Path) -> None:
    _touch(tmp_path, "10_a.sql", "9_b.sql", "20240101.sql", "20240102030405_c.sql")
    taken = ["10_a.sql", "20240102030405_c.sql", "9_b.sql"]
    assert _found(tmp_path, as_supabase=True) == (taken, ["20240101.sql"])
    assert _found(tmp_path)[0] == ["9_b.sql", "10_a.sql", "20240101.sql", "20240102030405_c.sql"]


def test_names_of_other_tools_count_in_a_supabase_project_without_its_own(tmp_path: Path) -> None:
    _touch(tmp_path, "V2__b.sql", "V1__a.sql")
    assert _found(tmp_path, as_supabase=True) == (["V1__a.sql", "V2__b.sql"], [])


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["V1__a.sql", "V1.0.1__b.sql", "V1_10__d.sql", "V1.2__c.sql", "V2__e.sql"], "abcde"),
        (["R__y.sql", "R__x.sql", "V9__a.sql", "V10__b.sql"], "abxy"),
        (["001_a.sql", "2_b.sql", "0010_c.sql"], "abc"),
        (["2025-01-02_b.sql", "2025-01-01_a.sql", "2025-01-10_c.sql"], "abc"),
        (["1.2_a.sql", "1.10_b.sql", "2.0_c.sql"], "abc"),
    ],
)
def test_versions_are_numbers(tmp_path: Path, names: list[str], expected: str) -> None:
    _touch(tmp_path, *names)
    files, skipped = _found(tmp_path)
    assert "".join(Path(name).stem[-1] for name in files) == expected
    assert skipped == []


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


@pytest.mark.parametrize("last", ["2_b", "9_a", "2027_x"])
def test_a_number_sorts_behind_lower_ones(tmp_path: Path, last: str) -> None:
    _touch(tmp_path, "10_first.sql", f"{last}.sql")
    assert [path.name for path in new_paths(tmp_path, ["a"], NOW)] == ["20261122121500_a.sql"]


def test_a_number_that_is_lower_than_the_last_one_is_refused(tmp_path: Path) -> None:
    _touch(tmp_path, "99999999999999_x.sql")
    with pytest.raises(PgnormError, match="would not be the last migration: its number is the higher one"):
        new_paths(tmp_path, ["a"], NOW)


@pytest.mark.parametrize("last", ["2_b", "9_a", "2027_x", "99999999999999_x"])
def test_a_name_that_would_not_sort_behind_the_last_migration_is_refused(tmp_path: Path, last: str) -> None:
    (tmp_path / "10_first.sql").touch()
    (tmp_path / f"{last}.sql").touch()
    with pytest.raises(PgnormError, match=r"20261122121500_a\.sql would not be the last migration") as error:
        new_paths(tmp_path, ["a"], NOW, as_supabase=True)
    assert error.value.place == str(tmp_path / f"{last}.sql")


@pytest.mark.parametrize("name", ["", "  ", "a/b", "../x", "a\0b", ".sql", ".", "-"])
def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PgnormError, match="can't be a migration's name"):
        new_paths(tmp_path, [name], NOW)
