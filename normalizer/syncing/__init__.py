"""Changes of a database brought back into the schema files, in place."""
