"""Programs of Postgres that run as an account without a name.

initdb and `postgres --single` look for the name of the account they run as, a default that `-U` makes needless, and
refuse to go on where an id has no entry in passwd: an id of our own, or one that a container was told to use. Copies
of them are made to ask for the first entry instead.
"""

from pathlib import Path

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.system import LINUX

# The names by which the dynamic loader finds them in the C library: equally long, in either one since long.
_OF_AN_ID = b"\0getpwuid\0"
_FIRST = b"\0getpwent\0"


def can_do_without_a_name(program: Path) -> bool:
    """True if a copy of the program can be made to run as an account without a name."""
    return LINUX and _OF_AN_ID in program.read_bytes()


def do_without_a_name(copy: Path) -> None:
    """Makes a copy of a program run as an account without a name."""
    if not can_do_without_a_name(copy):
        raise PgnormError(
            "the account that pgnorm runs as has no name, without which this server does not run",
            hint="give it an entry in /etc/passwd, or name a server in --shadow-url",
        )
    copy.write_bytes(copy.read_bytes().replace(_OF_AN_ID, _FIRST))
