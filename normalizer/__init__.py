"""What SQL text is: loading, dumping, comparing and rewriting it."""
