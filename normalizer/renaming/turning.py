"""Renames turned round, for the way back."""

from collections.abc import Iterator

from ..compare.called import path_of
from .requests import Request, of_options, words
from .resolving import Resolved


def turned(resolved: Resolved) -> Iterator[Request]:
    """Requests that take renames back: what is called `stage` gets the name `status` that it had."""
    for each in resolved.renamings:
        path = (*path_of(each.new), each.name) if each.value else path_of(each.new)
        yield from of_options([f"{words(path)}={words(each.path[-1:])}"])
