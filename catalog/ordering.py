"""pg_dump's order: by (priority, schema, name), then the least disturbance that dependencies need (pg_dump_sort.c)."""
