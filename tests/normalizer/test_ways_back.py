"""What leads back is known by its content or its name."""

from pathlib import Path

import pytest

from pgnorm.normalizer.project.ways_back import apart, holds_way_back, tool_of, without_ways_back


@pytest.mark.parametrize(
    ("up", "down"),
    [
        ("-- +goose Up", "-- +goose Down"),
        ("-- +goose up", "--+goose down"),
        ("-- +migrate Up", "-- +migrate Down notransaction"[:17]),
        ("-- migrate:up transaction:false", "-- migrate:down transaction:false"),
        ("-- Up Migration", "-- Down Migration"),
        ("-- Up", "-- Down"),
        ("-- !Ups", "-- !Downs"),
        ("", "---- create above / drop below ----"),
        ("", "-- +goose Down"),
        ("", "-- migrate:down"),
    ],
)
def test_what_follows_the_mark_is_blank_and_places_hold(up: str, down: str) -> None:
    forth, back = f"{up}\r\ncreate table a ();\r\n", f"{down}\r\n\tdrop table a; -- gone\r\n"
    found = without_ways_back(forth + back)
    assert holds_way_back(forth + back)
    assert not holds_way_back(forth)
    assert without_ways_back(forth) == forth
    assert found.startswith(forth)
    assert (len(found), found.count("\r\n"), found[len(forth) :].strip()) == (len(forth + back), 4, "")


def test_sections_may_take_turns() -> None:
    text = "-- +goose Up\nselect 1;\n-- +goose Down\nselect 2;\n-- +goose Up\nselect 3;\n"
    assert " ".join(without_ways_back(text).split()) == "-- +goose Up select 1; -- +goose Up select 3;"


@pytest.mark.parametrize(
    "text",
    [
        "select 1; -- +goose Down\nselect 2;\n",  # not a line of its own
        "-- Down\nselect 1;\n",  # a word like others, without its counterpart
        "-- take the price down\nselect 1;\n-- up\n",
        "create function f() returns void language plpgsql as $$\nbegin\n  -- up\n  perform 1;\n  -- down\nend $$;\n",
        "select '\n-- migrate:down\n';\n",
    ],
)
def test_what_only_looks_like_a_mark_is_none(text: str) -> None:
    assert without_ways_back(text) == text


def test_rows_of_copy_hide_no_mark() -> None:
    text = "-- migrate:up\ncopy a from stdin;\nit's\n\\.\n-- migrate:down\ndelete from a;\n"
    assert without_ways_back(text).rstrip() == text[: text.index("-- migrate:down")].rstrip()


def test_a_migration_tells_its_tool() -> None:
    tool = tool_of("-- migrate:up\nselect 1;\n")
    assert tool is not None
    assert tool.head == "-- migrate:up\n"
    assert tool_of("select 1;\n-- up\n") is None


@pytest.mark.parametrize(
    ("names", "back"),
    [
        (["1_a.up.sql", "1_a.down.sql"], ["1_a.down.sql"]),
        (["1_a.down.sql"], ["1_a.down.sql"]),
        (["1_a.sql", "1_a.rollback.sql", "1_a.UNDO.sql"], ["1_a.UNDO.sql", "1_a.rollback.sql"]),
        (["001.do.sql", "001.undo.sql"], ["001.undo.sql"]),
        (["1_a_up.sql", "1_a_down.sql"], ["1_a_down.sql"]),
        (["1_drop_down.sql", "2_rollback.sql", "3_undo.sql"], []),
        (["V1__a.sql", "U1__a.sql", "R__b.sql"], ["U1__a.sql"]),
        (["U1__a.sql", "2_b.sql"], []),
        (["deploy/a.sql", "revert/a.sql"], ["revert/a.sql"]),
        (["revert/a.sql", "1_a.sql"], []),
        (["up/1.sql", "down/1.sql"], ["down/1.sql"]),
    ],
)
def test_names_that_lead_back(names: list[str], back: list[str]) -> None:
    forth, found = apart(map(Path, sorted(names)))
    assert [path.as_posix() for path in found] == back
    assert [path.as_posix() for path in forth] == [name for name in sorted(names) if name not in back]
