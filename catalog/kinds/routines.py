"""How the catalogs name the functions that other objects are made of."""

from typing import Final

NONE: Final = "-"
"""What regproc prints for no function."""
