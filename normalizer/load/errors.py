"""Errors of the server as a person reads them: the place in the file, the lines around it, what is missing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.errors import PgnormError

from ..files.excerpts import excerpt
from ..files.reading import SourceFile
from ..postgres.parts import bundled_has
from ..sql.lexer import name_of
from .harm import DISARMED
from .privileged import DENIED

if TYPE_CHECKING:
    from psycopg import Error

_READ: Final = 8192  # characters of a message: one that Postgres has for what is missing is shorter
_QUOTED: Final = re.compile(r'"((?:[^"]|"")+)"')
_CALLED: Final = re.compile(r'((?:"(?:[^"]|"")+"|[^\s".(])+)\(')
_UNQUOTED: Final = re.compile(r'^(?:column|type) (?:[^\s".]+\.)*([^\s".\[]+)(?:\[\])* does not exist')
_LAST_PART: Final = re.compile(r'(?:"(?:[^"]|"")+"|[^".]+)$')
_ROLE: Final = re.compile(r'^role "(.+)" does not exist$')

# Something that a statement names is not there (yet); Postgres' appendix "Error Codes".
_MISSING: Final = frozenset(
    {
        "42P01",  # undefined_table
        "42883",  # undefined_function, operators included
        "42704",  # undefined_object: types, roles, languages, operator classes, …
        "42703",  # undefined_column
        "3F000",  # invalid_schema_name
        "42830",  # invalid_foreign_key: no such unique key
        "42846",  # cannot_coerce: no such cast
        "42P17",  # invalid_object_definition
        "42P10",  # invalid_column_reference: ON CONFLICT without its key
        "42809",  # wrong_object_type: a shell type, a table not partitioned
    }
)
# Something of the name is there already: a relation, another object, a function, a schema, a column.
_TAKEN: Final = frozenset({"42P07", "42710", "42723", "42P06", "42701"})
# Never a consequence of something that is missing.
_FINAL: Final = _TAKEN | {"42601", "42602", "42622", "57014", "55P03"}
TRUST: Final = (
    "Files run as a role that is no superuser, so that they can do no harm here. "
    "If you trust these as you trust a program, run with --trust-files."
)
_AT_SEMICOLON: Final = 'syntax error at or near ";"'
_AT_END: Final = "syntax error at end of input"
_LIBRARY: Final = DISARMED.removeprefix("$libdir/")


class Misfit(PgnormError):
    """A statement that fails for what is, or is not, there beside it: among other files it may succeed."""

    lacks: str | None = None
    """The missing thing, told apart from all else that may be missing; None where the error does not say it so well."""


def error_of(error: Error, message: str, *, place: str, hint: str | None, lacking: str | None = None) -> PgnormError:
    """The PgnormError for an error of the server: a Misfit where something missing or taken is its cause. `lacking` is
    its own message, where it says better what is missing."""
    if not (lacking or is_missing(error) or is_taken(error)):
        return PgnormError(message, place=place, hint=hint)
    made = Misfit(message, place=place, hint=hint)
    if lacking or is_missing(error):
        made.lacks = _thing(lacking or error.diag.message_primary or "")
    return made


def _thing(message: str) -> str | None:
    """The missing thing that a message names. A function is the same whatever it is called with, a relation and its row
    type are one, a column is known only where its relation is."""
    sort = message.partition(" ")[0]
    if sort in ("relation", "type", "function", "procedure"):
        names = " ".join(sorted(missing_names(message)))
        return names and ("routine " if sort in ("function", "procedure") else "relation ") + names
    return None if sort == "column" and " of relation " not in message else message or None


def is_taken(error: Error) -> bool:
    """True if something of the name is there already."""
    return error.sqlstate in _TAKEN and not _lacks_shell(error)


def is_missing(error: Error) -> bool:
    """True if the statement may succeed once something else has been made."""
    return error.sqlstate in _MISSING or missing_role(error) is not None or _lacks_shell(error)


def _lacks_shell(error: Error) -> bool:
    """True if a base type comes before its shell: Postgres calls that a duplicate, but with a hint."""
    diag = error.diag
    return (diag.source_function, error.sqlstate) == ("DefineType", "42710") and diag.message_hint is not None


def lacks_label_provider(error: Error) -> bool:
    """True if the server has not loaded the provider of a security label."""
    return (error.diag.source_function, error.sqlstate) == ("ExecSecLabelStmt", "22023")


def is_final(error: Error) -> bool:
    """True if nothing that other statements make can help."""
    return error.sqlstate in _FINAL and not _lacks_shell(error)


def missing_role(error: Error) -> str | None:
    """The role whose absence the error reports."""
    match = _ROLE.match(error.diag.message_primary or "")
    return match[1] if match else None


def missing_names(message: str | None) -> frozenset[str]:
    """The names in the message of an error, without their schemas, as Postgres folds them."""
    message = (message or "")[:_READ]
    names: set[str] = set()
    for quoted in _QUOTED.findall(message):
        # "s.t" in a message is relation t of schema s; a dot inside a name can't be told from it.
        names.update((quoted, quoted.rsplit(".", 1)[-1]))
    if unquoted := _UNQUOTED.match(message):
        names.add(unquoted[1])
    for called in _CALLED.findall(message):
        last = _LAST_PART.search(called)
        names.add(name_of(last[0] if last else called))
    return frozenset(names)


def failure(
    source: SourceFile,
    offset: int,
    error: Error,
    *,
    position: int | None = None,
    hint: str | None = None,
    caged: bool = False,
) -> PgnormError:
    """The error of a statement at `offset`, or of the character at `position` counted from there.

    Postgres' own hint comes before `hint`, but for what is kept from files that are `caged`.
    """
    at = offset + (position or 0)
    diag = error.diag
    said = diag.message_primary or str(error)
    kept = error.sqlstate == DENIED
    if position is not None and said == _AT_SEMICOLON and not source.text.startswith(";", at):
        # Statements run with others behind them, so Postgres meets a semicolon where the text has ended.
        said = _AT_END
    if _LIBRARY in said:
        said, kept = "this calls a function of a library that is kept from files", True
    parts = [said]
    if diag.message_detail:
        parts.append(f"DETAIL: {diag.message_detail}")
    if diag.context:
        parts.append(f"CONTEXT: {diag.context}")
    parts.append(excerpt(source.text, at))
    told = TRUST if caged and kept else diag.message_hint or hint
    return error_of(error, "\n".join(parts), place=source.place(at), hint=told)


def way_out(error: Error, extensions: Sequence[str], *, bundled: bool) -> str | None:
    """The way out where the server, `bundled` or another one, may be why: it lacks what a label or these extensions
    need, in place of which there are stand-ins.

    They lack an object, or take no such parameter (22023, invalid_parameter_value).
    """
    if lacks_label_provider(error):
        return "A private server has no label providers: name one that has loaded it with --shadow-url."
    if not extensions or not (is_missing(error) or error.sqlstate == "22023"):
        return None
    way = "name" if bundled or not bundled_has(extensions) else "try PGNORM_PG_BINDIR=bundled, or name"
    way += " a server that has it in PGNORM_PG_BINDIR or --shadow-url."
    return f"A stand-in takes the place of {', '.join(extensions)}: {way}"
