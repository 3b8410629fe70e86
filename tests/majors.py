"""Fixtures that need a server of some major: they are called `since_17` or `since_17_of_something`."""

import re


def fits(name: str, major: int) -> bool:
    """Whether a server of this major has what a fixture of this name needs."""
    since = re.match(r"since_(\d+)", name)
    return since is None or major >= int(since[1])
