"""`pgnorm completion`: the script by which a shell completes pgnorm's words."""

from typing import Final

import click

from .general import general_options
from .help import Command, exit_codes
from .output import write

SHELLS: Final = ("bash", "zsh", "fish")
EPILOG: Final = f"""\b
Examples:
  source <(pgnorm completion bash)                                  in ~/.bashrc
  source <(pgnorm completion zsh)                                   in ~/.zshrc, below compinit
  pgnorm completion fish > ~/.config/fish/completions/pgnorm.fish

{exit_codes()}"""


@click.command(cls=Command, params=general_options(), epilog=EPILOG)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script with which a shell completes commands, options and their values."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    write(found(ctx.find_root().command, {}, "pgnorm", "_PGNORM_COMPLETE").source() + "\n")
