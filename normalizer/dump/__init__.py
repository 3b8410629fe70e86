"""A catalog as SQL."""
