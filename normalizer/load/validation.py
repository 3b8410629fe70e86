"""Has each language's validator check the bodies of the functions that a load made."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from attrs import define, field

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from ..files.excerpts import excerpt
from ..files.reading import FileKind
from ..sql.lexer import name_of
from .causes import Fault
from .errors import error_of, missing_names
from .pending import Item
from .runner import Execution
from .verdicts import Verdict, verdict

if TYPE_CHECKING:
    from psycopg import Error

_LINE: Final = re.compile(r"\bline (\d+)\b")

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
               pg_catalog.set_config('search_path', coalesce(made.path, %(default)s), true),
               {{call}}(made.oid)))
      from (select p.oid, l.lanvalidator,
                   (select pg_catalog.substr(c, 13) from pg_catalog.unnest(p.proconfig) c
                     where pg_catalog.starts_with(c, 'search_path=')) as path
            {_MADE}
               and not exists (select from pg_catalog.unnest(p.proconfig) c
                                where not pg_catalog.starts_with(c, 'search_path='))) made
     where made.lanvalidator = {{name}}::pg_catalog.regproc
"""


class _Function(Value):
    oid: int
    name: str
    signature: str
    body: str
    validator: str
    settings: Mapping[str, str]


def validate(
    execution: Execution,
    done: Sequence[Item],
    *,
    kind: FileKind,
    faults: Sequence[Fault],
) -> list[tuple[int, PgnormError]]:
    """Checks the functions written since the load began, whose statements are among `done`.

    A body is judged as Postgres would run it: in the function's own settings and else in those of a new session or,
    where its file sets a search_path that leads anywhere (that of a dump is empty), in its file's. Answers what
    languages reject, with the order of the statements, and the places in the files where they can be told. What may be
    there when the function runs, though it is not now, is a warning instead: an unqualified table, which may be a
    temporary one; what an empty stand-in of an extension lacks; and, outside of declared files, whatever has changed
    since the function was made. What is missing because of `faults` is neither.
    """
    bodies = _Bodies(execution=execution)
    failures: list[tuple[int, PgnormError]] = []
    for function in bodies.doubtful():
        item = _maker(function, done)
        found = bodies.check(function, item.context if item else ())
        if function.oid in bodies.unset:
            place = item.place if item else function.signature
            execution.note("warning", place, f"{bodies.unset[function.oid]}, in the settings of {function.signature}")
        if found is None or (found.absent and any(fault.explains(missing_names(found.message)) for fault in faults)):
            continue
        offset = _offset(function, item, found.error)
        place = item.source.place(offset) if item else function.signature
        message = f"{found.message}, in the body of {function.signature}"
        if _may_come(found, kind, execution):
            execution.note("warning", place, message)
        else:
            order = item.order if item else len(done)
            failures.append((order, _failure(message, place, offset, item, found)))
    return failures


@define(kw_only=True)
class _Bodies:
    """The functions that a load made and their validators."""

    execution: Execution
    unset: dict[int, str] = field(factory=dict)
    """Why a setting of a function can't be made here, by the function's oid."""

    def doubtful(self) -> list[_Function]:
        """The functions, in the order of their making, but for those that pass in one query with others."""
        self.execution.open_trial()
        try:
            pass_together = self._pass_together()
        finally:
            self.execution.close_trial()
        return [one for one in self._functions() if not (pass_together and one.settings.keys() <= {"search_path"})]

    def _pass_together(self) -> bool:
        """One query for all functions of a language that set no more than a path."""
        from psycopg import Error, sql

        connection = self.execution.connection
        path = connection.execute("select pg_catalog.current_setting('search_path')").fetchone()
        assert path is not None
        values = {"start": self.execution.began, "default": path[0]}
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

    def _functions(self) -> list[_Function]:
        query = f"""
            select p.oid::pg_catalog.int8, p.proname::text, p.oid::pg_catalog.regprocedure::text, p.prosrc,
                   l.lanvalidator::pg_catalog.regproc::text, coalesce(p.proconfig, '{{}}')
            {_MADE}
            order by p.oid
        """
        rows = self.execution.connection.execute(query.encode(), {"start": self.execution.began})
        return [
            _Function(
                oid=oid,
                name=name,
                signature=signature,
                body=body,
                validator=validator,
                settings=dict(setting.split("=", 1) for setting in settings),
            )
            for oid, name, signature, body, validator, settings in rows
        ]

    def check(self, function: _Function, context: tuple[str, ...]) -> Verdict | None:
        """The verdict of the function's language on its body, None if it passes; `context` are its file's settings."""
        path = None if "search_path" in function.settings else self._path(context)
        first = self._check_in(function, path)
        return first if first is None or path is None or self._check_in(function, None) else None

    def _path(self, context: tuple[str, ...]) -> str | None:
        """The search_path of a file's settings, None where no schema is in it."""
        self.execution.open_trial(context)
        row = self.execution.connection.execute(
            """
            select pg_catalog.current_setting('search_path')
             where exists (select from pg_catalog.unnest(pg_catalog.current_schemas(false)) s where s <> 'pg_catalog')
            """
        ).fetchone()
        self.execution.close_trial()
        return row[0] if row else None

    def _check_in(self, function: _Function, path: str | None) -> Verdict | None:
        from psycopg import Error, sql

        connection = self.execution.connection
        self.execution.open_trial()
        try:
            self._set(function, path)
            connection.execute("savepoint pgnorm_body")
            connection.execute(sql.SQL("select {}(%s)").format(sql.SQL(function.validator)), (function.oid,))
        except Error as error:
            connection.execute("rollback to savepoint pgnorm_body")
            return verdict(connection, error)
        finally:
            self.execution.close_trial()
        return None

    def _set(self, function: _Function, path: str | None) -> None:
        """Makes the settings in which the function runs; what this server can't set is noted."""
        from psycopg import Error

        connection = self.execution.connection
        connection.execute("set local check_function_bodies = on")
        if path is not None:
            connection.execute("select pg_catalog.set_config('search_path', %s, true)", (path,))
        for name, value in function.settings.items():
            connection.execute("savepoint pgnorm_setting")
            try:
                connection.execute("select pg_catalog.set_config(%s, %s, true)", (name, value))
            except Error as error:
                connection.execute("rollback to savepoint pgnorm_setting")
                self.unset[function.oid] = error.diag.message_primary or str(error)


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
    """Offset of the error in its file, else of the statement that made the function."""
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


def _may_come(found: Verdict, kind: str, execution: Execution) -> bool:
    if kind != "declared":
        return not found.miswritten
    return found.absent and (found.maybe_temporary or bool(execution.generated_extensions))


def _failure(message: str, place: str, offset: int, item: Item | None, found: Verdict) -> PgnormError:
    diag = found.error.diag
    parts = [message, *([f"DETAIL: {diag.message_detail}"] if diag.message_detail else [])]
    if item is not None:
        parts.append(excerpt(item.source.text, offset))
    said, lacking = "\n".join(parts), found.message if found.absent else None
    return error_of(found.error, said, place=place, hint=diag.message_hint, lacking=lacking)
