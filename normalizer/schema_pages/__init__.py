"""A schema as pages to read: an index, a page of each schema, and one of each object that has columns."""
