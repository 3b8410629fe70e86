"""The schema files that a catalog is written as, which mean what it holds in the session that they are loaded in."""

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog

from .compare.difference import SATELLITES, changes
from .compare.selection import Selection
from .dump.layouts import Layout
from .dump.splitting import Split, split
from .dump.styles import Style
from .files.reading import SourceFile
from .load.context import Context, Texts
from .load.session import loaded


def declared(
    context: Context, catalog: Catalog, selection: Selection, style: Style, *, below: Catalog | None, layout: Layout
) -> Split:
    """The schema files of what `selection` names.

    Postgres prints `array_length(a, 1)` for its own function; in the usual search_path that may be one of the project's
    in `public`. Where files say anything otherwise once they are loaded, or don't load, they are to be read in an
    empty search_path.
    """
    found = split(catalog, selection, style, below=below, layout=layout, declares=True)
    if _says(context, catalog, found):
        return found
    return split(catalog, selection, style, below=below, layout=layout, declares=True, empty_path=True)


def _says(context: Context, catalog: Catalog, found: Split) -> bool:
    """True if the files load, and make nothing other than it is in the catalog."""
    files = tuple(SourceFile(path=None, label=name, text=text) for name, text in found.texts.items())
    context.shadow.start()
    try:
        with loaded(context, Texts(files=files, kind="declared"), quiet=True) as there:
            made = there.session.read()
    except PgnormError:
        return False
    both = ((item, catalog.objects.get(name)) for name, item in made.objects.items())
    return not any(changes(old, item) - SATELLITES for item, old in both if old is not None)
