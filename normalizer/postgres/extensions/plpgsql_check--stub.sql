-- Each takes a function by its signature or by its name.
do $$
declare
  first    text;
  checking text := 'other_warnings boolean default true, performance_warnings boolean default false,'
                   ' extra_warnings boolean default true, security_warnings boolean default false,'
                   ' compatibility_warnings boolean default false, oldtable name default null,'
                   ' newtable name default null';
  actual   text := 'anyelememttype regtype default ''int'', anyenumtype regtype default ''-'','
                   ' anyrangetype regtype default ''int4range'', anycompatibletype regtype default ''int'','
                   ' anycompatiblerangetype regtype default ''int4range''';
  choosing text := 'without_warnings boolean default false, all_warnings boolean default false,'
                   ' use_incomment_options boolean default true,'
                   ' incomment_options_usage_warning boolean default false, constant_tracing boolean default true';
  nothing  text := 'language plpgsql as ''begin end''';
begin
  foreach first in array array['funcoid regprocedure', 'name text']
  loop
    execute format('create function plpgsql_check_function(%s, relid regclass default 0, format text default ''text'','
                   ' fatal_errors boolean default true, %s, %s, %s) returns setof text %s',
                   first, checking, actual, choosing, nothing);
    execute format('create function plpgsql_check_function_tb(%s, relid regclass default 0,'
                   ' fatal_errors boolean default true, %s, %s, %s)'
                   ' returns table (functionid regproc, lineno integer, statement text, sqlstate text, message text,'
                   ' detail text, hint text, level text, "position" integer, query text, context text) %s',
                   first, checking, actual, choosing, nothing);
    execute format('create function plpgsql_show_dependency_tb(%s, relid regclass default 0, %s)'
                   ' returns table (type text, oid oid, schema text, name text, params text) %s',
                   replace(first, 'name', 'fnname'), actual, nothing);
    execute format('create function plpgsql_profiler_function_tb(%s)'
                   ' returns table (lineno integer, stmt_lineno integer, queryids bigint[], cmds_on_row integer,'
                   ' exec_stmts bigint[], exec_stmts_err bigint[], total_time float8[], avg_time float8[],'
                   ' max_time float8[], processed_rows bigint[], source text) %s', first, nothing);
    execute format('create function plpgsql_profiler_function_statements_tb(%s)'
                   ' returns table (stmtid integer, parent_stmtid integer, block_num integer,'
                   ' lineno integer, queryid bigint, exec_stmts bigint, exec_stmts_err bigint, total_time float8,'
                   ' avg_time float8, max_time float8, processed_rows bigint, stmtname text) %s', first, nothing);
    execute format('create function plpgsql_coverage_statements(%s) returns float8 language sql'
                   ' as ''select null::float8''', first);
    execute format('create function plpgsql_coverage_branches(%s) returns float8 language sql'
                   ' as ''select null::float8''', first);
  end loop;
end
$$;
create function plpgsql_profiler_functions_all()
  returns table (funcoid regprocedure, exec_count bigint, exec_stmts_err bigint, total_time float8, avg_time float8,
                 stddev_time float8, min_time float8, max_time float8)
  language plpgsql as 'begin end';
create function plpgsql_profiler_reset_all() returns void language sql as '';
create function plpgsql_profiler_reset(funcoid regprocedure) returns void language sql as '';
create function plpgsql_check_pragma(variadic name text[]) returns integer language sql as 'select 1';
create function plpgsql_check_profiler(enable boolean default null) returns boolean language sql as 'select false';
create function plpgsql_check_tracer(enable boolean default null, verbosity text default null) returns boolean
  language sql as 'select false';
