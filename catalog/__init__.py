"""The typed objects of a database, read from `pg_catalog`, and their canonical text."""
