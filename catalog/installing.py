"""Commands that install what is missing into the environment that pgnorm runs in, whatever made it."""

import re
import shlex
import sys
from importlib.util import find_spec
from typing import Final

_NEEDED: Final = r"(?P<package>[^;]+);\s*extra\s*==\s*[\"'](?P<extra>[\w-]+)[\"']"


def is_of_uv() -> bool:
    """True if uv serves this environment: those of uv have no pip, and neither have those of pipx where there is uv."""
    return find_spec("pip") is None


def installer() -> str:
    """The command, without packages, of the installer that serves this environment."""
    python = shlex.quote(sys.executable)
    return f"uv pip install --python {python}" if is_of_uv() else f"{python} -m pip install"


def command_for_extra(extra: str) -> str:
    """The command that installs what an extra of pgnorm adds: by its own names, so that it works where pgnorm comes
    from a clone too."""
    from importlib.metadata import PackageNotFoundError, requires

    try:
        found = [re.fullmatch(_NEEDED, each.strip()) for each in requires("pgnorm") or ()]
    except PackageNotFoundError:
        found = []
    packages = [each["package"].strip() for each in found if each is not None and each["extra"] == extra]
    return f"{installer()} {' '.join(map(shlex.quote, packages or [f'pgnorm[{extra}]']))}"
