"""The `pgnorm` command."""
