"""Meaning of the words on the command line and in the configuration: projects, migrations, sources."""
