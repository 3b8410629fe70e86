"""A whole catalog as one JSON document, and read again from it: docs/snapshot.md says what is in it."""

from .reading import Snapshot, loads
from .writing import FORM, VERSION, dumps

__all__ = ["FORM", "VERSION", "Snapshot", "dumps", "loads"]
