"""Bodies that name what a plan drops or renames: Postgres knows nothing of it, and they fail when they run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, Object, ObjectId, Value
from pgnorm.catalog.model.facets import Routine

from .body_names import Naming, Words
from .difference import Difference

if TYPE_CHECKING:
    from psycopg import Connection

_READ: Final = frozenset({"sql", "plpgsql"})
"""The languages whose text is SQL."""

_RELATIONS: Final = "pg_class"
_CONSTRAINTS: Final = "pg_constraint"

_PROVIDED: Final = """
    select case when p.oid is null then 'pg_class' else 'pg_proc' end, n.nspname, coalesce(p.proname, c.relname)
      from pg_catalog.pg_extension e
           join pg_catalog.pg_depend d on d.refobjid = e.oid and d.deptype = 'e'
           left join pg_catalog.pg_proc p
             on d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and p.oid = d.objid
           left join pg_catalog.pg_class c
             on d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and c.oid = d.objid
           join pg_catalog.pg_namespace n on n.oid = coalesce(p.pronamespace, c.relnamespace)
     where d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.extname = any(%(names)s)
"""
_BUILT_IN: Final = """
    select p.proname from pg_catalog.pg_proc p
     where p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace and p.proname = any(%(names)s)
"""


@frozen(kw_only=True, order=True)
class Mention:
    """A place in the body of a routine that stays, and what it names there."""

    routine: str
    line: int
    what: str
    name: ObjectId = field(eq=False)
    """The routine."""
    body: str = field(eq=False, repr=False)
    offset: int = field(eq=False)
    """Where in the body it is."""
    place: str | None = field(eq=False, default=None)
    """`file:line:column`, where a schema file makes the routine."""

    def __str__(self) -> str:
        if self.place is not None:
            return f"{self.place}: {self.routine} {self.what}"
        return f"{self.routine} line {self.line} {self.what}"


def mentions(
    old: Catalog,
    new: Catalog,
    found: Iterable[Difference],
    connection: Connection | None,
    around: Callable[[], Catalog],
) -> tuple[Mention, ...]:
    """Places where the routines of the new side name what it lacks of the old one.

    `connection` is to the old side as it is loaded, which knows what its extensions provide; None where it is not.
    `around` is called for the whole of which `new` may be a part, where a body says a name.
    """
    dropped = [each.item for each in found if each.new is None]
    if not dropped:
        return ()
    bodies = [*_saying(_gone(dropped, old, new, connection).any, new)]
    if not bodies:
        return ()
    new = around()
    gone = _gone(dropped, old, new, connection)
    columns = _columns(new)
    seen: set[Mention] = set()
    for routine, body in bodies:
        try:
            words = Words(body)
        except PgnormError:
            continue
        tables = frozenset(_fired_by(new, routine.id))
        arguments = frozenset(getattr(routine, "argument_names", ()))
        naming = Naming(words, gone.names, gone.columns, gone.constraints, columns, tables, arguments)
        for place, what in naming.found():
            line, offset = words.line(place), words.tokens[place].start
            seen.add(Mention(routine=routine.label, line=line, what=what, name=routine.id, body=body, offset=offset))
    return tuple(sorted(seen))


def _saying(names: Collection[str], new: Catalog) -> Iterator[tuple[Object, str]]:
    """The routines in whose bodies one of the names is, in whatever case and place."""
    for routine in new.objects.values():
        if isinstance(routine, Routine) and getattr(routine, "language", "") in _READ:
            body = str(getattr(routine, routine.code))
            lower = body.lower()
            if any(name in lower for name in names):
                yield routine, body


def may_provide(item: Object) -> bool:
    """True if it may be an extension: what goes with that, only a server knows."""
    return not item.schema and item.parent is None


class _Gone(Value):
    names: Mapping[tuple[str, str, str], bool]
    """(catalog, schema, name), and whether the name without its schema is enough to know it."""
    columns: Mapping[str, frozenset[tuple[str, str]]]
    """By name, the tables (schema, name) that lose such a column and stay."""
    constraints: Mapping[str, frozenset[tuple[str, str]]]
    """The same of constraints; one that is renamed is lost by its old name."""

    @property
    def any(self) -> frozenset[str]:
        """All names, in lower case."""
        names = (*(name for _, _, name in self.names), *self.columns, *self.constraints)
        return frozenset(map(str.lower, names))


def _gone(dropped: Collection[Object], old: Catalog, new: Catalog, connection: Connection | None) -> _Gone:
    names: set[tuple[str, str, str]] = set()
    columns: dict[str, set[tuple[str, str]]] = {}
    constraints: dict[str, set[tuple[str, str]]] = {}
    for item in dropped:
        if _is_column(item) or item.catalog == _CONSTRAINTS:
            whole = new.objects.get(item.parent) if item.parent is not None else None
            if whole is not None:
                lost = columns if _is_column(item) else constraints
                lost.setdefault(item.name, set()).add((whole.schema, whole.name))
        elif item.parent is None and item.schema:
            names.add((item.catalog, item.schema, item.name))
    provided = [item.name for item in dropped if may_provide(item)]
    if connection is not None and provided:
        rows = connection.execute(_PROVIDED.encode(), {"names": provided})
        names |= {(str(catalog), str(schema), str(name)) for catalog, schema, name in rows}
    there = {(item.catalog, item.schema, item.name) for item in new.objects.values()}
    bare = {(catalog, name) for catalog, _, name in there}
    if connection is not None:
        built_in = connection.execute(_BUILT_IN.encode(), {"names": [name for _, _, name in names]})
        bare |= {("pg_proc", str(name)) for (name,) in built_in}
    return _Gone(
        names={each: (each[0], each[2]) not in bare for each in names - there},
        columns={name: frozenset(tables) for name, tables in columns.items()},
        constraints={name: frozenset(tables) for name, tables in constraints.items()},
    )


def _columns(new: Catalog) -> dict[tuple[str, str], frozenset[str]]:
    """The columns of each relation."""
    found: dict[tuple[str, str], set[str]] = {}
    for owner, parts in new.parts.items():
        for part in parts:
            if _is_column(part):
                found.setdefault((owner.schema, owner.name), set()).add(part.name)
    return {name: frozenset(columns) for name, columns in found.items()}


def _is_column(item: Object) -> bool:
    return item.placement.inside and item.ties is None and item.catalog == _RELATIONS


def _fired_by(new: Catalog, routine: ObjectId) -> Iterator[tuple[str, str]]:
    """The tables whose triggers call a routine."""
    for user in new.needed_by.get(routine, ()):
        parent = new.objects[user].parent
        if parent is not None:
            yield (parent.schema, parent.name)
