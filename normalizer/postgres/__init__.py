"""Server binaries, private clusters and the shadow in which files are loaded."""
