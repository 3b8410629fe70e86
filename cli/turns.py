"""Turns of `pgnorm watch`: what is done about a project after each save."""

import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.errors import PgnormError

from .app import App
from .failures import told
from .output import plural
from .screen import Screen
from .telling import tell_comparison

if TYPE_CHECKING:
    from pgnorm.normalizer.project.project import Project
    from pgnorm.normalizer.project.watched import Watched
    from pgnorm.normalizer.servers import Servers
    from pgnorm.normalizer.workspace import Workspace

_NAMED: Final = 3
_WRONG: Final = Path()
"""The name under which a project that can't be read has what is wrong with it."""


class Turns:
    """The turns of one watch, each after something of the project has changed. With `write` functions are rewritten."""

    def __init__(self, app: App, screen: Screen, servers: "Servers", *, write: bool) -> None:
        self._app = app
        self._screen = screen
        self._servers = servers
        self._write = write
        self._place: Watched | None = None
        self._seen: dict[Path, str] | None = None
        """Digests of all that the project is read from, as the last turn left it."""

    def take(self) -> "Watched":
        """Take a turn unless all is as the last one left it. Where to look for changes.

        Raises PgnormError where the project can't be read at the first turn.
        """
        try:
            project, self._place, now = self._read()
        except PgnormError as error:
            if self._place is None:
                raise
            self._page(error, {**(self._seen or {}), _WRONG: f"{error.place} {error.message}"}, self._place)
        else:
            self._page(project, now, self._place)
        return self._place

    def _read(self) -> "tuple[Project, Watched, dict[Path, str]]":
        from pgnorm.normalizer.project.finding import find
        from pgnorm.normalizer.project.watched import digests, watched

        self._app.project = project = find(Path.cwd(), self._app.project_path)
        if project is None:
            raise PgnormError("watch looks at a project, and there is none from here upwards", hint="Use --project.")
        return project, watched(project), dict(digests(project))

    def _page(self, found: "Project | PgnormError", now: dict[Path, str], place: "Watched") -> None:
        seen = self._seen
        if seen is not None and [*seen.items()] == [*now.items()]:
            return
        console = self._screen
        began = time.monotonic()
        with console.page("Reading …"):
            console.say(f"{time.strftime('%H:%M:%S')} {_heading(seen, now, place)}", fg="cyan")
            try:
                if isinstance(found, PgnormError):
                    raise found
                self._app.repair(found.folders())
                for note in found.notes:
                    console.warn(note)
                self._app.told.clear()
                with self._servers.turn(), self._app.workspace() as workspace:
                    now |= self._canonical(workspace, found)
                    self._compared(workspace, found)
            except Exception as problem:
                console.errors(told(problem))
            console.say(f"{time.monotonic() - began:.1f} s. Waiting for changes; Ctrl-C ends it.", fg="cyan")
        with suppress(PgnormError, OSError):  # the next turn reads it anew
            self._servers.remember()
        self._seen = now

    def _canonical(self, workspace: "Workspace", project: "Project") -> Mapping[Path, str]:
        """Make functions of the schema files canonical; digests of the files that are written."""
        from pgnorm.normalizer.files.edits import encoded
        from pgnorm.normalizer.files.reading import real_path
        from pgnorm.normalizer.project.watched import digest
        from pgnorm.normalizer.rewrite.inputs import choose
        from pgnorm.normalizer.rewrite.known import fixed

        report = fixed(workspace.settled(), choose(project, ()), written=self._write)
        for message in report.messages:
            self._app.tell(message.level, f"{message.place}: {message.text}")
        at = report.write() if self._write else frozenset()
        written = {}
        for each in report.changed:
            self._screen.say(f"{'rewrote' if self._write else 'would rewrite'} {each.source.label}")
            if each.source.path is not None and (real := real_path(each.source.path)) in at:
                written[real] = digest(encoded(each.source, each.text))
        return written

    def _compared(self, workspace: "Workspace", project: "Project") -> None:
        """Sum up what the schema files have that the migrations don't."""
        from pgnorm.normalizer.comparing import compare
        from pgnorm.normalizer.comparison import ONLINE, Options
        from pgnorm.normalizer.left_alone import ignoring
        from pgnorm.normalizer.project.sources import declared, migrations

        options = Options(proof=None, ignoring=ignoring(project.ignore), online=ONLINE if project.online else None)
        found = compare(workspace, migrations(project), declared(project), options).evolve(unproved=None)
        with self._screen.fitting():
            tell_comparison(self._app, found, listed=True, way_out="pgnorm fix-functions --from migrations")


def _heading(seen: Mapping[Path, str] | None, now: Mapping[Path, str], place: "Watched") -> str:
    """The files that have changed, or what is watched."""
    from pgnorm.normalizer.files.reading import shown

    if seen is None:
        return f"Watching {', '.join(map(shown, place.folders))}"
    changed = [path for path in {**seen, **now} if seen.get(path) != now.get(path) and path != _WRONG]
    more = f" and {plural(len(changed) - _NAMED, 'more file')}" if len(changed) > _NAMED else ""
    return f"{', '.join(map(shown, changed[:_NAMED])) or 'Settings'}{more}"
