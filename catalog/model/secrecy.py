"""Errors about objects whose secret nobody here knows."""

from ..errors import PgnormError
from .object import Object


def unknown_secret(item: Object) -> PgnormError:
    """The error for a statement about `item` that can't be written without a secret of it."""
    return PgnormError(
        f"{item.kind} {item.label}: a password or key of it is needed to write this plan, and the new side knows none",
        hint="Name a source that knows it: files, or a database as a role that may see it.",
    )
