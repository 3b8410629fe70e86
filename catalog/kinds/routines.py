"""Names of the functions that other objects are made of, as regproc and regprocedure print them."""

import re
from typing import Final

NONE: Final = "-"
"""The output of regproc and regprocedure for no function."""
_NAME: Final = re.compile(r'(?:"(?:[^"]|"")*"|[^"(])*')


def name_of(signature: str) -> str:
    """The name in what regprocedure prints: `"public"."f"(integer)` without the argument types.

    regproc names an overloaded function otherwise: with its schema, even if that is pg_catalog.
    """
    found = _NAME.match(signature)
    assert found is not None
    return found[0]
