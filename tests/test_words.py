"""Words of the source that a reader meets first."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_CLAUSE = re.compile(r'^\s*"""(?:What|Which|Whether|Those|How)\b.*', re.MULTILINE)


@pytest.mark.parametrize("folder", ["api", "catalog", "cli", "normalizer"])
def test_docstrings_begin_with_the_noun_or_verb_that_they_are_about(folder: str) -> None:
    found = {str(path.relative_to(ROOT)): _CLAUSE.findall(path.read_text()) for path in (ROOT / folder).rglob("*.py")}
    assert {path: lines for path, lines in found.items() if lines} == {}
