"""The server that text is for."""

from .declaring import Value


class Target(Value):
    """The server that is to read what is printed: its major version and the role that runs it."""

    major: int
    role: str = "postgres"
    named_schemas: bool = False
    """True if schemas were asked for by name: pg_dump then creates even `public`."""
    reloaded_by: int | None = None
    """The major of the server that loads the text and must have all of it then, even what pg_dump leaves out. None for
    a dump as pg_dump writes it."""
    declares: bool = False
    """True if what is printed is for schema files: it says what is to be there, in a session as it begins."""
    only_read: bool = False
    """True if that server is for reading the catalog alone: what takes rows may be feigned."""
    usual_names_taken: bool = False
    """True if Postgres would pick other names than usual, since what was set aside has those: then all are said."""
    schemas: frozenset[str] | None = None
    """The schemas that are there when a text runs or that it makes, None for a dump, which takes them for given."""
