"""Characters that nobody sees, or that turn the text around them: reviews show them by their numbers."""

import re
from collections.abc import Callable
from typing import Final

_ODD: Final = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\xad\\u034f\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u115f\\u1160\\u17b4\\u17b5"
    "\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ud800-\\udfff\\ufdd0-\\ufdef\\ufeff\\uffa0"
    "\\ufff0-\\ufffb\\ufffe\\uffff\\U0001bca0-\\U0001bca3\\U0001d173-\\U0001d17a\\U000e0000-\\U000e0fff"
    + "".join(f"\\U{plane:04x}fffe\\U{plane:04x}ffff" for plane in range(1, 17))
    + "]"
)
"""Controls but for tabs and line ends, formats, fillers, halves of pairs, and what is no character at all."""


def with_odd_shown(text: str, show: Callable[[str], str]) -> str:
    """The text with each odd character as `show` has its name, `U+202E`."""
    return _ODD.sub(lambda found: show(f"U+{ord(found[0]):04X}"), text)


def in_one_line(text: str) -> str:
    """The text without line ends and tabs: what is a name or a sentence stays one line."""
    return text.replace("\r\n", "\n").replace("\n", "↵").replace("\t", " ")
