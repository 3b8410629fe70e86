"""Pages for the site: what they link to outside of docs/ is not there, so its name alone stays."""

import re

_OUTSIDE = re.compile(r"\[([^\]]+)\]\(\.\./[^)]+\)")


def on_page_markdown(markdown: str, **_: object) -> str:
    """The text of a page."""
    return _OUTSIDE.sub(r"\1", markdown)
