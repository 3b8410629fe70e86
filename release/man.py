"""Manual pages for pgnorm and its commands, written into the folder that is named, from what `--help` says."""

import os
import re
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from pgnorm.cli import VERSION
from pgnorm.cli.help import Command
from pgnorm.cli.main import group

_PARAGRAPH: Final = re.compile(r"\n\s*\n")
_VERBATIM: Final = "\b"
_DAY: Final = datetime.fromtimestamp(float(os.environ.get("SOURCE_DATE_EPOCH") or time.time()), UTC).date()
_HEADINGS: Final = {"Examples:": "EXAMPLES", "Exit codes:": "EXIT STATUS"}


def pages() -> Iterator[tuple[str, str]]:
    """The pages by the names of their files."""
    top = click.Context(group, info_name="pgnorm")
    found = [*_commands(group, top)]
    others = [name for name, _, _ in found]
    for name, command, context in found:
        see = [each for each in others if each != name and (name == "pgnorm" or each == "pgnorm" or _near(each, name))]
        yield f"{name}.1", "\n".join(_page(name, command, context, see)) + "\n"


def _near(one: str, other: str) -> bool:
    return one.rpartition("-")[0] == other or other.rpartition("-")[0] == one


def _commands(command: click.Command, context: click.Context) -> Iterator[tuple[str, click.Command, click.Context]]:
    yield context.command_path.replace(" ", "-"), command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from _commands(below, click.Context(below, info_name=name, parent=context))


def _page(name: str, command: click.Command, context: click.Context, see: list[str]) -> Iterator[str]:
    yield f'.TH "{name.upper()}" "1" "{_DAY}" "pgnorm {VERSION}" "pgnorm manual"'
    yield ".SH NAME"
    yield f"{_text(name)} \\- {_text(command.get_short_help_str(limit=200).rstrip('.'))}"
    yield ".SH SYNOPSIS"
    yield f".B {_text(context.command_path)}"
    yield _text(" ".join(command.collect_usage_pieces(context)))
    yield ".SH DESCRIPTION"
    yield "\n.PP\n".join(_text(" ".join(part.split())) for part in _PARAGRAPH.split((command.help or "").strip()))
    if isinstance(command, click.Group):
        yield ".SH COMMANDS"
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None
            yield from (".TP", f".B {_text(below)}", _text(found.get_short_help_str(limit=200)))
    yield ".SH OPTIONS"
    for title, rows in _options(command, context):
        yield from (f".SS {_text(title)}",) if title else ()
        for option, said in rows:
            yield from (".TP", f".B {_text(option)}", _text(said))
    for title, body in _sections(command.epilog or ""):
        yield f".SH {title}"
        yield from body
    yield ".SH SEE ALSO"
    yield ",\n".join(f".BR {_text(each)} (1)" for each in see).replace(" (1),", " (1),")


def _options(command: click.Command, context: click.Context) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    if isinstance(command, Command):
        yield from command.grouped(context)
        return
    records = (parameter.get_help_record(context) for parameter in command.get_params(context))
    yield "", [record for record in records if record is not None]


def _sections(epilog: str) -> Iterator[tuple[str, list[str]]]:
    """The parts of an epilog, which are as they are to be shown."""
    for part in _PARAGRAPH.split(epilog.replace(_VERBATIM, "").strip()):
        first, *lines = part.strip("\n").splitlines()
        if first in _HEADINGS:
            yield _HEADINGS[first], [".nf", *map(_text, lines), ".fi"]
        else:
            yield "EXIT STATUS", [_text(part)]


def _text(text: str) -> str:
    r"""A text as roff takes it: `\`, `-` and what begins a line are characters like any other."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
