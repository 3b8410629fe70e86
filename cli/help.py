"""Layout of a command's help: its options in groups, then examples and exit codes."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import click

FAILED: Final = 2
"""The exit code of what could not be done."""
CHANGED: Final = 1
"""The exit code of --check where something would change."""
CHECKED: Final = "with --check: something would change"
SOURCE: Final = "Source"
OUTPUT: Final = "Output"
OTHERS: Final = "Options"
GENERAL: Final = "General"
_WHOLE: Final = 1000
"""A length that no summary of a command has."""
_GROUPS: Final = {
    **dict.fromkeys(
        (
            *("from", "to", "local", "db", "db_url", "linked", "remote"),
            *("shadow_url", "trust_files", "no_cache", "lock_timeout"),
        ),
        SOURCE,
    ),
    **dict.fromkeys(
        (
            "output",
            "html",
            "form",
            "style",
            "restrict",
            "restrict_key",
            "keep_comments",
            "name",
            "down",
            "no_header",
            "json",
            "json_",
            "as_json",
            "show_diff",
        ),
        OUTPUT,
    ),
    **dict.fromkeys(("project", "quiet", "verbose", "color", "help"), GENERAL),
}


def exit_codes(one: str = "") -> str:
    """The end of a command's help; `one` says what the code 1 tells, where the command has it."""
    of_one = f"\n  1    {one}" if one else ""
    return f"""\b
Exit codes:
  0    done, or nothing to do{of_one}
  2    could not do it (usage, connection, SQL, file)
  130  interrupted (143 by TERM, 129 by HUP)
"""


class Command(click.Command):
    """A command whose help lists the options by group."""

    allow_extra_args = True  # refused here, with a way on

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the words, `--remote` alone for the linked project: with a blank behind it, it has no value."""
        end = args.index("--") if "--" in args else len(args)
        options = ["--remote=linked" if word == "--remote" else word for word in args[:end]]
        self._refuse_forgotten(ctx, options)
        try:
            words = super().parse_args(ctx, [*options, *args[end:]])
        except (click.NoSuchOption, click.BadOptionUsage) as problem:
            from .suggestions import refuse_option

            refuse_option(ctx, problem)
        if words and not ctx.resilient_parsing:
            from .suggestions import refuse_words

            refuse_words(ctx, words)
        return words

    def _refuse_forgotten(self, ctx: click.Context, words: Sequence[str]) -> None:
        """Raise for an option given as the value of another: `--html --check`. `--html=--check` means it."""
        options = [each for each in self.get_params(ctx) if isinstance(each, click.Option)]
        known = {name for each in options for name in (*each.opts, *each.secondary_opts)}
        valued = {name for each in options if not (each.is_flag or each.count) for name in each.opts}
        for name, value in pairwise(words):
            if name in valued and value in known and not ctx.resilient_parsing:
                from .suggestions import refuse_option

                refuse_option(ctx, click.BadOptionUsage(name, f"Option '{name}' requires an argument."))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the groups, each under its title."""
        for title, rows in self.grouped(ctx):
            with formatter.section(title):
                formatter.write_dl(rows)

    def grouped(self, ctx: click.Context) -> list[tuple[str, list[tuple[str, str]]]]:
        """The options with what they do, in groups with their titles."""
        groups: dict[str, list[tuple[str, str]]] = {SOURCE: [], OTHERS: [], OUTPUT: [], GENERAL: []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            # An argument stands in the usage line; newer clicks have a record of it all the same.
            if record is not None and isinstance(parameter, click.Option):
                groups[_GROUPS.get(parameter.name or "", OTHERS)].append(record)
        return [(title, rows) for title, rows in groups.items() if rows]


class Group(click.Group):
    """Commands of one name, whose help is shown where none of them is named, and says all of what each does."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the words, or show the help where there are none; `help COMMAND` is `COMMAND --help`."""
        if not args and not ctx.resilient_parsing:
            click.echo(self.get_help(ctx), err=True)
            ctx.exit(FAILED)
        if args[:1] == ["help"]:
            args = [*(word for word in args[1:] if word != "help"), "--help"]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take the command that is named first; one that is not there gets a way on."""
        known = self.list_commands(ctx)
        if not (args[0] in known or args[0].startswith("-") or ctx.resilient_parsing):
            from .suggestions import refuse_command

            refuse_command(ctx, args[0], known)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, each with its whole first sentence: click would cut it at the end of the line."""
        commands = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        rows = [(name, each.get_short_help_str(_WHOLE)) for name, each in commands if each is not None]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
