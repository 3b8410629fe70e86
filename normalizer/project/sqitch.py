"""Sqitch's plan: which scripts are deployed, and in which order."""

import re
from pathlib import Path
from typing import Final

from pgnorm.catalog.errors import PgnormError

from ..files.reading import read_file, shown

_ENTRY: Final = re.compile(r"[ \t]*(?P<sign>[-+@]?)(?P<name>[^\s@%#:+-][^\s@:]*)(?=[ \t]|$)")


def planned(root: Path, deploy: Path) -> tuple[Path, ...]:
    """The scripts of the folder `deploy` in the order of `root`'s plan, none where there is no plan.

    A change that comes again after a tag has its first script under that tag's name. Raises PgnormError for a script
    that is not there.
    """
    plan = root / "sqitch.plan"
    if not plan.is_file():
        return ()
    changes: list[tuple[int, str]] = []
    tags: list[tuple[int, str]] = []
    for number, line in enumerate(read_file(plan).text.splitlines(), start=1):
        if entry := _ENTRY.match(line):
            if entry["sign"] == "@":
                tags.append((len(changes), entry["name"]))
            elif entry["sign"] != "-":
                changes.append((number, entry["name"]))
    return tuple(
        _script(deploy, plan, number, name, _tag(at, name, changes, tags)) for at, (number, name) in enumerate(changes)
    )


def _tag(at: int, name: str, changes: list[tuple[int, str]], tags: list[tuple[int, str]]) -> str:
    """Suffix of the script's name: the tag before the change comes again, where it does."""
    if all(later != name for _, later in changes[at + 1 :]):
        return ""
    return next((f"@{tag}" for place, tag in tags if place > at), "")


def _script(deploy: Path, plan: Path, number: int, name: str, tag: str) -> Path:
    path = deploy / f"{name}{tag}.sql"
    if not path.is_file():
        raise PgnormError(f"the plan names {shown(path)}, which is not there", place=f"{shown(plan)}:{number}:1")
    return path
