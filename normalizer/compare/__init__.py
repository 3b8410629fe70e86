"""Differences between two catalogs: what counts as one, and what of the catalogs is compared."""
