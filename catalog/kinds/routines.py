"""How the catalogs name the functions that other objects are made of."""

import re
from typing import Final

NONE: Final = "-"
"""What regproc and regprocedure print for no function."""
_NAME: Final = re.compile(r'(?:"(?:[^"]|"")*"|[^"(])*')


def name_of(signature: str) -> str:
    """The name in what regprocedure prints: `"public"."f"(integer)` without the argument types.

    regproc names an overloaded function otherwise: with its schema, even if that is pg_catalog.
    """
    found = _NAME.match(signature)
    assert found is not None
    return found[0]
