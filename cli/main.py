"""The `pgnorm` group: commands imported when they are called, and errors turned into exit codes."""

import os
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final, NoReturn

import click

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.interrupts import exit_code
from pgnorm.catalog.progress import WATCHER

from . import VERSION
from .app import App
from .failures import report_to_programs, told
from .general import general_options
from .help import FAILED, Group
from .output import Console
from .progress import Progress

COMMANDS: Final = {
    "access": "pgnorm.cli.access:access",
    "blame": "pgnorm.cli.tracing:blame",
    "check": "pgnorm.cli.check:check",
    "completion": "pgnorm.cli.completion:completion",
    "diff": "pgnorm.cli.diff:diff",
    "docs": "pgnorm.cli.docs:docs",
    "doctor": "pgnorm.cli.doctor:doctor",
    "dump": "pgnorm.cli.dump:dump",
    "fix-functions": "pgnorm.cli.fix_functions:fix_functions",
    "fleet": "pgnorm.cli.fleet:fleet",
    "init": "pgnorm.cli.init:init",
    "log": "pgnorm.cli.tracing:log",
    "json-schema": "pgnorm.cli.json_schema:json_schema",
    "lsp": "pgnorm.cli.lsp:lsp",
    "migration": "pgnorm.cli.migration:migration",
    "pull": "pgnorm.cli.pull:pull",
    "push": "pgnorm.cli.push:push",
    "serve": "pgnorm.cli.serve:serve",
    "sync": "pgnorm.cli.sync:sync",
    "watch": "pgnorm.cli.watch:watch",
}
_EMPTY: Final = re.compile(r"(?:--[a-z-]+=)?\s*")
CLOSED_PIPE: Final = 141
"""The exit code that a shell reports of a program that SIGPIPE ended."""


class Interrupted(BaseException):
    """The end of a run by a signal: click would write to the terminal before it, which may be gone."""


class LazyGroup(Group):
    """A group whose commands are named in `COMMANDS`, so that starting costs none of their imports."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if (
            not ctx.resilient_parsing
            and (empty := next((word for word in args if _EMPTY.fullmatch(word)), None)) is not None
        ):
            of = f" ({empty})" if empty else ""
            ctx.fail(f"An argument is empty{of}. Is it a variable of the shell that is not set?")
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as signal:
            raise Interrupted from signal

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name]} is no command")
        return command


def _print_version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"pgnorm {VERSION}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    params=general_options(),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done or nothing to do; 1 with --check: something would change; 2 could not do it; "
    "130 interrupted (143 by TERM, 129 by HUP).",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
def group() -> None:
    """Keep schema files, migrations and databases saying the same thing, in the words Postgres stores."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: nothing else in pgnorm exits."""
    app = App()
    progress = Progress(app.console)
    before = WATCHER.set(progress)
    app.console.typed = sys.argv[1:] if arguments is None else arguments
    _occupy_closed_streams()
    try:
        code = group.main(args=arguments, prog_name="pgnorm", standalone_mode=False, obj=app)
    except (Interrupted, click.Abort, KeyboardInterrupt) as ended:
        _leave(app.console, ended if isinstance(ended, KeyboardInterrupt) else ended.__cause__)
    except SystemExit as ended:
        # click ends so where it completes words for a shell, and with 1 on a closed pipe, which here would mean that
        # something differs.
        sys.exit(ended.code if "_PGNORM_COMPLETE" in os.environ else CLOSED_PIPE)
    except Exception as problem:
        # Before 3.12 what a signal raises while a class is made comes as the cause of a RuntimeError (`__set_name__`).
        if isinstance(problem.__cause__, KeyboardInterrupt):
            _leave(app.console, problem.__cause__)
        _report(app.console, problem)
        sys.exit(FAILED)
    finally:
        progress.close()
        WATCHER.reset(before)
    sys.exit(code if isinstance(code, int) else 0)


def _leave(console: Console, signal: BaseException | None) -> NoReturn:
    console.warn("Interrupted.")
    report_to_programs(console, [PgnormError("Interrupted.")])
    sys.exit(exit_code(signal))


def _occupy_closed_streams() -> None:
    """Keep files and sockets from taking the numbers of standard streams that are closed."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _report(console: Console, problem: Exception) -> None:
    """Say what could not be done."""
    if isinstance(problem, click.UsageError) and problem.ctx is not None:
        click.echo(problem.ctx.get_usage(), err=True)
    found = told(problem)
    console.errors(found)
    report_to_programs(console, found)
