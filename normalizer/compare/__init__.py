"""What counts as a difference between two catalogs, and what of them is compared."""
