"""A run as another account than root's, whose servers it may use."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

# The interpreter may lie where only root can go, so everything is imported before the account changes.
_ASK: Final = """
import os
import sys
from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres.shadow import open_shadow

def ask():
    with open_shadow(major=None, platform=PLAIN) as shadow, shadow.session() as session:
        return session.connection.execute("select 42").fetchone()[0]

os.environ.pop("PGNORM_CACHE_DIR", None)
ask()
cache, uid, gid, *unset = sys.argv[1:]
os.setgroups([])
os.setgid(int(gid))
os.setuid(int(uid))
for name in unset:
    os.environ.pop(name)
os.environ["PGNORM_CACHE_DIR"] = cache
print(ask())
"""


def ask_as(
    uid: int, gid: int, cache: Path, *unset: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What a process of that account, with its cache there and without these variables, says when it asks a server."""
    command = [sys.executable, "-c", _ASK, str(cache), str(uid), str(gid), *unset]
    return subprocess.run(command, capture_output=True, text=True, env=environment)
