"""Tables and views as CSV files are compared with them, and values tried as their columns' types, by the server."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, TypeVar

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.quoting import dollar_quoted, ident, qualified

from ..load.knowledge import depends_on
from ..project.project import Project
from ..project.sources import declared
from ..workspace import Workspace

if TYPE_CHECKING:
    from psycopg import Connection

Name: TypeAlias = tuple[str, str]
"""The schema and the name of a relation."""
T = TypeVar("T")
_Row: TypeAlias = tuple[str, str, bool, list[str], list[tuple[str, str, bool, bool, bool, bool]] | None]

_RELATIONS: Final = """
    select n.nspname::text, c.relname::text, c.relkind in ('r', 'p'),
           array(select distinct v.attname::text
                   from pg_depend d join pg_rewrite r on r.oid = d.objid
                        join pg_attribute v on v.attrelid = r.ev_class and v.attnum > 0 and not v.attisdropped
                  where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
                    and d.refobjid = c.oid and r.ev_class <> c.oid),
           (select json_agg(json_build_array(
                       a.attname, format_type(a.atttypid, a.atttypmod),
                       a.attidentity <> '' or coalesce(
                           (select a.attgenerated <> '' or f.adbin::text ~ 'FUNCEXPR|SQLVALUEFUNCTION|NEXTVALUEEXPR'
                              from pg_attrdef f where f.adrelid = a.attrelid and f.adnum = a.attnum), false),
                       exists (select from pg_constraint k where k.conrelid = a.attrelid
                                   and k.contype in ('p', 'f') and a.attnum = any (k.conkey)),
                       t.typcategory = 'A' or t.typtype = 'c'
                           or coalesce(nullif(t.typbasetype, 0), t.oid) in ('json'::regtype, 'jsonb'::regtype),
                       (select y.typtype = 'c' from pg_type y where y.oid = coalesce(nullif(t.typbasetype, 0), t.oid))
                    ) order by a.attnum)
              from pg_attribute a join pg_type t on t.oid = a.atttypid
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'f', 'v', 'm') and n.nspname = any (%s)
"""
_SCHEMAS: Final = "select nspname::text from pg_catalog.pg_namespace where oid >= 16384 or nspname = 'public'"
_GIVEN: Final = "pgnorm.given"
_REFUSED: Final = "pgnorm.refused"
# PL/pgSQL assigns as an INSERT does: `character varying(3)` cuts nothing off. DO fires no event triggers.
_TRY: Final = """
declare
    refused pg_catalog.text[] := '{{}}';
    reasons pg_catalog.text[] := '{{}}';
    at pg_catalog.text;
    given pg_catalog.text;
begin
    begin
        for at, given in {values} loop
            {taken}
        end loop;
    exception when others then
        for at, given in {values} loop
            begin
                {taken}
            exception when others then
                refused := pg_catalog.array_append(refused, at);
                reasons := pg_catalog.array_append(reasons, sqlerrm);
            end;
        end loop;
    end;
    perform pg_catalog.set_config('{refused}', pg_catalog.jsonb_object(refused, reasons)::pg_catalog.text, true);
end
"""
_VALUES: Final = f"""
    select x.at, x.given
      from pg_catalog.jsonb_array_elements_text(pg_catalog.current_setting('{_GIVEN}')::pg_catalog.jsonb)
           with ordinality as x (given, at)
"""
_ASSIGNED: Final = "declare taken {name}%type := given; begin end;"
# No text can be assigned to a variable of a row, and a cast to a row cuts nothing off.
_CAST: Final = "perform given::{type};"


class Column(NamedTuple):
    """A column: `filled` if the server finds its values, `key` if it is part of a primary or foreign key, `compound`
    if a value of its holds several, `composite` if it is a row."""

    name: str
    type: str
    filled: bool
    key: bool
    compound: bool
    composite: bool


class Relation(NamedTuple):
    """A table or view. `shown` are the columns of views over it."""

    schema: str
    name: str
    is_table: bool
    shown: frozenset[str]
    columns: dict[str, Column]


class Server:
    """The schema files as the server understands them; asked only for what no earlier run was told."""

    def __init__(self, workspace: Workspace, project: Project, connect: "Callable[[], Connection]") -> None:
        self._workspace = workspace
        self._connect = connect
        self._context = workspace.settled()
        self._names = (" ".join(project.schemas), *depends_on(self._context, workspace.texts(declared(project))))

    def relations(self) -> dict[Name, Relation]:
        """The project's tables and views. Raises PgnormError where its files do not load."""
        return {
            (schema, name): Relation(
                schema, name, is_table, frozenset(shown), {each[0]: Column(*each) for each in columns or ()}
            )
            for schema, name, is_table, shown, columns in self._known(self._ask_relations, "tables and views")
        }

    def refused(self, relation: Relation, column: Column, values: Sequence[str]) -> dict[int, str]:
        """The server's words on each value that the column does not take, by its place among the values."""
        asked = ("values", relation.schema, relation.name, column.name, *values)
        found = self._known(lambda: _refused(self._connect(), relation, column, values), *asked)
        return {int(at) - 1: message for at, message in found.items()}

    def _ask_relations(self) -> list[_Row]:
        connection = self._connect()
        owns = self._workspace.ownership(self._context.shadow).owns_all_in
        with connection.transaction():
            connection.execute("set local search_path = ''")
            schemas = [name for (name,) in connection.execute(_SCHEMAS) if owns(name)]
            return connection.execute(_RELATIONS.encode(), [schemas]).fetchall()

    def _known(self, ask: Callable[[], T], *names: str) -> T:
        kept = self._context.kept
        if kept is not None and (text := kept.find(*names, *self._names)) is not None:
            known: T = json.loads(text)
            return known
        found = ask()
        if kept is not None:
            kept.keep(lambda: json.dumps(found), *names, *self._names)
        return found


@contextmanager
def server(workspace: Workspace, project: Project) -> Iterator[Server]:
    """The server that answers for the schema files, which are loaded once something must be asked."""
    with ExitStack() as stack:
        asked: list[Connection] = []

        def connect() -> "Connection":
            if not asked:
                asked.append(stack.enter_context(workspace.asked(declared(project)))[0])
            return asked[0]

        yield Server(workspace, project, connect)


def _refused(connection: "Connection", relation: Relation, column: Column, values: Sequence[str]) -> dict[str, str]:
    from psycopg import Error

    name = f"{qualified(relation.schema, relation.name)}.{ident(column.name)}"
    taken = (_CAST if column.composite else _ASSIGNED).format(name=name, type=column.type)
    block = _TRY.format(values=_VALUES, refused=_REFUSED, taken=taken)
    try:
        with connection.transaction():
            connection.execute("select pg_catalog.set_config(%s, %s, true)", [_GIVEN, json.dumps(values)])
            connection.execute(f"do language plpgsql {dollar_quoted(block)}".encode())
            row = connection.execute("select pg_catalog.current_setting(%s)", [_REFUSED]).fetchone()
    except Error as error:
        raise PgnormError(f"the values can't be tried as {name}: {error.diag.message_primary or error}") from error
    found: dict[str, str] = json.loads(row[0]) if row is not None else {}
    return found
