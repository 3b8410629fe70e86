"""`pgnorm serve`: the commands over HTTP, carried out by processes that each have a private server of their own."""
