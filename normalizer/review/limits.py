"""Limits of a review, so that one of ten thousand objects still opens; each is said where something is left out."""

from typing import Final

OBJECTS: Final = 300
"""Objects whose text before and after is shown."""
CHARACTERS: Final = 2_000_000
"""Characters of all these texts."""
TEXT: Final = 200_000
"""Characters of one text."""
NAMES: Final = 5_000
"""Further objects that are named."""
ROWS: Final = 1_000
"""Rows of a table, and lines of a list."""
STATEMENTS: Final = 1_000
"""Statements of the plan."""
PLAN: Final = 1_000_000
"""Characters of the plan."""
TABLES: Final = 60
"""Tables of the diagram."""
COLUMNS: Final = 24
"""Columns of one of them."""
NUMBERS: Final = 20
"""Numbers of lines of a file that name one thing."""
COMMENT: Final = 65_536
"""Characters of a comment on GitHub."""
COMMENT_LINES: Final = 50
"""Lines of a list in a comment."""
COMMENT_LISTS: Final = 40_000
"""Characters of all its lists: the rest is for the plan."""
COMMENT_NAMES: Final = 5
"""Names that one of its lines has of a file."""
WHERE_ALL_IS: Final = "pgnorm diff --json prints all of it."
"""Words for where the rest of a diff is."""
