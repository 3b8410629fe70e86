"""Options of foreign data of which some are secrets: read with a mask for each, and in full beside that."""

from collections.abc import Callable, Sequence
from typing import Final, LiteralString, TypeAlias

from ..foreign_options import options_change
from ..model import Object, unknown_secret
from ..secrets import MASK, masked_option

Options: TypeAlias = tuple[tuple[str, str], ...]

FULL_OPTIONS: Final[LiteralString] = "nullif(o.read, o.masked)"
"""The expression for `full_options` in a query, beside `o.masked` for `options`."""


def options_read(
    expression: LiteralString, masked: Callable[[LiteralString, LiteralString], LiteralString] = masked_option
) -> LiteralString:
    """The join that reads an array of options as `o`, in full (`read`) and with a mask for each secret (`masked`)."""
    return (
        """
              cross join lateral (
                select coalesce(array_agg(array[option_name, option_value] order by option_name), '{}')
                     , coalesce(array_agg(array[option_name, """
        + masked("option_name", "option_value")
        + """] order by option_name), '{}')
                  from pg_options_to_table("""
        + expression
        + ") ) o (read, masked)"
    )


def concealed(options: Sequence[tuple[str, str]]) -> bool:
    """True if a secret among the options, as far as they are known, is not."""
    return any(MASK in value for _, value in options)


def changed_options(new: Object, old_options: Options, options: Options) -> str:
    """The ` OPTIONS (…)` of an ALTER that gives an object those of `new`, empty for none; a secret unknown stays.

    Raises PgnormError for a secret that is to be added and that nobody knows.
    """
    names = dict(old_options)
    if concealed([option for option in options if option[0] not in names]):
        raise unknown_secret(new)
    return options_change(old_options, options)
