"""The `pgnorm` command."""

from typing import Final

VERSION: Final = "0.1.0"
"""As in pyproject.toml; asking importlib.metadata for it takes longer than all the rest of `pgnorm --version`."""
