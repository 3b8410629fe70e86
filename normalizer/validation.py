"""Has each language's validator check the bodies of the functions that a load made."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

from attrs import frozen

from pgnorm.catalog.errors import PgnormError

from .execution import Execution
from .failures import error_class, excerpt
from .items import Item
from .lexer import name_of

if TYPE_CHECKING:
    from psycopg import Error

_LINE: Final = re.compile(r"\bline (\d+)\b")
_RELATION: Final = re.compile(r'^relation "([^"]+)" does not exist')
# What a body names and the server lacks: undefined table, function, object, column, schema.
_ABSENT: Final = ("42P01", "42883", "42704", "42703", "3F000")

# Rows that the load wrote have an xmin no older than `start`. Postgres validates a new function in the function's own
# settings (ProcedureCreate); a validator that is called directly runs in the caller's.
_MADE: Final = """
      from pg_catalog.pg_proc p
           join pg_catalog.pg_language l on l.oid = p.prolang
     where l.lanvalidator <> 0
       and l.lanname not in ('internal', 'c')
       and p.prokind <> 'a'
       and pg_catalog.age(p.xmin) <= pg_catalog.age(%(start)s::pg_catalog.xid)
       and not exists (select from pg_catalog.pg_depend d
                        where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                          and d.objid = p.oid
                          and d.deptype in ('e', 'i'))
"""

_CHECK: Final = f"""
    select pg_catalog.count(pg_catalog.concat(
               pg_catalog.set_config('search_path', coalesce(path.own, %(default)s), true),
               {{call}}(made.oid)))
      from (select p.oid, p.proconfig, l.lanvalidator {_MADE}) made
           cross join lateral
           (select (select pg_catalog.substr(c, 13) from pg_catalog.unnest(made.proconfig) c
                     where pg_catalog.starts_with(c, 'search_path=')) as own) path
     where made.lanvalidator = {{name}}::pg_catalog.regproc
"""


@frozen(kw_only=True)
class _Function:
    oid: int
    name: str
    signature: str
    body: str
    validator: str
    settings: tuple[str, ...]


def validate(
    execution: Execution,
    done: Sequence[Item],
    *,
    start: str,
    kind: Literal["declared", "migrations", "script"],
) -> None:
    """Checks the functions written since transaction `start`, whose statements are among `done`.

    Raises PgnormError for the first one that its language rejects, with the place in the file where it can be told.
    What may be there when the function runs, though it is not now, is a warning instead: an unqualified table, which
    may be a temporary one; what an empty stand-in of an extension lacks; and, outside of declared files, whatever
    has gone since the function was made.
    """
    bodies = _Bodies(execution=execution, start=start)
    execution.open_trial()
    try:
        accepted = bodies.all_pass()
    finally:
        execution.close_trial()
    if accepted:
        return
    failures: list[tuple[int, PgnormError]] = []
    for function in bodies.functions():
        item = _maker(function, done)
        execution.open_trial(item.context if item else ())
        try:
            error = bodies.check(function)
        finally:
            execution.close_trial()
        if error is None:
            continue
        offset = _offset(function, item, error)
        place = item.source.place(offset) if item else function.signature
        message = f"{error.diag.message_primary}, in the body of {function.signature}"
        if _may_come(error, kind, execution):
            execution.note("warning", place, message)
        else:
            order = item.order if item else len(done)
            failures.append((order, _failure(message, place, offset, item, error)))
    if failures:
        raise min(failures, key=lambda entry: entry[0])[1]


@frozen(kw_only=True)
class _Bodies:
    """The functions that a load made and their validators."""

    execution: Execution
    start: str

    def all_pass(self) -> bool:
        """One query for all functions of a language; False where one of them does not pass."""
        from psycopg import Error, sql

        connection = self.execution.connection
        path = connection.execute("select pg_catalog.current_setting('search_path')").fetchone()
        assert path is not None
        values = {"start": self.start, "default": path[0]}
        validators = connection.execute(
            f"select distinct l.lanvalidator::pg_catalog.regproc::text {_MADE}".encode(), values
        ).fetchall()
        try:
            connection.execute("set local check_function_bodies = on")
            for (validator,) in validators:
                connection.execute(sql.SQL(_CHECK).format(call=sql.SQL(validator), name=sql.Literal(validator)), values)
        except Error:
            return False
        return True

    def functions(self) -> list[_Function]:
        """The functions, in the order of their making."""
        query = f"""
            select p.oid::pg_catalog.int8, p.proname::text, p.oid::pg_catalog.regprocedure::text, p.prosrc,
                   l.lanvalidator::pg_catalog.regproc::text, coalesce(p.proconfig, '{{}}')
            {_MADE}
            order by p.oid
        """
        rows = self.execution.connection.execute(query.encode(), {"start": self.start})
        return [
            _Function(oid=oid, name=name, signature=signature, body=body, validator=validator, settings=tuple(settings))
            for oid, name, signature, body, validator, settings in rows
        ]

    def check(self, function: _Function) -> Error | None:
        """What the function's language says against its body, in the function's settings."""
        from psycopg import Error, sql

        connection = self.execution.connection
        try:
            for setting in function.settings:
                connection.execute("select pg_catalog.set_config(%s, %s, true)", setting.split("=", 1))
            connection.execute("set local check_function_bodies = on")
            connection.execute(sql.SQL("select {}(%s)").format(sql.SQL(function.validator)), (function.oid,))
        except Error as error:
            return error
        return None


def _maker(function: _Function, done: Sequence[Item]) -> Item | None:
    """The statement that made the function: it holds the name or, where another statement executed it, the body."""
    named = [
        item
        for item in reversed(done)
        if item.statement.begins("CREATE") and function.name in map(name_of, item.statement.words)
    ]
    with_body = [item for item in named or reversed(done) if function.body and function.body in item.statement.text]
    return next(iter(with_body or named), None)


def _offset(function: _Function, item: Item | None, error: Error) -> int:
    """Where in its file the error is, or the statement that made the function."""
    if item is None:
        return 0
    at = item.statement.start
    body = item.statement.text.rfind(function.body)
    if body < 0:
        return at
    if error.diag.internal_position and error.diag.internal_query == function.body:
        return at + body + int(error.diag.internal_position) - 1
    if line := _LINE.search(error.diag.context or ""):
        lines = function.body.split("\n")[: int(line[1]) - 1]
        return at + body + sum(len(one) + 1 for one in lines)
    return at


def _may_come(error: Error, kind: str, execution: Execution) -> bool:
    if error.sqlstate not in _ABSENT:
        return False
    relation = _RELATION.match(error.diag.message_primary or "")
    temporary = relation is not None and "." not in relation[1]
    return temporary or kind != "declared" or bool(execution.generated_extensions)


def _failure(message: str, place: str, offset: int, item: Item | None, error: Error) -> PgnormError:
    parts = [message]
    if error.diag.message_detail:
        parts.append(f"DETAIL: {error.diag.message_detail}")
    if item is not None:
        parts.append(excerpt(item.source.text, offset))
    return error_class(error)("\n".join(parts), place=place, hint=error.diag.message_hint)
