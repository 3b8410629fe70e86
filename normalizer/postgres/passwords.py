"""The password that a private server asks for: made with its seed, known to whom the cache belongs."""

import os
from binascii import b2a_base64
from hashlib import pbkdf2_hmac, sha256
from hmac import digest
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.errors import PgnormError

from .connections import ADMINISTRATOR, OWNER

if TYPE_CHECKING:
    from psycopg import Connection

_NAME: Final = "password"
_RULES: Final = f"# Whoever may read the cache has the password.\nlocal all {ADMINISTRATOR},{OWNER} password\n"
_ADMIT: Final = f"""
    update pg_catalog.pg_authid o
       set rolpassword = a.rolpassword, rolvaliduntil = null, rolcanlogin = true, rolconnlimit = -1
      from pg_catalog.pg_authid a
     where o.rolname = '{OWNER}' and a.rolname = '{ADMINISTRATOR}'
       and (o.rolpassword is distinct from a.rolpassword or o.rolvaliduntil is not null
            or not o.rolcanlogin or o.rolconnlimit <> -1)
"""
_LIBRARIES: Final = f"""
    select
      from pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) c
     where s.setrole in (0, '{OWNER}'::pg_catalog.regrole)
       and c ~ '^(session|local)_preload_libraries=.*[^" ]'
     limit 1
"""


def password_of(seed: Path) -> str:
    """The password of a seed and its copies; empty where there is none yet."""
    try:
        return (seed / _NAME).read_text()
    except FileNotFoundError:
        return ""


def lock_up(connection: "Connection", data: Path, seed: Path) -> None:
    """Gives the server's roles a password, which is asked for from its next start on."""
    password = os.urandom(16).hex()
    (seed / _NAME).touch(mode=0o600)
    (seed / _NAME).write_text(password)
    connection.execute(
        "update pg_catalog.pg_authid set rolpassword = %s where rolname = %s",
        (_verifier(password), ADMINISTRATOR),
    )
    admit(connection)
    (data / "pg_hba.conf").write_text(_RULES)


def admit(connection: "Connection") -> None:
    """Lets the role that files run as in again, whatever they made of how it enters."""
    connection.execute(_ADMIT)


def refuse_libraries(connection: "Connection") -> None:
    """Raises PgnormError where the role that files run as would load libraries of their choice as it enters."""
    if connection.execute(_LIBRARIES).fetchone() is not None:
        raise PgnormError(
            "the files have libraries loaded into each session of the server",
            hint="Take session_preload_libraries out of them. If you trust them as you trust a program, run with"
            " --trust-files.",
        )


def _verifier(password: str) -> str:
    """The SCRAM verifier that Postgres keeps of a password: one round of hashing is enough, as that is random."""
    salt = os.urandom(16)
    salted = pbkdf2_hmac("sha256", password.encode(), salt, 1)
    stored = sha256(digest(salted, b"Client Key", "sha256")).digest()
    kept = (salt, stored, digest(salted, b"Server Key", "sha256"))
    words = (b2a_base64(part, newline=False).decode() for part in kept)
    return "SCRAM-SHA-256$1:{}${}:{}".format(*words)
