"""Many databases with one schema: read, grouped and compared, migrated in waves."""
