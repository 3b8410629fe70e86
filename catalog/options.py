"""Storage options (pg_class.reloptions) as text."""

from collections.abc import Iterator, Sequence

from .quoting import ident, literal


def option_list(options: Sequence[str], prefix: str = "") -> str:
    """`name=value` items as they stand between parentheses (string_utils.c, appendReloptionsArray).

    `prefix` goes before each name, unquoted: `toast.`.
    """
    pairs = (item.partition("=") for item in options)
    return ", ".join(f"{prefix}{ident(name)}={literal(value)}" for name, _, value in pairs)


def with_options(options: Sequence[str], toast: Sequence[str] = ()) -> str:
    """`WITH (…)` for the options of a relation and of its TOAST table, empty for none."""
    lists = [text for text in (option_list(options), option_list(toast, "toast.")) if text]
    return f"WITH ({', '.join(lists)})" if lists else ""


def alter_options(signature: str, old: Sequence[str], new: Sequence[str], prefix: str = "") -> Iterator[str]:
    """The ALTER statements on `signature` (keyword included) that lead from the options `old` to `new`."""
    names = {item.partition("=")[0] for item in new}
    gone = [name for name, _, _ in (item.partition("=") for item in old) if name not in names]
    if gone:
        yield f"ALTER {signature} RESET ({', '.join(prefix + ident(name) for name in gone)});"
    kept = [item for item in old if item in new]
    added = [item for item in new if item not in old]
    # SET appends what it sets, in its order: naming all of them again gives any order that is wanted.
    text = option_list(added if [*kept, *added] == list(new) else new, prefix)
    if text:
        yield f"ALTER {signature} SET ({text});"
