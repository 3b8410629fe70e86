"""Options that take words out of a list, each several times or with commas between."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

import click

Callback: TypeAlias = Callable[[click.Context, click.Parameter, Sequence[str]], tuple[str, ...]]


def words_of(known: Callable[[], Iterable[str]]) -> Callback:
    """The callback of a repeatable option whose values are words among those known: `--fail-on a,b --fail-on c`."""

    def checked(ctx: click.Context, option: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
        found = [word.strip() for value in values for word in value.split(",")]
        for word in found:
            if word not in (names := sorted(known())):
                raise click.BadParameter(_unknown(word, names), ctx, option)
        return tuple(dict.fromkeys(found))

    return checked


def _unknown(word: str, names: Sequence[str]) -> str:
    import difflib

    close = difflib.get_close_matches(word, names, n=1)
    return f"there is no `{word}`. " + (f"Did you mean `{close[0]}`?" if close else f"It takes {', '.join(names)}.")


def kinds() -> Iterable[str]:
    """The words for kinds of objects that options take."""
    from pgnorm.normalizer.left_alone import kind_words

    return kind_words()
