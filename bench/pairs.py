"""Pairs of schemas that differ in a few places, and a project whose migrations have grown long."""

from collections.abc import Iterator
from pathlib import Path

from schemas import TABLES, tables

from pgnorm.normalizer.sql.statements import split

TINY = (
    "create table users (id int primary key, name text);"
    " create function f() returns int language sql as $$ select 1 $$;",
    "create table users (id int primary key, name text, email text not null default '');"
    " create function f() returns int language sql as $$ select 2 $$;"
    " create index users_email_idx on users (email);",
)
MIGRATIONS = 200


def few() -> str:
    """Ten edits of a schema that `mixed` makes, however small it is."""
    body = "select coalesce(sum(qty), 0)::bigint - p_x from app.t00{} where id > p_x"
    return "\n".join(
        (
            "alter table app.t003 add added_col text not null default 'x';",
            "alter table app.t004 add added_col text not null default 'x';",
            'alter policy "own rows 005" on app.t005 using (qty > 10);',
            "comment on table app.t006 is 'a comment';",
            "create index t007_name_idx on app.t007 (name);",
            "create table app.brand_new (id int primary key, t text);",
            "drop function app.f009;",
            *(_body(number, body.format(number)) for number in (1, 2)),
            "create or replace view app.v008 with (security_invoker = true) as"
            " select id, name, qty, created_at from app.t008 where qty > 1;",
        )
    )


def edits() -> str:
    """21 edits of the schema that `tables` makes: labels, columns, types, policies, bodies, views, an index, a drop."""
    body = "select coalesce(sum(qty), 0)::bigint + p_x from app.t{:03} where id > p_x and qty <> 5"
    policy = "(owner = '00000000-0000-0000-0000-000000000002'::uuid or qty > 10)"
    return "\n".join(
        (
            "alter type app.status add value 'archived';",
            *(f"alter table app.t{number:03} add added_col text not null default 'x';" for number in _COLUMNS),
            *(f"drop view app.v{number:03};" for number in _TYPES),
            *(f"alter table app.t{number:03} alter qty type bigint;" for number in _TYPES),
            *(_view(number, 0) for number in _TYPES),
            *(f'alter policy "own rows {number:03}" on app.t{number:03} using {policy};' for number in (5, 6, 7)),
            *(_body(number, body.format(number)) for number in (1, 2, 3, 400)),
            *(_view(number, 1) for number in (8, 9)),
            "create table app.brand_new (id int primary key, t text);",
            "create index t050_name_idx on app.t050 (name);",
            "comment on table app.t051 is 'hello';",
            "drop function app.f499;",
        )
    )


_COLUMNS = (3, 77, 123, 250, 499)
_TYPES = (10, 20)


def _view(number: int, least: int) -> str:
    return (
        f"create or replace view app.v{number:03} with (security_invoker = true) as"
        f" select id, name, qty, created_at from app.t{number:03} where qty > {least};"
    )


def _body(number: int, text: str) -> str:
    return (
        f"create or replace function app.f{number:03}(p_x bigint, p_name text default 'n') returns bigint"
        f" language sql stable security definer set search_path to '' as $$ {text} $$;"
    )


def grown(folder: Path) -> Path:
    """A project in a folder whose 200 migrations make what its files declare: 500 tables and what belongs to them."""
    (folder / "migrations").mkdir(parents=True)
    (folder / "schemas").mkdir()
    (folder / "pgnorm.toml").write_text('schema_paths = ["schemas"]\nmigrations = "migrations"\n')
    made = list(tables(TABLES))
    (folder / "schemas" / "01_tables.sql").write_text("\n".join(made))
    statements = list(_statements("\n".join(made)))
    share = -(-len(statements) // MIGRATIONS)
    for number in range(MIGRATIONS):
        text = "\n".join(statements[number * share : (number + 1) * share])
        (folder / "migrations" / f"{20240101000000 + number}_part.sql").write_text(text + "\n")
    return folder


def _statements(text: str) -> Iterator[str]:
    return (f"{statement.text};" for statement in split(text))
