"""What can happen to a composite type while a column holds values of it."""

import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.kinds.composites import Composite

CHANGED = frozenset({"attributes"})


def _composite(**attributes: str) -> Composite:
    listed = tuple((name, type_name, "") for name, type_name in attributes.items())
    return Composite(schema="public", name="c", attributes=listed)


def test_another_type_means_a_new_composite() -> None:
    old = _composite(a="integer", b="integer")
    assert old.refused_while_stored(_composite(a="bigint", b="integer"), CHANGED)
    assert not old.refused_while_stored(_composite(b="integer", c="integer"), CHANGED)


@pytest.mark.parametrize(
    "new",
    [
        _composite(b="integer", a="integer"),
        _composite(a="integer", between="integer", b="integer"),
        _composite(a="bigint", b="integer", c="integer"),
    ],
    ids=["swapped", "inserted", "retyped and added"],
)
def test_values_never_move_to_other_attributes(new: Composite) -> None:
    with pytest.raises(PgnormError, match=r"composite type public\.c"):
        _composite(a="integer", b="integer").refused_while_stored(new, CHANGED)
