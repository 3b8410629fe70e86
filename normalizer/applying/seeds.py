"""Files beside the migrations: those that fill tables, remembered as the Supabase CLI does, and that of the roles."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import frozen

from pgnorm.catalog.model import Value
from pgnorm.catalog.quoting import ident

from ..files.reading import decode_file, read_bytes, read_file, shown
from ..project.bounds import within
from ..project.patterns import matching
from ..project.project import Project
from .carrying import Carrier
from .failing import Failed
from .history import all_rows
from .pieces import Applicable, applicable, check

if TYPE_CHECKING:
    import psycopg

_NAMES: Final = ("supabase_migrations", "seed_files")
_TABLE: Final = ".".join(_NAMES)
_DEFAULT: Final = ("./seed.sql",)
_TAKEN: Final = "42710"  # duplicate_object
_NOTHING: Final = "Nothing of this file is applied."


class Seed(Value):
    """A seed file: the path that it is remembered by, and the hash of its bytes."""

    name: str
    hash: str
    file: Applicable
    new: bool
    """True if no file of this path was run before."""


@frozen(eq=False)
class SeedHistory:
    """The table that says which seed files were run."""

    connection: psycopg.Connection

    def hashes(self) -> Mapping[str, str]:
        """The hashes of the files that were run, by their paths."""
        there = self.connection.execute(
            "select pg_catalog.to_regclass(%s) operator(pg_catalog.<>) 0", (_TABLE,)
        ).fetchone()
        if there != (True,):
            return {}
        rows = all_rows(self.connection, f"select path, hash from {_TABLE}", _NAMES)
        return {str(path): str(found) for path, found in rows}

    def prepare(self) -> None:
        """Make the table where there is none."""
        self.connection.execute(f"create schema if not exists {ident(_TABLE.partition('.')[0])}".encode())
        self.connection.execute(
            f"create table if not exists {_TABLE} (path pg_catalog.text not null primary key, "
            "hash pg_catalog.text not null)".encode()
        )

    def add(self, seed: Seed) -> None:
        """Remember a file as it is now."""
        self.connection.execute(
            f"insert into {_TABLE} (path, hash) values (%s, %s) "
            "on conflict (path) do update set hash = excluded.hash".encode(),
            (seed.name, seed.hash),
        )


def unrun(project: Project, history: SeedHistory) -> tuple[Seed, ...]:
    """The seed files of a Supabase project that were not run as they are now, in the order of its patterns; none where
    it has switched them off.

    Raises PgnormError for one that can't be read or run.
    """
    table = project.config.table("db").table("seed")
    if project.supabase_dir is None or table.boolean("enabled") is False:
        return ()
    patterns = table.strings("sql_paths") or _DEFAULT
    paths = dict.fromkeys(path for pattern in patterns for path in matching(project.supabase_dir, pattern))
    known = history.hashes()
    found = (_seed(project, path, known) for path in within(project.root, paths))
    return tuple(seed for seed in found if seed is not None)


def fill(carrier: Carrier, history: SeedHistory, seed: Seed) -> bool:
    """Remember a seed file, and run it unless it was run as it was before; true if it was run now. Raises Failed."""
    with carrier.transaction(seed.file, renewed=True, done=_NOTHING):
        history.prepare()
        for piece in seed.file.pieces if seed.new else ():
            if piece.statement is not None:
                carrier.run(seed.file, piece, done=_NOTHING)
        carrier.connection.reset()
        history.add(seed)
    return seed.new


def roles_of(project: Project) -> Applicable | None:
    """The file that makes the project's roles, None where there is none."""
    path = project.roles_file
    if path is None:
        return None
    found = applicable("", path.stem, read_file(path, label=shown(path)))
    check(found)
    return found


def make_roles(carrier: Carrier, file: Applicable) -> None:
    """Carry out the file of the roles; what it creates and is there already stays as it is. Raises Failed."""
    with carrier.transaction(file, renewed=True, done=_NOTHING):
        for piece in file.pieces:
            if piece.statement is None:
                continue
            carrier.connection.run("savepoint pgnorm")
            try:
                carrier.run(file, piece, done=_NOTHING)
            except Failed as failed:
                if failed.code != _TAKEN or not piece.statement.begins("CREATE"):
                    raise
                carrier.connection.run("rollback to savepoint pgnorm")
                carrier.tell("note", f"{failed.place}: {failed.message.splitlines()[0]}, and stays as it is")
            carrier.connection.run("release savepoint pgnorm")


def _seed(project: Project, path: Path, known: Mapping[str, str]) -> Seed | None:
    """A seed file, None for one that was run as it is now."""
    label = shown(path)
    content = read_bytes(path, label=label)
    name, hashed = path.relative_to(project.root).as_posix(), hashlib.sha256(content).hexdigest()
    if known.get(name) == hashed:
        return None
    file = applicable("", path.stem, decode_file(content, path=path, label=label))
    if name not in known:
        check(file)
    return Seed(name=name, hash=hashed, file=file, new=name not in known)
