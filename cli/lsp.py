"""`pgnorm lsp`: a language server for editors."""

import asyncio
import gc
import os
import sys
from contextlib import ExitStack

import click

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.installing import command_for_extra

from .app import App
from .general import general_options
from .help import Command, exit_codes
from .servers import shadow_option, trust_option

EPILOG = f"""\b
Examples:
  pgnorm lsp                       as an editor starts it

{exit_codes("the editor ended it without saying so before")}"""


@click.command(cls=Command, params=general_options(), epilog=EPILOG)
@shadow_option
@trust_option
@click.option("--stdio", is_flag=True, help="Talk on stdin and stdout: it does so in any case.")
@click.pass_obj
def lsp(app: App, stdio: bool) -> int:
    """Serve an editor: a language server for the SQL files of projects, on stdin and stdout.

    It makes functions canonical, shows what `pgnorm check` finds beside the text, says of names what Postgres stores
    and which migration made it so, and leads there. It writes no files: the editor does.
    """
    from pgnorm.normalizer.postgres.connections import deaf

    del stdio
    try:
        from .language.features import register
        from .language.server import Language
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise PgnormError("the library that talks to editors is missing", hint=command_for_extra("lsp")) from error
    gc.enable()  # the command line does without it, but this goes on
    if sys.stdin is not None and sys.stdin.isatty():
        app.console.say("An editor is to talk to this on stdin; Ctrl-C ends it.")
    # Several threads start servers, which need both of these for a moment, and they are of the whole process.
    os.umask(0o022)
    with deaf(), ExitStack() as stack:
        language = Language(shadow_url=app.shadow_url, trust_files=app.trust_files)
        stack.callback(language.close)
        register(language)
        try:
            asyncio.run(language.talk())
        except SystemExit as asked:
            return asked.code if isinstance(asked.code, int) else 0
    return 0
