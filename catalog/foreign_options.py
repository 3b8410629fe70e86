"""Options of foreign data (OPTIONS (…)) as text."""

from collections.abc import Iterator, Mapping, Sequence

from .quoting import escaped, ident
from .secrets import MASK


def options_clause(options: Sequence[tuple[str, str]]) -> str:
    """` OPTIONS (…)` as pg_dump lays it out, empty for none."""
    pairs = ",\n    ".join(f"{ident(name)} {escaped(value)}" for name, value in options)
    return f" OPTIONS (\n    {pairs}\n)" if pairs else ""


def options_change(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> str:
    """The ` OPTIONS (…)` of an ALTER that leads from `old` to `new`, empty for none; masked ones stay."""
    changes = ", ".join(_changes(dict(old), dict(new)))
    return f" OPTIONS ({changes})" if changes else ""


def _changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in old:
        if name not in new:
            yield f"DROP {ident(name)}"
    for name, value in new.items():
        if name not in old:
            yield f"ADD {ident(name)} {escaped(value)}"
        elif old[name] != value and MASK not in old[name] and MASK not in value:
            yield f"SET {ident(name)} {escaped(value)}"
