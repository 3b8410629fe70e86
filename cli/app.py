"""State of a run: the project it is in, the source that was named, and what it has to tell."""

from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pgnorm.catalog.counting import counted

from .output import Console, wants_color

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pgnorm.normalizer.load.adaptation import Level
    from pgnorm.normalizer.load.context import Tell
    from pgnorm.normalizer.project.project import Project
    from pgnorm.normalizer.project.sources import Source
    from pgnorm.normalizer.servers import Servers
    from pgnorm.normalizer.workspace import Workspace

    from .outcomes import Change, FileSaid

_WOULD: "Final[dict[Change, str]]" = {
    "wrote": "Would write",
    "edited": "Would edit",
    "emptied": "Would empty",
    "removed": "Would remove",
}


class App:
    """State of a run that the group hands to a command."""

    def __init__(self) -> None:
        self.console = Console(color=wants_color(None))
        self.project_path: Path | None = None
        """The folder that --project names."""
        self.source: str | None = None
        """The source word that --from or one of its shorthands gave."""
        self.shadow_url: str | None = None
        self.trust_files = False
        self.cached = True
        self.lock_timeout: int | None = None
        """Milliseconds."""
        self.servers: Servers | None = None
        """The servers of all turns of a command that goes on."""
        self.told: set[str] = set()
        """Messages about sources that were passed on: other workspaces of the run don't repeat them."""
        self.as_json = False
        """True if what was done is to be printed as a JSON document, and nothing else on stdout."""
        self.changed: list[FileSaid] = []
        """Files that were changed, or would be: each with its `change`."""
        self.applied: list[str] = []
        """Versions of migrations that count as applied since this run."""

    @cached_property
    def project(self) -> "Project | None":
        """The project that the command runs in, None outside of one.

        Raises PgnormError where its configuration is wrong.
        """
        from pgnorm.normalizer.project.finding import find

        project = find(Path.cwd(), self.project_path)
        if project is not None:
            self.repair(project.folders())
            for note in project.notes:
                self.console.warn(note)
        return project

    def repair(self, folders: "Iterable[Path]") -> None:
        """See to what runs that were killed have left in folders that are going to be read or written in."""
        from pgnorm.normalizer.files.repair import repair

        for said in repair(folders):
            self.console.warn(said)

    def workspace(self, tell: "Tell | None" = None) -> "Workspace":
        """The workspace in which the command opens its sources, which tells people what there is to say unless it is to
        `tell` somebody else; a context."""
        import logging

        from pgnorm.normalizer.workspace import Workspace

        # psycopg logs what it raises too, and Python prints what is logged and nobody handles.
        logging.getLogger("psycopg").addHandler(logging.NullHandler())
        return Workspace(
            self.project,
            tell=tell or self.tell,
            shadow_url=self.shadow_url,
            trust_files=self.trust_files,
            servers=self.servers,
            cached=self.cached,
            lock_timeout=self.lock_timeout,
            told=self.told if tell is None else None,
        )

    def source_or(self, default: str) -> "Source":
        """The source that was named, or else the one of this word.

        Raises PgnormError where there is no such source.
        """
        return self.parse(self.source or default)

    def parse(self, word: str) -> "Source":
        """The source that a word names. Raises PgnormError where there is no such source."""
        from pgnorm.normalizer.files.repair import around
        from pgnorm.normalizer.project.sources import close, parse

        self.repair(around(word))
        found = parse(word, self.project)
        click.get_current_context().call_on_close(partial(close, found))
        return found

    def tell_file(self, label: str, change: "Change", *, done: bool = True, diff: str | None = None) -> None:
        """Say that a file was changed, or would be unless it is `done`."""
        self.console.say(f"{change.capitalize() if done else _WOULD[change]} {label}")
        self.note_file(label, change, diff)

    def note_file(self, label: str, change: "Change", diff: str | None = None) -> None:
        """Note for the JSON document what becomes of a file."""
        said: FileSaid = {"file": label, "change": change}
        if diff is not None:
            said["diff"] = diff
        self.changed.append(said)

    def tell(self, level: "Level", message: str) -> None:
        """Pass on what the library says to a person."""
        if level == "warning":
            self.console.warn(message)
        elif level == "verbose":
            self.console.detail(message)
        else:
            self.console.say(message)

    def tell_unmodelled(self, found: "Iterable[tuple[str, str]]", *, title: str = "not modelled") -> None:
        """Name what no kind reads, so that nobody takes the output for all there is."""
        if said := counted(found):
            self.console.warn(f"{title}: {said}")

    def tell_unmatched(self, patterns: "Iterable[str]") -> None:
        """Name the patterns of --schema that name no schema, where others do."""
        for pattern in patterns:
            self.console.warn(f"no schema matches the pattern {pattern}")


def app_of(ctx: click.Context) -> App:
    """The state of the run that a command is called in."""
    return ctx.ensure_object(App)
