"""What the words of the command line and the configuration mean: projects, migrations, sources."""
