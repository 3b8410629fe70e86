"""The settings with which a dump begins (pg_backup_archiver.c, _doSetFixedOutputState)."""

from typing import Final

NO_PATH: Final = "SELECT pg_catalog.set_config('search_path', '', false);"
USUAL_PATH: Final = "RESET search_path;"
UNCHECKED: Final = "SET check_function_bodies = false;"
_TRANSACTION_TIMEOUT_SINCE: Final = 17


def settings(major: int) -> tuple[str, ...]:
    """The statements that pg_dump of this major writes ahead of all objects."""
    return (
        "SET statement_timeout = 0;",
        "SET lock_timeout = 0;",
        "SET idle_in_transaction_session_timeout = 0;",
        *(["SET transaction_timeout = 0;"] if major >= _TRANSACTION_TIMEOUT_SINCE else []),
        "SET client_encoding = 'UTF8';",
        "SET standard_conforming_strings = on;",
        NO_PATH,
        UNCHECKED,
        "SET xmloption = content;",
        "SET client_min_messages = warning;",
        "SET row_security = off;",
    )
