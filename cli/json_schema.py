"""`pgnorm json-schema`: the JSON Schema of what a command prints with --json."""

from typing import TYPE_CHECKING, Final

import click

from pgnorm.catalog.errors import PgnormError

from .documents import printed
from .general import general_options
from .help import Command, exit_codes
from .output import write

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

EPILOG: Final = f"""\b
Examples:
  pgnorm json-schema diff
  pgnorm json-schema migration up
  pgnorm json-schema errors            what any command prints that could not do it

{exit_codes()}"""


def _completed(ctx: click.Context, _argument: click.Parameter, begun: str) -> "list[CompletionItem[str]]":
    """The next words of commands that go on as what is `begun`."""
    from click.shell_completion import CompletionItem

    from .schemas import DOCUMENTS

    given = [*(ctx.params.get("words") or ())]
    known = (name.split() for name in DOCUMENTS)
    found = {words[len(given)]: None for words in known if words[:-1][: len(given)] == given}
    return [CompletionItem(word) for word in found if word.startswith(begun)]


@click.command(cls=Command, params=general_options(), epilog=EPILOG)
@click.argument("words", metavar="COMMAND", nargs=-1, required=True, shell_complete=_completed)
def json_schema(words: tuple[str, ...]) -> None:
    """Print the JSON Schema (draft 2020-12) of the document that a command prints with --json."""
    from .schemas import DOCUMENTS, document_schema

    name = " ".join(words)
    if name not in DOCUMENTS:
        raise PgnormError(f"there is no document of `{name}`", hint=f"There are those of {', '.join(DOCUMENTS)}.")
    write(printed(document_schema(name)))
