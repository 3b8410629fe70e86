"""Options that take words out of a list, each several times or with commas between."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final, ParamSpec, TypeAlias, TypeVar

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

P = ParamSpec("P")
R = TypeVar("R")
Callback: TypeAlias = Callable[[click.Context, click.Parameter, Sequence[str]], tuple[str, ...]]
Completer: TypeAlias = "Callable[[click.Context, click.Parameter, str], list[CompletionItem[str]]]"
SOURCE_WORDS: Final = ("files", "migrations", "local", "linked", "db", "git:")


def words_option(
    *names: str, known: Callable[[], Iterable[str]], metavar: str, said: str
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A repeatable option whose values are words among those known: `--fail-on a,b --fail-on c`."""
    return click.option(
        *names,
        multiple=True,
        metavar=metavar,
        callback=_words_of(known),
        shell_complete=_completer(known),
        help=said,
    )


def completed_source(_ctx: click.Context, _option: click.Parameter, begun: str) -> "list[CompletionItem[str]]":
    """The words for sources that go on as what is `begun`, and files."""
    from click.shell_completion import CompletionItem

    found = [CompletionItem(word) for word in SOURCE_WORDS if word.startswith(begun)]
    return [*found, CompletionItem(begun, type="file")]


def _completer(known: Callable[[], Iterable[str]]) -> Completer:
    def completed(_ctx: click.Context, _option: click.Parameter, begun: str) -> "list[CompletionItem[str]]":
        from click.shell_completion import CompletionItem

        done, comma, last = begun.rpartition(",")
        return [CompletionItem(f"{done}{comma}{word}") for word in sorted(known()) if word.startswith(last)]

    return completed


def _words_of(known: Callable[[], Iterable[str]]) -> Callback:

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
