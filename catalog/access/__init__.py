"""Privileges in effect in a database, as its server answers, with row security counted in: who may do what."""

from .reading import Access, Permission, Rows, grantees, read_access

__all__ = ["Access", "Permission", "Rows", "grantees", "read_access"]
