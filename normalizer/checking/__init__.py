"""What a project must hold to, found in one run: for CI, commit hooks and people."""
