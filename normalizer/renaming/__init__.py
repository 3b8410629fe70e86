"""Renames that a person asks for, and those that two states suggest."""
