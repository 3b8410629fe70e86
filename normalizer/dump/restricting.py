"""The lines for psql that begin and end a dump: between them psql obeys no command of its own but the one that ends it.

What a superuser of the source has put where a dump holds a text as it is (the options of a text search dictionary)
could else run programs where the dump is restored (CVE-2025-8714).
"""

import re
import secrets
import string
from typing import Final

from pgnorm.catalog.errors import PgnormError

_LENGTH: Final = 63
_KEY: Final = re.compile("[a-zA-Z0-9]+")


def new_key() -> str:
    """A key that nobody can have foreseen."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(_LENGTH))


def checked_key(key: str) -> str:
    """The key. Raises PgnormError for one that psql does not take."""
    if _KEY.fullmatch(key) is None:
        raise PgnormError("a restrict key is made of the letters a to z, A to Z and digits alone")
    return key


def restricted(key: str | None) -> str:
    """The line that begins it, empty without a key."""
    return f"\\restrict {key}\n" if key else ""


def unrestricted(key: str | None) -> str:
    """The line that ends it, empty without a key."""
    return f"\\unrestrict {key}\n" if key else ""
