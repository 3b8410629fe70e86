"""Lints: the catalog tells of a schema what is allowed and yet seldom meant."""
