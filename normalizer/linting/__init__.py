"""What the catalog tells of a schema that is allowed and yet seldom meant."""
