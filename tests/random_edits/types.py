"""Edits of types, schemas and extensions."""

from typing import Final

from .edit import Edit, Studio, literal, quoted, subject


def _enum(s: Studio) -> tuple[str, list[str]]:
    name = s.one(s.names("select typname from pg_type where typtype = 'e' and typnamespace = 'public'::regnamespace "
                         "order by 1"))  # fmt: skip
    labels = s.names(f"select enumlabel from pg_enum where enumtypid = {literal(f'public.{quoted(name)}')}::regtype "
                     "order by enumsortorder")  # fmt: skip
    return name, labels


def add_label(s: Studio) -> Edit:
    name, labels = _enum(s)
    where = s.one(("", f" before {literal(s.one(labels))}", f" after {literal(s.one(labels))}"))
    sql = f"alter type public.{quoted(name)} add value {literal(s.one(('paused', 'It is', 'x,y')))}{where}"
    return Edit(sql=sql, subjects=(subject("create type", name),))


def rename_label(s: Studio) -> Edit:
    name, labels = _enum(s)
    label = s.one(labels)
    sql = f"alter type public.{quoted(name)} rename value {literal(label)} to 'renamed'"
    # What compares with the label names it.
    verbs = "create type|create table|create view|create index|create policy|create function"
    return Edit(sql=sql, subjects=(subject(verbs),))


def rename_type(s: Studio) -> Edit:
    name, _ = _enum(s)
    sql = f"alter type public.{quoted(name)} rename to {quoted(f'{name}_now')}"
    return Edit(sql=sql, subjects=(subject("", name), subject("", f"{name}_now")))


def create_type(s: Studio) -> Edit:
    said = s.one(
        (
            "type public.mood as enum ('sad', 'ok', 'it''s')",
            "type public.mood as (a int, b text)",
            "domain public.mood as text check (value <> '') default 'x'",
            "type public.mood as range (subtype = int4)",
            "domain public.mood as integer not null constraint positive check (value > 0)",
        )
    )
    table = s.table()
    more = (
        f"; alter table public.{quoted(table)} add column mood public.mood"
        if s.flag() and "not null" not in said
        else ""
    )
    comment = f"; comment on {said.split()[0]} public.mood is 'Feels'" if s.flag(3) else ""
    subjects = (
        subject("", "mood"),
        *((subject("create table", table), subject("create view", table, "*")) if more else ()),
    )
    return Edit(sql=f"create {said}{more}{comment}", subjects=subjects, parts=frozenset({"mood"}))


def create_schema(s: Studio) -> Edit:
    sql = "create schema reports"
    if s.flag():
        sql += "; create table reports.monthly (id int primary key, n numeric)"
    if s.flag():
        sql += "; grant usage on schema reports to authenticated"
    if s.flag(3):
        sql += (
            "; create view reports.ones as select 1 as one; create function reports.f() returns int language sql as '"
        )
        sql += "select 1'"
    return Edit(sql=sql, subjects=(subject("", "reports"),))


def drop_schema(s: Studio) -> Edit:
    name = s.one(s.names("select nspname from pg_namespace where nspname in ('private', 'archive')"))
    return Edit(sql=f"drop schema {name} cascade", subjects=(subject("", name),))


def create_extension(s: Studio) -> Edit:
    name = s.one(("pg_trgm", "unaccent", "hstore", "fuzzystrmatch"))
    return Edit(sql=f"create extension {name} schema extensions", subjects=(subject("create extension", name),))


def drop_extension(s: Studio) -> Edit:
    name = s.one(("http", "citext"))
    return Edit(sql=f"drop extension {name} cascade", subjects=(subject("", name),))


TYPES: Final = (
    add_label, add_label, rename_label, rename_type, create_type, create_type, create_schema, drop_schema,
    create_extension, drop_extension,
)  # fmt: skip
