"""A whole catalog as one JSON document, and read again from it: docs/snapshot.md says what is in it."""
