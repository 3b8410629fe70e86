-- A view of a foreign table asks its handler, so this must be a real one; file_fdw's refuses to read what has no
-- file. Where there is none, foreign tables can be made and no more.
do $$
declare
  fdw     text;
  handler text;
begin
  begin
    create function _stub_handler() returns fdw_handler language c as '$libdir/file_fdw', 'file_fdw_handler';
    handler := 'language c as ''$libdir/file_fdw'', ''file_fdw_handler''';
    drop function _stub_handler();
  exception when others then
    handler := 'language internal as ''fdw_handler_in''';
  end;
  foreach fdw in array array['airtable', 'auth0', 'big_query', 'click_house', 'cognito', 'duckdb', 'dynamo_db',
                             'firebase', 'hello_world', 'iceberg', 'logflare', 'mongodb', 'mssql', 'mysql', 'redis',
                             's3', 's3_vectors', 'stripe', 'wasm']
  loop
    execute format('create function %I() returns fdw_handler %s', fdw || '_fdw_handler', handler);
    -- It takes no notice of its arguments. No function that files can write anew is called with a superuser's power.
    execute format('create function %I(options text[], catalog oid) returns void language internal'
                   ' as ''pg_advisory_unlock_all''', fdw || '_fdw_validator');
    execute format('create function %I() returns table (name text, version text, author text, website text)'
                   ' language sql as ''select null, null, null, null where false''', fdw || '_fdw_meta');
  end loop;
end
$$;
create table wrappers_fdw_stats (
  fdw_name     text not null primary key,
  create_times bigint,
  rows_in      bigint,
  rows_out     bigint,
  bytes_in     bigint,
  bytes_out    bigint,
  metadata     jsonb,
  created_at   timestamptz not null default timezone('utc', now()),
  updated_at   timestamptz not null default timezone('utc', now())
);
