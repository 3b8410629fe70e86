"""A server's programs and extension files, arranged so that stub extensions stand beside the real ones."""

import hashlib
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from pgnorm.catalog.model import Value

from .account import Account, can_enter, has_name
from .binaries import Binaries, code
from .cache import clear, copy_tree, locked, mark_used, say
from .extras import Archive
from .manifest import Damaged, check, finish, is_finished
from .parts import Portable, data_and_modules, libraries, own_libpq, portable
from .programs import do_without_a_name

_STUBS = Path(__file__).parent / "extensions"
# These can be created only in a server that preloads their library, which a shadow doesn't.
_NEVER_REAL = ("pg_cron", "pg_net", "pgaudit", "pgsodium", "supabase_vault")
_STAND_IN = "stand-in for an extension that this server lacks"


class Installation(Value):
    """Programs that the server's account can run, arranged in `home`; `identity` changes whenever they do, or their
    extensions.

    `preferred` holds the control files that hide a real extension, `stubs` those of last resort, `real` the server's
    own. Before Postgres 18 all three are one folder.
    """

    home: Path
    bindir: Path
    major: int
    identity: str
    preferred: Path | None
    stubs: Path | None
    real: Path | None
    folders: tuple[Path, ...]
    """Folders that the programs read: of themselves, of their libraries and of their data."""
    libraries: Path | None
    """The folder of a libpq that came with the programs, None where they take the system's."""
    portable: Portable | None = None
    packed: Archive | None = None

    @property
    def command(self) -> tuple[str, ...]:
        """The words that run the server's program."""
        program = self.bindir / "postgres"
        return self.portable.words(program) if self.portable is not None else (str(program),)

    @property
    def settings(self) -> tuple[str, ...]:
        """Settings by which the server finds the stubs: it has a path of extension folders from 18 on."""
        if self.preferred is None or self.stubs is None or self.preferred == self.stubs:
            return ()
        return (f"extension_control_path={self.preferred.parent}:$system:{self.stubs.parent}",)

    def provide(self, name: str, version: str | None = None) -> bool:
        """Makes CREATE EXTENSION of this name work; True if only an empty or partial stand-in is there.

        Raises Damaged where files that were arranged are gone.
        """
        folders = [folder for folder in (self.preferred, self.real, self.stubs) if folder is not None]
        control = next((found for folder in folders if (found := folder / f"{name}.control").exists()), None)
        if control is None:
            check(self.home)
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
    share, library = data_and_modules(binaries)
    real = share / "extension" if share else None
    named = has_name(account)
    identity = _identity(binaries, real, named=named)
    home = root / f"server-{identity}"
    bindir = _inside(home, binaries.bindir)
    at_home = named and can_enter(account, binaries.bindir)
    repeated = not at_home if binaries.major >= 18 else bool(share and library)
    if not _is_whole(home, bindir if repeated else None, binaries):
        with locked(root / f"server-{identity}.lock"):
            if not _is_whole(home, bindir if repeated else None, binaries):
                if is_finished(home):
                    say(f"{home} is not as it was")
                clear(home)
                _arrange(home, binaries, share, library, account)
                for program in ("postgres", "initdb") if repeated and not named else ():
                    do_without_a_name(code(bindir / program))
                finish(home)
    mark_used(root / f"server-{identity}.lock")
    if not repeated:
        bindir = binaries.bindir
    if binaries.major >= 18:
        preferred: Path | None = home / "preferred/extension"
        stubs: Path | None = home / "stubs/extension"
    else:
        preferred = stubs = _inside(home, share) / "extension" if share and library else None
    return Installation(
        home=home,
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
            libraries(binaries),
        ),
        libraries=own_libpq(binaries),
        portable=portable(bindir),
        packed=binaries.packed,
    )


def repair(installation: Installation) -> None:
    """Has the next `install` arrange anew what is not as it was."""
    try:
        check(installation.home, thoroughly=True)
    except Damaged as error:
        say(error)
        clear(installation.home)
    if installation.packed is not None:
        installation.packed.repair()


def _is_whole(home: Path, bindir: Path | None, binaries: Binaries) -> bool:
    """True if all was arranged and the programs are there; the rest is looked at where a server fails."""
    if not is_finished(home):
        return False
    try:
        pairs = ((bindir / program.name, program) for program in binaries.programs) if bindir else ()
        return all(ours.stat().st_size == theirs.stat().st_size for ours, theirs in pairs)
    except OSError:
        return False


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
    for program in binaries.programs:
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
    own = libraries(binaries)
    if own.is_dir():
        place(own, _inside(home, own))


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


def _identity(binaries: Binaries, real: Path | None, *, named: bool) -> str:
    program = code(binaries.postgres).stat()
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
