"""The text of a snapshot as JSON, in which each key stands once."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Final

from ..errors import PgnormError
from .writing import FORM

AGAIN: Final = "Take the snapshot again with `pgnorm dump --json`."
LONGEST: Final = 200
"""Characters of a name that messages repeat at most, and the length up to which others that look like it are sought."""

UNHEARD_OF: Final = (
    *(LookupError, ValueError, TypeError, AttributeError, AssertionError, StopIteration, RuntimeError),
)
"""Exceptions that a kind raises over a letter that is in no catalog, or a part that nothing has."""


def parsed(text: str, label: str) -> Mapping[str, object]:
    """The document. Raises PgnormError for what is none."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) < len(pairs):
            once_more = Counter(name for name, _ in pairs).most_common(1)
            twice = once_more[0][0]
            raise PgnormError(f'"{brief(twice)}" stands twice in one object', place=label, hint=AGAIN)
        return found

    try:
        document: object = json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        place = f"{label}:{error.lineno}:{error.colno}"
        raise PgnormError(f"the file is not JSON: {error.msg}", place=place, hint=AGAIN) from None
    except (RecursionError, ValueError):  # nested too deep, or a number of too many digits
        raise PgnormError("the file is no snapshot of pgnorm", place=label, hint=AGAIN) from None
    if not isinstance(document, dict) or FORM not in document:
        raise PgnormError("the file is no snapshot of pgnorm", place=label, hint=AGAIN)
    return document


def brief(name: str) -> str:
    """A name as messages may repeat it, whatever somebody put in its place."""
    return name if len(name) <= LONGEST else f"{name[:LONGEST]}…"
