create schema repack;
create function repack.version() returns text language sql as $$
  select 'pg_repack 1.5.0'::text
$$;
create function repack.version_sql() returns text language sql as $$
  select 'pg_repack 1.5.0'::text
$$;
