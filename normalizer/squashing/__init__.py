"""Migrations made one: the schema as it is at their end, and the statements that wrote rows on the way there."""
