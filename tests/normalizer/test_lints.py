"""Lints on real servers: each finds what it is for, and nothing once that is mended."""

from typing import Final

import psycopg
import pytest

from pgnorm.normalizer.linting.asking import lint
from pgnorm.normalizer.linting.lints import LINTS, NAMES

TABLE: Final = "create table public.t (id int primary key, a int, b int);"
GUARDED: Final = f"{TABLE} alter table public.t enable row level security;"
POLICY: Final = f"{GUARDED} create policy p on public.t to authenticated using"
CASES: Final = {
    "rls_disabled_in_public": (TABLE, ("public", "t"), "revoke all on public.t from anon, authenticated"),
    "policy_exists_rls_disabled": (
        f"{TABLE} create policy p on public.t using (true)",
        ("public", "t"),
        "alter table public.t enable row level security",
    ),
    "rls_enabled_no_policy": (GUARDED, ("public", "t"), "create policy p on public.t using (true)"),
    "security_definer_view": (
        f"{TABLE} create view public.v with (security_invoker = off) as select * from public.t",
        ("public", "v"),
        "alter view public.v set (security_invoker = yes)",
    ),
    "auth_users_exposed": (
        "create view public.v as select id from auth.users",
        ("public", "v"),
        "revoke all on public.v from anon, authenticated",
    ),
    "rls_references_user_metadata": (
        f"{POLICY} ((auth.jwt() -> 'user_metadata' ->> 'admin') = 'yes')",
        ("public", "t", "p"),
        "alter policy p on public.t using ((auth.jwt() -> 'app_metadata' ->> 'admin') = 'yes')",
    ),
    "auth_rls_initplan": (
        f"{POLICY} (auth.uid() is not null and (select auth.uid()) is not null)",
        ("public", "t", "p"),
        "alter policy p on public.t using ((select auth.uid()) is not null)",
    ),
    "multiple_permissive_policies": (
        f"{POLICY} (a = 1); create policy q on public.t for select to authenticated, anon using (a = 2)",
        ("public", "t"),
        "drop policy q on public.t; create policy q on public.t as restrictive to authenticated using (a = 2)",
    ),
    "function_search_path_mutable": (
        "create function public.f() returns int language plpgsql as 'begin return 1; end'",
        ("public", "f"),
        "alter function public.f() set search_path = ''",
    ),
    "unindexed_foreign_keys": (
        f"{TABLE} create table public.u (id int primary key, x int, t int references public.t);"
        "create index i on public.u (x, t)",
        ("public", "u", "u_t_fkey"),
        "create index j on public.u (t, x)",
    ),
    "no_primary_key": (
        "create table public.t (id int not null)",
        ("public", "t"),
        "alter table public.t add primary key (id)",
    ),
    "duplicate_index": (
        f"{TABLE} create index i on public.t (a, lower(b::text)) where a > 1;"
        "create index j on public.t (a, lower(b::text)) where a > 1;"
        "create index k on public.t (a, lower(b::text)) where a > 2",
        ("public", "j"),
        "drop index public.i",
    ),
    "extension_in_public": ("create extension pg_trgm schema public", ("pg_trgm",), "drop extension pg_trgm"),
    "materialized_view_in_api": (
        f"{TABLE} create materialized view public.m as select * from public.t",
        ("public", "m"),
        "revoke all on public.m from anon, authenticated",
    ),
    "foreign_table_in_api": (
        "create foreign data wrapper w; create server s foreign data wrapper w;"
        "create foreign table public.f (a int) server s",
        ("public", "f"),
        "revoke all on public.f from anon, authenticated",
    ),
    "unsupported_reg_types": (
        "create table public.t (id int primary key, f regproc)",
        ("public", "t", "f"),
        "alter table public.t alter f type text",
    ),
}


def _found(connection: psycopg.Connection) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for each in lint(connection, owned=["public"], exposed=["public"], roles=["anon", "authenticated"]):
        found.setdefault(each.lint, []).append(each.path)
    return found


def test_each_lint_has_a_case() -> None:
    assert CASES.keys() == NAMES
    assert len({each.number for each in LINTS}) == len(LINTS)


@pytest.mark.parametrize("name", CASES)
def test_it_is_found_until_it_is_mended(supabase_database: psycopg.Connection, name: str) -> None:
    made, path, mending = CASES[name]
    assert _found(supabase_database) == {}
    supabase_database.execute(made.encode())
    assert _found(supabase_database)[name] == [path]
    supabase_database.execute(mending.encode())
    assert name not in _found(supabase_database)


def test_keys_count_as_indexes_in_any_order_of_their_columns(supabase_database: psycopg.Connection) -> None:
    supabase_database.execute(
        "create table public.t (a int, b int, primary key (a, b));"
        "create table public.u (x int, y int, z int, primary key (y, x, z), foreign key (x, y) references public.t)"
    )
    assert "unindexed_foreign_keys" not in _found(supabase_database)


def test_partitions_are_told_once(supabase_database: psycopg.Connection) -> None:
    supabase_database.execute(
        "create table public.o (id int primary key);"
        "create table public.t (id int, o int references public.o) partition by range (id);"
        "create table public.t1 partition of public.t for values from (1) to (2)"
    )
    found = _found(supabase_database)
    assert found["unindexed_foreign_keys"] == [("public", "t", "t_o_fkey")]
    assert found["no_primary_key"] == [("public", "t")]


KEYS: Final = f"{TABLE} create table public.u (id int primary key, x int, y int);"
NOTHING: Final = {
    "auth_rls_initplan": f"{POLICY} ((select auth.jwt() ->> 'role') = 'x'"
    " and (select nullif(current_setting('a.b', true), '')::int) = a"
    " and (select coalesce(auth.uid()::text, '')) <> '')",
    "multiple_permissive_policies": f"{POLICY} (a = 1); create policy q on public.t to service_role using (true)",
    "auth_users_exposed": "create view public.v with (security_invoker = on) as select id from auth.users",
    "duplicate_index": f"{TABLE} create unique index i on public.t (a);"
    "create unique index j on public.t (a) nulls not distinct;"
    "alter table public.t add constraint k unique (a) deferrable",
    "unindexed_foreign_keys": f"{KEYS} alter table public.u add foreign key (x) references public.t;"
    "create index i on public.u (x) where x is not null",
    "extension_in_public": "drop schema extensions cascade; create extension pg_trgm schema public",
}
FOUND: Final = {
    "auth_rls_initplan": f"{POLICY} (id in (select t.a where t.a::text = auth.uid()::text))",
    "multiple_permissive_policies": f"{POLICY} (a = 1); create policy q on public.t using (a = 2)",
    "auth_users_exposed": "create schema s; create view s.inner as select id from auth.users;"
    "create view public.v as select id from s.inner",
    "duplicate_index": "create table public.t (id int, a int) partition by range (id);"
    "create table public.t1 partition of public.t for values from (1) to (2);"
    "create index i on public.t (a); create index j on public.t (a)",
    "unindexed_foreign_keys": f"{KEYS} alter table public.t add unique (a, b);"
    "alter table public.u add foreign key (x, y) references public.t (a, b);"
    "create index i on public.u (x) include (y)",
}


@pytest.mark.parametrize("name", NOTHING)
def test_what_only_looks_like_it_is_not_found(supabase_database: psycopg.Connection, name: str) -> None:
    if "nulls not distinct" in NOTHING[name] and supabase_database.info.server_version < 150000:
        pytest.skip("nulls are always distinct before Postgres 15")
    supabase_database.execute(NOTHING[name].encode())
    assert name not in _found(supabase_database)


@pytest.mark.parametrize("name", FOUND)
def test_it_is_found_once_where_it_hides(supabase_database: psycopg.Connection, name: str) -> None:
    supabase_database.execute(FOUND[name].encode())
    assert len(_found(supabase_database)[name]) == 1


def test_names_of_the_project_do_not_mislead_it(supabase_database: psycopg.Connection) -> None:
    supabase_database.execute(
        f"{TABLE} create table public.pg_class (oid oid); create function public.has_table_privilege(text, oid, text)"
        " returns bool language sql as 'select false'; set search_path = public, pg_catalog"
    )
    assert ("public", "t") in _found(supabase_database)["rls_disabled_in_public"]
    assert supabase_database.execute("show search_path").fetchone() == ("public, pg_catalog",)
