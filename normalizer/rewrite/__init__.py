"""Definitions of functions made canonical in the files that hold them."""
