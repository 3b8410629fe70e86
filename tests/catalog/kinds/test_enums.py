"""Labels are added with as few words as say where."""

import pytest

from pgnorm.catalog.kinds.enums import EnumType
from pgnorm.catalog.model import Changed, Statement, Target


def _enum(values: str) -> EnumType:
    return EnumType(schema="public", name="e", values=tuple(values))


@pytest.mark.parametrize(
    ("old", "new", "actions"),
    [
        ("ab", "abc", ["'c'"]),
        ("b", "ab", ["'a' BEFORE 'b'"]),
        ("ad", "abcd", ["'b' AFTER 'a'", "'c' AFTER 'b'"]),
        ("c", "abcd", ["'a' BEFORE 'c'", "'b' AFTER 'a'", "'d'"]),
        ("", "ab", ["'a'", "'b'"]),
    ],
)
def test_added_labels(old: str, new: str, actions: list[str]) -> None:
    before, after = _enum(old), _enum(new)
    assert not before.must_replace(after, frozenset({"values"}))
    statements = list(before.alter(after, Changed({"values"}), Target(major=15)))
    assert statements == [
        Statement(sql=f'ALTER TYPE "public"."e" ADD VALUE {action};', commits=True) for action in actions
    ]


@pytest.mark.parametrize(("old", "new"), [("abc", "ac"), ("ab", "ba"), ("ab", "cd"), ("ab", "acd")])
def test_labels_removed_moved_or_more_than_one_renamed(old: str, new: str) -> None:
    assert _enum(old).must_replace(_enum(new), frozenset({"values"}))


def test_one_label_in_the_place_of_another() -> None:
    before, after = _enum("abc"), _enum("axc")
    assert not before.must_replace(after, frozenset({"values"}))
    statements = list(before.alter(after, Changed({"values"}), Target(major=15)))
    assert statements == ["""ALTER TYPE "public"."e" RENAME VALUE 'b' TO 'x';"""]
