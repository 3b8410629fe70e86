"""Names of Postgres' own in deparsed text that another function or operator is taken for, once the text is read."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from pgnorm.catalog.model import Object

from ..sql.bare import bare_names

_OPERATOR: Final = re.compile(r'(?:"(?:[^"]|"")*"|\w+)\.([^\w".()]+)\(')


def misread(meant: Object, made: Object, texts: tuple[Iterable[str], Iterable[str]]) -> frozenset[str]:
    """The names that `meant` has without a schema in the first of these texts, and `made`, which was made of it, no
    longer in the second one; and those of operators that no text tells."""
    before, after = (Counter(name for text in some for name in bare_names(text)) for some in texts)
    used = (_OPERATOR.match(signature) for _, signature in {*made.operators_used} - {*meant.operators_used})
    return frozenset(before - after) | {found[1] for found in used if found}
