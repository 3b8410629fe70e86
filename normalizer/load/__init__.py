"""Files loaded into a server, whatever order they name things in."""
