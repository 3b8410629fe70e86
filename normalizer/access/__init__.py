"""Who may do what, in words: permissions as lines, what changes between two states, and what deserves a look."""
