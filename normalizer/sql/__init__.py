"""SQL as text: its tokens and statements, and what a statement defines."""
