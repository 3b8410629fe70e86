"""`pgnorm watch`: functions made canonical and what the migrations lack shown, at each save."""

import gc
from contextlib import closing
from typing import Final

import click

from pgnorm.catalog.interrupts import exit_code
from pgnorm.catalog.progress import WATCHER

from .app import App
from .general import general_options
from .help import FAILED, Command
from .saves import Saves
from .screen import Screen
from .servers import cache_option, shadow_option, trust_option
from .turns import Turns

EPILOG: Final = f"""\b
Examples:
  pgnorm watch                     until Ctrl-C
  pgnorm watch --no-write          the files stay as they are

\b
Exit codes:
  0    ended by Ctrl-C
  {FAILED}    could not do it (usage, no project, nothing to watch with)
  143  ended by TERM (129 by HUP)
"""


@click.command(cls=Command, params=general_options(), epilog=EPILOG)
@shadow_option
@trust_option
@cache_option
@click.option("--no-write", is_flag=True, help="Rewrite no functions; say in which files some would be.")
@click.pass_obj
def watch(app: App, no_write: bool) -> int:
    """Rewrite functions, and show what the migrations lack, each time that a file of the project is saved.

    Functions of the schema files are rewritten as by `pgnorm fix-functions`, and what the files have that the
    migrations don't is summed up as by `pgnorm diff`. Of a file that does not load the place is shown, and the watch
    goes on. One private server serves all of it.
    """
    from pgnorm.normalizer.servers import Servers

    with closing(Saves()) as saves:
        app.console = screen = Screen(app.console)
        WATCHER.set(None)  # the page says that it is read
        gc.enable()  # the command line does without it, but this goes on
        try:
            with Servers(shadow_url=app.shadow_url, trust_files=app.trust_files) as app.servers:
                turns = Turns(app, screen, app.servers, write=not no_write)
                while True:
                    saves.wait(turns.take())
        except KeyboardInterrupt as ended:
            if exit_code(ended) != exit_code(None):
                raise
    return 0
