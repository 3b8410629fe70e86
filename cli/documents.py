"""The form of the JSON documents that commands print."""

import json


def printed(document: object) -> str:
    """The text of a document: indented, every character as it is, a line end behind it."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
