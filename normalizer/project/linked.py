"""The linked Supabase project: where its password may go, and how it gets there."""

import os
import re
from pathlib import Path
from typing import Final

from pgnorm.catalog.errors import PgnormError

from ..files.reading import read_file, shown
from .databases import Database, address_words
from .project import Project
from .typed import said

ALLOWED: Final = "PGNORM_LINKED_HOST"
"""The variable that names a host, not one of Supabase's own, which the password may go to."""
_REFERENCE: Final = "project-ref"
_POOLER: Final = "pooler-url"
_PASSWORD: Final = "SUPABASE_DB_PASSWORD"
_REF: Final = r"(?ai)[a-z0-9]+"
_OWN: Final = r"(?ai)(?:[a-z0-9-]+\.)+supabase\.(?:co|com)"
_WORDS: Final = frozenset({"host", "port", "user", "dbname", "password"})
_VERIFYING: Final = ("verify-ca", "verify-full")


def linked(project: Project) -> Database:
    """The database of the linked Supabase project, as the Supabase CLI keeps it below supabase/.temp.

    Those files may have come with the repository, from anybody: the password goes to a host of Supabase's own or one
    that PGNORM_LINKED_HOST names, encrypted, and to nobody else. Raises PgnormError where the project is not linked,
    and where the files name anything else.
    """
    folder = _folder(project)
    ref, pooler = (_first_line(folder / name) for name in (_REFERENCE, _POOLER))
    if not ref and not pooler:
        raise PgnormError(
            f"the project is not linked: there is no {shown(folder / _REFERENCE)}",
            hint="Run `supabase link`, or name the database with --db-url.",
        )
    if pooler:
        words = _pooler(pooler, shown(folder / _POOLER))
    elif re.fullmatch(_REF, ref):
        words = address_words(f"db.{ref}.supabase.co", 5432)
    else:
        raise PgnormError("no reference of a Supabase project", place=shown(folder / _REFERENCE))
    return _reached(words)


def of_ref(ref: str, project: Project | None) -> Database:
    """The database of the Supabase project with a reference, by the pooler where it is the linked one.

    Raises PgnormError for what is no reference.
    """
    if project is not None and _first_line(_folder(project) / _REFERENCE) == ref:
        return linked(project)
    if re.fullmatch(_REF, ref) is None:
        raise PgnormError(f"`{said(ref)}` is not a reference of a Supabase project", hint="It is in the project's URL.")
    return _reached(address_words(f"db.{ref}.supabase.co", 5432))


def _folder(project: Project) -> Path:
    return (project.supabase_dir or project.root / "supabase") / ".temp"


def _reached(words: tuple[tuple[str, str], ...]) -> Database:
    secret = os.environ.get(_PASSWORD)
    settings = (*words, ("sslmode", _sslmode()), *([("password", secret)] if secret else []))
    return Database(settings=settings, hint="The password comes from SUPABASE_DB_PASSWORD, PGPASSWORD or ~/.pgpass.")


def _pooler(url: str, place: str) -> tuple[tuple[str, str], ...]:
    """libpq's words for the address in pooler-url."""
    from psycopg import Error
    from psycopg.conninfo import conninfo_to_dict

    # Older versions of the Supabase CLI keep the placeholder [YOUR-PASSWORD] in the URL.
    url = re.sub(r"^(\w+://[^:@/]+):.*@", r"\1@", url)
    try:
        found = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    except (Error, UnicodeEncodeError):
        raise PgnormError("no address of a database", place=place, hint="Run `supabase link` again.") from None
    host = found.get("host", "")
    if not found.keys() <= _WORDS:
        extra = ", ".join(sorted(found.keys() - _WORDS))
        raise PgnormError(f"the address says more than where the database is: {extra}", place=place)
    if re.fullmatch(_OWN, host) is None and host != os.environ.get(ALLOWED):
        raise PgnormError(
            f"{host or 'the host'} is not a host of Supabase, so no password is sent there",
            place=place,
            hint=f"If it is yours, allow it with {ALLOWED}=HOST, or name the database with --db-url.",
        )
    return tuple((name, value) for name, value in found.items() if name != "password")


def _sslmode() -> str:
    """The `sslmode` for the server: it is verified all the way where a certificate to verify it by is at hand.

    Supabase signs with a certificate of its own, which no system has.
    """
    wanted = os.environ.get("PGSSLMODE", "")
    if wanted in _VERIFYING:
        return wanted
    known = os.environ.get("PGSSLROOTCERT") or (Path(os.path.expanduser("~")) / ".postgresql" / "root.crt").exists()
    return "verify-full" if known else "require"


def _first_line(path: Path) -> str:
    return read_file(path, label=shown(path)).text.partition("\n")[0].strip() if path.exists() else ""
