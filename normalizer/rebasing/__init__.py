"""Migrations of one branch put behind those of another, and proved to lead from there."""
