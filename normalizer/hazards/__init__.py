"""What the statements of a plan do to tables that are there: rules know it, a server measures it."""
