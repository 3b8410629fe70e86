"""Who may do what in a database, as its server answers: privileges in effect, with row security counted in."""

from .reading import Access, Permission, Rows, grantees, read_access

__all__ = ["Access", "Permission", "Rows", "grantees", "read_access"]
