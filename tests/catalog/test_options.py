"""Storage options as text."""

import pytest

from pgnorm.catalog.options import alter_options, with_options


def test_values_are_always_literals() -> None:
    assert with_options(("fillfactor=70", "x=it's"), ("autovacuum_enabled=off",)) == (
        """WITH ("fillfactor"='70', "x"='it''s', toast."autovacuum_enabled"='off')"""
    )
    assert with_options(()) == ""


@pytest.mark.parametrize(
    ("old", "new", "statements"),
    [
        (("a=1",), ("a=1",), ()),
        (("a=1", "b=2"), ("a=1",), ('ALTER INDEX "i" RESET ("b");',)),
        (("a=1",), ("a=1", "b=2"), ("""ALTER INDEX "i" SET ("b"='2');""",)),
        (("a=1", "b=2"), ("b=3",), ('ALTER INDEX "i" RESET ("a");', """ALTER INDEX "i" SET ("b"='3');""")),
        (("a=1", "b=2"), ("b=2", "a=1"), ("""ALTER INDEX "i" SET ("b"='2', "a"='1');""",)),
    ],
    ids=["same", "gone", "added", "changed", "another order"],
)
def test_from_one_list_to_another(old: tuple[str, ...], new: tuple[str, ...], statements: tuple[str, ...]) -> None:
    assert tuple(alter_options('INDEX "i"', old, new)) == statements
