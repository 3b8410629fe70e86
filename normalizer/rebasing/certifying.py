"""Certificates of migrations that begin elsewhere than before: read, compared with what is there, and renewed."""

from collections.abc import Iterator, Sequence

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value, untold

from ..applying.certificates import Certificate, certificate, digest
from ..applying.pieces import Applicable
from ..applying.squashes import squashed_in
from ..applying.standing import read
from ..project.forms import Migration
from ..project.ways_back import holds_way_back, without_ways_back


class Own(Value):
    """A migration of this branch, and the certificate of it that can be read."""

    migration: Migration
    file: Applicable = untold()
    certificate: Certificate | None = None

    @property
    def leads_back(self) -> bool:
        """True if it holds a way back."""
        return holds_way_back(self.file.source.text)

    @property
    def generated(self) -> bool:
        """True if its statements are all of a plan, just as that was proved."""
        said = self.certificate
        if said is None or said.digest != digest(without_ways_back(self.file.source.text)):
            return False
        return next(squashed_in(self.file.source.text), None) is None


def own(migration: Migration) -> Own:
    """A migration with its certificate. Raises PgnormError for a file that can't be read."""
    file = read(migration.path, migration.version, migration.name)
    forth = file.source.evolve(text=without_ways_back(file.source.text))
    try:
        return Own(migration=migration, file=file, certificate=certificate(file.evolve(source=forth)))
    except PgnormError:
        # `check` names it.
        return Own(migration=migration, file=file)


def spans(found: Sequence[Own]) -> Iterator[tuple[int, int]]:
    """The places at which plans begin and end among migrations, of which each may be several files."""
    at = 0
    while at < len(found):
        end = at + 1
        said = found[at].certificate
        while said is not None and not said.last and end < len(found):
            following = found[end].certificate
            if following is None or following.first or following.start != said.start:
                break
            said = following
            end += 1
        if said is not None:
            yield at, end
        at = end
