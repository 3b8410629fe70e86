"""Migrations applied to a database that is there to stay, each file's own bytes, and the history of it."""
