"""Settings stored as `name=value` (pg_proc.proconfig, pg_db_role_setting.setconfig) as SET clauses."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from .quoting import ident, literal

LIST_SETTINGS: Final = frozenset(
    {
        "local_preload_libraries",
        "oauth_validator_libraries",
        "output_plugin_libraries",
        "search_path",
        "session_preload_libraries",
        "shared_preload_libraries",
        "temp_tablespaces",
        "unix_socket_directories",
    }
)
"""Settings marked GUC_LIST_QUOTE, whose stored value is a list of identifiers (dumputils.c)."""


@lru_cache
def setting_text(item: str, quote: Callable[[str], str] = literal) -> str:
    """A stored item as the SET clause has it: `"search_path" TO 'a', 'b'`; `quote` writes each value."""
    name, _, value = item.partition("=")
    values = split_identifiers(value) if name in LIST_SETTINGS else (value,)
    return f"{ident(name)} TO {', '.join(map(quote, values))}"


def split_identifiers(text: str) -> tuple[str, ...]:
    """The elements of a stored list of identifiers (dumputils.c, SplitGUCList): quotes undone, case kept."""
    found = re.findall(r'\s*("(?:[^"]|"")*"|[^,\s"]+)\s*(?:,|$)', text)
    return tuple(name[1:-1].replace('""', '"') if name.startswith('"') else name for name in found)
