"""Ways back: what migration tools keep to undo a migration. They are known by content or name, and never run here."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

from pgnorm.catalog.model import Value

from ..sql.comment_lines import comment_lines


class Tool(Value):
    """A tool whose migrations hold both ways in one file, by the lines that begin them (or that end the first one)."""

    up: re.Pattern[str]
    down: re.Pattern[str]
    paired: bool = False
    """True if the words are too common to mean anything without one another."""
    head: str = ""
    tail: str = ""
    """Texts around the statements of a new migration: `head` before them, `tail` behind."""
    head_back: str = ""
    tail_back: str = ""
    """Texts around the way back, which follows `tail`."""
    head_alone: str = ""
    """The head of one that can't run in a transaction, empty where the tool has no mark for that."""


def _line(words: str) -> re.Pattern[str]:
    return re.compile(rf"--+[ \t]*{words}[ \t]*", re.IGNORECASE)


def _with_blocks(name: str, *, before: str = "", behind: str = "") -> Tool:
    """A tool of marks like `-- +goose Up`; `before` and `behind` that mark stands that there is no transaction."""
    mark = f"-- +{name} "
    return Tool(
        up=_line(rf"\+{name} up{f'(?: {behind})?' if behind else ''}"),
        down=_line(rf"\+{name} down"),
        head=f"{mark}Up\n{mark}StatementBegin\n",
        head_alone=f"{before}{mark}Up{f' {behind}' if behind else ''}\n{mark}StatementBegin\n",
        tail=f"{mark}StatementEnd\n",
        head_back=f"\n{mark}Down\n{mark}StatementBegin\n",
        tail_back=f"{mark}StatementEnd\n",
    )


@cache
def _tools() -> tuple[Tool, ...]:
    return (
        _with_blocks("goose", before="-- +goose NO TRANSACTION\n"),
        _with_blocks("migrate", behind="notransaction"),  # sql-migrate
        Tool(  # dbmate
            up=_line("migrate:up(?: .*)?"),
            down=_line("migrate:down(?: .*)?"),
            head="-- migrate:up\n",
            head_alone="-- migrate:up transaction:false\n",
            tail="\n-- migrate:down\n",
        ),
        Tool(  # node-pg-migrate
            up=_line("up migration"),
            down=_line("down migration"),
            paired=True,
            head="-- Up Migration\n",
            tail="\n-- Down Migration\n",
        ),
        Tool(  # tern
            up=_line("create above / drop below ----"),
            down=_line("create above / drop below ----"),
            tail="\n---- create above / drop below ----\n",
            head_alone="---- tern: disable-tx ----\n",
        ),
        Tool(up=_line("!?ups?"), down=_line("!?downs?"), paired=True, head="-- Up\n", tail="\n-- Down\n"),
    )


_HINT: Final = re.compile(r"^[ \t]*--.*\b(?:downs?|drop below)\b", re.IGNORECASE | re.MULTILINE)
_BACK: Final = re.compile(r"(?P<stem>.+)[._-](?P<word>down|undo|rollback|revert)\.sql", re.IGNORECASE)
_FORTH: Final = ("", ".up", "_up", "-up", ".do", "_do", ".apply", "_apply", ".deploy", "_deploy")
_FLYWAY: Final = re.compile(r"(?P<prefix>[VU])\d[\d._]*__.*\.sql")
FOLDERS: Final = {"revert": "deploy", "down": "up"}
"""Folders of ways back, and those of the migrations beside them."""


def without_ways_back(text: str) -> str:
    """The text with blanks in the place of its ways back, so that places in it hold."""
    parts, at = [], 0
    for start, end in _stretches(text):
        parts += [text[at:start], re.sub(r"[^\r\n]", " ", text[start:end])]
        at = end
    return "".join([*parts, text[at:]])


def holds_way_back(text: str) -> bool:
    """True if a text holds a way back."""
    return next(_stretches(text), None) is not None


def not_run(texts: Iterable[str], *, beside: int = 0) -> str | None:
    """The message on ways back that are not run, those in texts and those in so many files beside them; None where
    there are none."""
    count = beside + sum(map(holds_way_back, texts))
    if not count:
        return None
    return f"{'the way back in 1 file is' if count == 1 else f'the ways back in {count} files are'} not run"


def tool_of(text: str) -> Tool | None:
    """The tool that a migration is written for, None for one that takes any SQL."""
    marks = comment_lines(text)
    for tool in _tools():
        forth = any(tool.up.fullmatch(text, mark.start, mark.end) for mark in marks)
        back = any(tool.down.fullmatch(text, mark.start, mark.end) for mark in marks)
        if forth and back if tool.paired else forth or back:
            return tool
    return None


def name_back(back: Iterable[Path]) -> Callable[[str], str] | None:
    """The namer of new ways back beside migrations, after those that are there: `1_a.sql` to `1_a.undo.sql`; None
    without any."""
    found = [match for path in back if (match := _BACK.fullmatch(path.name))]
    if not found:
        return None
    ending = found[-1][0].removeprefix(found[-1]["stem"])
    return lambda name: f"{name.removesuffix('.sql')}{ending}"


def apart(paths: Iterable[Path]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """The files that lead forth and those that lead back, by their names and those beside them."""
    paths = tuple(paths)
    beside = {(path.parent, path.name.lower()) for path in paths}
    folders = {path.parent for path in paths}
    versioned = any((found := _FLYWAY.fullmatch(path.name)) and found["prefix"] == "V" for path in paths)
    back = {path for path in paths if _leads_back(path, beside, folders, versioned=versioned)}
    return tuple(path for path in paths if path not in back), tuple(path for path in paths if path in back)


def _leads_back(path: Path, beside: set[tuple[Path, str]], folders: set[Path], *, versioned: bool) -> bool:
    if found := _FLYWAY.fullmatch(path.name):
        return versioned and found["prefix"] == "U"
    if (found := _BACK.fullmatch(path.name)) is not None:
        stem = found["stem"].lower()
        if path.name.lower().endswith(".down.sql"):
            return True
        if any((path.parent, f"{stem}{ending}.sql") in beside for ending in _FORTH):
            return True
    return any(
        folder.name in FOLDERS and folder.with_name(FOLDERS[folder.name]) in {*folders, *_above(folders)}
        for folder in path.parents
    )


def _above(folders: set[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from folder.parents


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Offsets at which the ways back of a text begin and end."""
    if not _HINT.search(text):
        return
    tool = tool_of(text)
    if tool is None:
        return
    start: int | None = None
    for mark in comment_lines(text):
        if tool.down.fullmatch(text, mark.start, mark.end):
            start = mark.start if start is None else start
        elif start is not None and tool.up.fullmatch(text, mark.start, mark.end):
            yield start, mark.start
            start = None
    if start is not None:
        yield start, len(text)
