"""Base of a sync: the migrations that are applied in the source of the changes."""

from typing import TYPE_CHECKING, Final

from pgnorm.catalog.counting import first_of
from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from .app import App
from .targets import option_for

if TYPE_CHECKING:
    from pgnorm.normalizer.project.databases import Database
    from pgnorm.normalizer.project.project import Project
    from pgnorm.normalizer.project.sources import Files, Source
    from pgnorm.normalizer.sides import Sides
    from pgnorm.normalizer.syncing.sync import Synced

_NAMED: Final = 5


class Base(Value):
    """State that the files and the source both come from."""

    source: "Source"
    guessed: "Files | None" = None
    """The same where nothing tells which migrations are applied, so that it is all of them."""
    pending: bool = False
    """True if there are others that are not applied."""


def base_of(app: App, project: "Project", word: str | None, source: "Source") -> Base:
    """The base that is named, or else the migrations that are applied in the source, as its history says.

    Raises PgnormError where the folder lacks some of these.
    """
    from pgnorm.normalizer.applying.target import keeps_history
    from pgnorm.normalizer.project.databases import Database
    from pgnorm.normalizer.project.sources import migrations

    if word is not None:
        return Base(source=app.parse(word))
    applied = _applied(app, project, source) if isinstance(source, Database) and keeps_history(project) else None
    if applied is not None:
        return applied
    files = migrations(project)
    return Base(source=files, guessed=files)


def refuse_unapplied(base: Base, source: "Source", sides: "Sides", found: "Synced") -> None:
    """Raise PgnormError for changes of the source that are none where a migration is not applied there, and where
    nothing tells if it is."""
    from pgnorm.normalizer.unapplied import unapplied

    if base.guessed is None or base.guessed == source or not (found.taken or found.conflicts):
        return
    about = {*(each.item.id for each in found.taken), *(each.item.id for each in found.conflicts)}
    labels = [each.label for each in unapplied(sides, base.guessed, source, about)]
    if labels:
        other_name = "; if it has another name now, --rename" if found.proposals else ""
        raise PgnormError(
            "no history tells which migrations are applied there, and nothing is there of what these do: "
            f"{first_of(labels, _NAMED)}",
            hint="Nothing is written: their work would go out of the files. Apply them there first. If it was undone "
            f"there by hand, --base migrations says so{other_name}. --base migrations@VERSION names the last one that "
            "is applied.",
        )


def _applied(app: App, project: "Project", database: "Database") -> Base | None:
    """The migrations that are applied in a database; None where it has no history."""
    from pgnorm.normalizer.applying.pending import refuse_unknown
    from pgnorm.normalizer.applying.standing import State, left
    from pgnorm.normalizer.applying.target import history_table, opened
    from pgnorm.normalizer.as_applied import applied_texts, as_applied, remembered
    from pgnorm.normalizer.project.sources import migrations

    at = option_for(app.source or "local")
    with opened(database, history_table(project), app.tell, at, app.lock_timeout) as found:
        known = remembered(found, project)
    if not known.anything:
        return None
    refuse_unknown(known.standings, at)
    if all(each.state is State.APPLIED and not each.changed for each in known.standings):
        return Base(source=migrations(project))
    if pending := [each.version for each in left(known.standings)]:
        app.console.say(f"Not applied there, so the files keep what they do: {first_of(pending, _NAMED)}")
    done = [each for each in known.standings if each.state is not State.PENDING]
    return Base(source=as_applied([*applied_texts(done, known).values()]), pending=bool(pending))
