"""Everything that a project must hold to, looked at in one run: for CI, commit hooks and people."""
