"""Migrations replayed on what the platform provides: what they make, and which of their statements write rows."""

from contextlib import suppress
from typing import TYPE_CHECKING

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, Value, untold

from ..load.causes import Failed
from ..load.context import Texts
from ..load.data_statements import data_statements
from ..load.errors import Misfit
from ..load.session import forth, loaded
from ..project.sources import Files
from ..sides import Sides
from .effects import Step, Tracker
from .rows import Rows, read_rows

if TYPE_CHECKING:
    from ..load.file_roles import FileRoles
    from ..postgres.shadow import Session


class Replay(Value):
    """The catalog, rows and roles that migrations make of an empty database."""

    catalog: Catalog = untold()
    rows: Rows = untold()
    steps: tuple[Step, ...] = ()
    """The statements, where they were watched."""
    roles: "FileRoles | None" = None


def owns(sides: Sides, schema: str) -> bool:
    """True if all that is in a schema is the project's."""
    return schema != "pg_catalog" and sides.ownership.owns_all_in(schema)


def replayed(sides: Sides, texts: Texts) -> Replay:
    """The replay of the texts. Raises PgnormError for what does not load, with its place."""
    with loaded(sides.context, texts, scratch=True, quiet=True) as found:
        return Replay(catalog=found.session.read(), rows=read_rows(found.session), roles=found.roles)


def misfits(sides: Sides, texts: Texts) -> tuple[str, ...]:
    """The places of the statements that fail for what is, or is not, there beside them."""
    failed: list[Failed] = []
    patient = texts.evolve(kind="script")
    with suppress(PgnormError), loaded(sides.context, patient, scratch=True, on_errors=failed.append, quiet=True):
        pass
    found = (error for each in failed for error in each.errors if isinstance(error, Misfit))
    return tuple(error.place for error in found if error.place is not None)


def watched(sides: Sides, migrations: Files, texts: Texts) -> Replay:
    """The same, with the statements that write rows. From here on the sides know which schemas are extensions' own."""
    trackers: list[Tracker] = []

    def track(session: "Session") -> Tracker:
        trackers.append(Tracker(session))
        return trackers[-1]

    with loaded(sides.context, texts, scratch=True, watch=track, singly=True, quiet=True) as found:
        catalog = found.session.read()
        sides.ownership = sides.owning((migrations,), catalog)
        calls = _calls(sides, texts, found.session)
        steps = (step.evolve(unseen=step.unseen or step.place in calls) for step in trackers[-1].steps)
        return Replay(
            catalog=catalog,
            rows=read_rows(found.session),
            steps=tuple(steps),
            roles=sides.as_it_is(migrations).roles,
        )


def _calls(sides: Sides, texts: Texts, session: "Session") -> frozenset[str]:
    """The places of statements that call what may do more on a platform than in the shadow."""
    found = data_statements(forth(texts.files), session.connection)
    schemas = ((each.place, each.target.rpartition(".")[0]) for each in found if each.call)
    return frozenset(place for place, schema in schemas if schema and not owns(sides, schema))
