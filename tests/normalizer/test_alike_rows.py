"""Rows of two servers matched by what they say."""

from random import Random

import pytest

from pgnorm.catalog.pipeline import Row
from pgnorm.normalizer.compare.alike_rows import matched


@pytest.mark.parametrize("seed", range(200))
def test_rows_that_say_the_same_are_pairs_however_they_stand(seed: int) -> None:
    """Each side numbers its rows by itself; some are left out, changed or moved."""
    random = Random(seed)
    said = [(f"t{number}", number, ["a", None][: number % 3]) for number in range(random.randrange(12))]
    sides: list[list[Row]] = []
    for first in (100, 900):
        mine = [each for each in said if random.random() > 0.2]
        mine = [
            (name, number + 50, more) if random.random() < 0.2 else (name, number, more) for name, number, more in mine
        ]
        if random.random() < 0.3:
            random.shuffle(mine)
        sides.append([(first + place, *each) for place, each in enumerate(mine)])
    old, new = sides

    alike, (mine_alone, theirs_alone) = matched(old, new, 1)

    assert all(before[1:] == after[1:] for before, after in alike)
    there, here = [row[1:] for row in new], [row[1:] for row in old]
    assert sorted(mine_alone) == sorted(row for row in old if row[1:] not in there)
    assert sorted(theirs_alone) == sorted(row for row in new if row[1:] not in here)
    assert sorted(before for before, _ in alike) == sorted(row for row in old if row[1:] in there)
