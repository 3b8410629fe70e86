"""Effects of the statements of a plan on tables that are there: rules know them, a server measures them."""
