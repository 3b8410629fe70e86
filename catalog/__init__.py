"""What a database is: the typed objects of `pg_catalog` and their canonical text."""
