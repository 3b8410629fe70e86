"""pg_dump as a second judge: what it prints of a database, entry by entry."""

import re
import subprocess
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from pgnorm.catalog.errors import PgnormError

from ..compare.difference import COMMENT, LABELS, OWNER, PRIVILEGES
from ..postgres.connections import administrator_options

if TYPE_CHECKING:
    from pathlib import Path

    from psycopg import Connection

    from ..postgres.shadow import Shadow

_ENTRY: Final = r"(?m)^--\n-- Name: (.*); Type: (.*); Schema: (.*); Owner: (.*)\n--\n\n"
_COMPLETE: Final = "\n--\n-- PostgreSQL database dump complete"
_STORAGE: Final = r"(?m)^SET default_\w+ = .*;\n\n"
_GRANTS: Final = frozenset({"ACL", "DEFAULT ACL"})
# A name that Postgres picked for a NOT NULL is no difference: it hangs on what other names there were then.
_PICKED: Final = r'CONSTRAINT "(?:[^"]|"")+_not_null\d*" (?=NOT NULL)'
_COLUMNS: Final = frozenset({"TABLE", "FOREIGN TABLE"})
_NAME: Final = re.compile('"(?:[^"]|"")+"')
_NAMES: Final = f"{_NAME.pattern}(?:, {_NAME.pattern})*"
_IN_TABLE_ORDER: Final = {
    "STATISTICS": re.compile(rf" ON {_NAMES}(?=, | FROM )"),
    "PUBLICATION TABLE": re.compile(rf" \({_NAMES}\)"),
}
"""Lists of columns that Postgres keeps in the order of the table, by the type of the entry."""

_WITHOUT: Final = {
    OWNER: "--no-owner",
    PRIVILEGES: "--no-privileges",
    COMMENT: "--no-comments",
    LABELS: "--no-security-labels",
}
"""pg_dump's options by the satellites that they leave out."""


class DumpEntry(NamedTuple):
    """One entry of a dump: its header line's fields and its statements."""

    tag: str
    desc: str
    schema: str
    owner: str
    text: str

    def __str__(self) -> str:
        return f"{self.desc} {self.schema}.{self.tag}\n{self.text}"


def program_of(shadow: "Shadow") -> "Path":
    """The shadow server's own pg_dump. Raises PgnormError where the server is not ours."""
    if shadow.binaries is None:
        raise PgnormError(
            "a proof by pg_dump needs a private server",
            hint="Leave --shadow-url out, or prove with --proof catalog.",
        )
    return shadow.binaries.bindir / "pg_dump"


def entries(text: str) -> Counter[DumpEntry]:
    """The entries of a dump as a multiset; the order of a table's columns and of grants means nothing."""
    found = list(re.finditer(_ENTRY, text))
    ends = [match.start() for match in found[1:]] + [text.find(_COMPLETE)]
    return Counter(
        DumpEntry(
            match[1],
            match[2],
            match[3],
            match[4],
            _unordered(match[2], re.sub(_STORAGE, "", text[match.end() : end]).strip()),
        )
        for match, end in zip(found, ends, strict=True)
    )


def _unordered(kind: str, text: str) -> str:
    if kind in _GRANTS:
        return "\n".join(sorted(text.split("\n")))
    if kind in _IN_TABLE_ORDER:
        return _IN_TABLE_ORDER[kind].sub(lambda found: " ".join(sorted(_NAME.findall(found[0]))), text, count=1)
    if kind not in _COLUMNS:
        return text
    head, *lines = re.sub(_PICKED, "", text).split("\n")
    closing = next((place for place, line in enumerate(lines) if line.startswith(")")), len(lines))
    inner = sorted(line.removesuffix(",") for line in lines[:closing])
    return "\n".join([head, *inner, *sorted(lines[closing:])])


def dumped(
    connection: "Connection[tuple[object, ...]]",
    program: "Path",
    *,
    user: str | None = None,
    without: frozenset[str] = frozenset(),
) -> str:
    """Schema of the database that `connection` is in, as `program`, a pg_dump, prints it.

    It runs as `user`, a superuser, where one is given, and else as the connection's own. `without` are satellites that
    it leaves out.
    Raises PgnormError where it can't be run or fails.
    """
    info = connection.info
    command = [str(program), "--schema-only", "--quote-all-identifiers"]
    command += ["-h", info.host, "-p", str(info.port), "-U", user or info.user, "-d", info.dbname]
    command += [_WITHOUT[word] for word in sorted(without)]
    options = administrator_options(info.server_version) if user else ""
    environment = {"PGTZ": "UTC", "LC_ALL": "C", "PGOPTIONS": options, "PGPASSWORD": info.password}
    try:
        done = subprocess.run(command, capture_output=True, check=False, env=environment)
    except OSError as error:
        raise PgnormError(
            f"pg_dump can't be run: {error}", hint="Install the client programs of the same major version."
        ) from error
    if done.returncode:
        raise PgnormError(f"pg_dump failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode()
