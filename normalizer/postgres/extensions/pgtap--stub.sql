-- The assertions that tests and their helpers use most. A description may be left out of most of them.
create function pgtap_version() returns numeric language sql immutable as 'select 1.3';
create function pg_version_num() returns integer language sql immutable
  as 'select current_setting(''server_version_num'')::integer';
create function plan(integer) returns text language sql as 'select ''1..'' || $1';
create function no_plan() returns setof boolean language sql as 'select true where false';
create function finish(exception_on_failure boolean default null) returns setof text language sql
  as 'select null::text where false';
create function _stub_assertion() returns text language sql as 'select ''ok''::text';
do $$
declare
  signature text;
begin
  foreach signature in array array[
    'ok(boolean)', 'ok(boolean, text)', 'pass()', 'pass(text)', 'fail()', 'fail(text)',
    'is(anyelement, anyelement)', 'is(anyelement, anyelement, text)',
    'isnt(anyelement, anyelement)', 'isnt(anyelement, anyelement, text)',
    'cmp_ok(anyelement, text, anyelement)', 'cmp_ok(anyelement, text, anyelement, text)',
    'isa_ok(anyelement, regtype)', 'isa_ok(anyelement, regtype, text)',
    'matches(anyelement, text)', 'matches(anyelement, text, text)',
    'imatches(anyelement, text)', 'imatches(anyelement, text, text)',
    'doesnt_match(anyelement, text)', 'doesnt_match(anyelement, text, text)',
    'alike(anyelement, text)', 'alike(anyelement, text, text)',
    'unalike(anyelement, text)', 'unalike(anyelement, text, text)',
    'throws_ok(text)', 'throws_ok(text, integer)', 'throws_ok(text, text)', 'throws_ok(text, integer, text)',
    'throws_ok(text, text, text)', 'throws_ok(text, integer, text, text)', 'throws_ok(text, character, text, text)',
    'throws_like(text, text)', 'throws_like(text, text, text)', 'throws_ilike(text, text)',
    'throws_ilike(text, text, text)', 'throws_matching(text, text)', 'throws_matching(text, text, text)',
    'throws_imatching(text, text)', 'throws_imatching(text, text, text)',
    'lives_ok(text)', 'lives_ok(text, text)', 'performs_ok(text, numeric)', 'performs_ok(text, numeric, text)',
    'results_eq(text, text)', 'results_eq(text, text, text)', 'results_eq(text, anyarray)',
    'results_eq(text, anyarray, text)', 'results_eq(text, refcursor)', 'results_eq(text, refcursor, text)',
    'results_ne(text, text)', 'results_ne(text, text, text)', 'results_ne(text, anyarray)',
    'results_ne(text, anyarray, text)', 'set_eq(text, text)', 'set_eq(text, text, text)', 'set_eq(text, anyarray)',
    'set_eq(text, anyarray, text)', 'set_ne(text, text)', 'set_ne(text, text, text)', 'set_ne(text, anyarray)',
    'set_ne(text, anyarray, text)', 'set_has(text, text)', 'set_has(text, text, text)', 'set_hasnt(text, text)',
    'set_hasnt(text, text, text)', 'bag_eq(text, text)', 'bag_eq(text, text, text)', 'bag_eq(text, anyarray)',
    'bag_eq(text, anyarray, text)', 'bag_ne(text, text)', 'bag_ne(text, text, text)', 'bag_has(text, text)',
    'bag_has(text, text, text)', 'bag_hasnt(text, text)', 'bag_hasnt(text, text, text)',
    'is_empty(text)', 'is_empty(text, text)', 'isnt_empty(text)', 'isnt_empty(text, text)',
    'row_eq(text, anyelement)', 'row_eq(text, anyelement, text)']
  loop
    execute format('create function %s returns text language sql as ''select _stub_assertion()''', signature);
  end loop;
  -- What is there: by name, or by schema and name, with or without a description.
  foreach signature in array array[
    'has_schema', 'hasnt_schema', 'has_extension', 'hasnt_extension', 'has_role', 'hasnt_role', 'has_user',
    'has_table', 'hasnt_table', 'has_view', 'hasnt_view', 'has_materialized_view', 'has_sequence', 'has_type',
    'hasnt_type', 'has_enum', 'has_domain', 'has_composite', 'has_function', 'hasnt_function', 'has_trigger',
    'hasnt_trigger', 'has_pk', 'hasnt_pk', 'has_fk', 'hasnt_fk', 'has_unique', 'has_check', 'is_superuser',
    'function_lang_is', 'function_returns', 'is_definer', 'isnt_definer', 'is_strict', 'volatility_is']
  loop
    execute format('create function %1$I(name) returns text language sql as ''select _stub_assertion()'';'
                   'create function %1$I(name, text) returns text language sql as ''select _stub_assertion()'';'
                   'create function %1$I(name, name) returns text language sql as ''select _stub_assertion()'';'
                   'create function %1$I(name, name, text) returns text language sql as ''select _stub_assertion()'';'
                   'create function %1$I(name, name, name) returns text language sql as ''select _stub_assertion()'';'
                   'create function %1$I(name, name, name, text) returns text language sql'
                   ' as ''select _stub_assertion()''', signature);
  end loop;
  foreach signature in array array[
    'has_column', 'hasnt_column', 'col_not_null', 'col_is_null', 'col_has_default', 'col_hasnt_default', 'col_is_pk',
    'col_isnt_pk', 'col_is_fk', 'col_isnt_fk', 'col_is_unique', 'col_has_check', 'has_index', 'hasnt_index']
  loop
    execute format('create function %1$I(name, name) returns text language sql as ''select _stub_assertion()'';'
                   'create function %1$I(name, name, text) returns text language sql as ''select _stub_assertion()'';'
                   'create function %1$I(name, name, name) returns text language sql as ''select _stub_assertion()'';'
                   'create function %1$I(name, name, name, text) returns text language sql'
                   ' as ''select _stub_assertion()''', signature);
  end loop;
  foreach signature in array array[
    'has_function(name, name[])', 'has_function(name, name[], text)', 'has_function(name, name, name[])',
    'has_function(name, name, name[], text)', 'function_returns(name, name[], text)',
    'function_returns(name, name, name[], text)', 'function_returns(name, name, name[], text, text)',
    'function_lang_is(name, name, name[], name)', 'volatility_is(name, name, name[], text)',
    'function_privs_are(name, name, name[], name, name[])',
    'function_privs_are(name, name, name[], name, name[], text)',
    'table_privs_are(name, name, name, name[])', 'table_privs_are(name, name, name, name[], text)',
    'schema_privs_are(name, name, name[])', 'schema_privs_are(name, name, name[], text)',
    'col_type_is(name, name, text)', 'col_type_is(name, name, text, text)', 'col_type_is(name, name, name, text)',
    'col_type_is(name, name, name, text, text)', 'col_default_is(name, name, anyelement)',
    'col_default_is(name, name, name, anyelement, text)', 'col_is_pk(name, name[])',
    'col_is_pk(name, name, name[], text)',
    'fk_ok(name, name, name, name)', 'fk_ok(name, name, name, name, name, name)',
    'fk_ok(name, name, name, name, name, name, text)', 'columns_are(name, name[])', 'columns_are(name, name[], text)',
    'columns_are(name, name, name[])', 'columns_are(name, name, name[], text)', 'tables_are(name[])',
    'tables_are(name, name[])', 'tables_are(name, name[], text)', 'schemas_are(name[])', 'schemas_are(name[], text)',
    'views_are(name, name[])', 'views_are(name, name[], text)', 'functions_are(name, name[])',
    'functions_are(name, name[], text)', 'triggers_are(name, name[])', 'triggers_are(name, name, name[])',
    'triggers_are(name, name, name[], text)', 'indexes_are(name, name[])', 'indexes_are(name, name, name[])',
    'policies_are(name, name[])', 'policies_are(name, name[], text)', 'policies_are(name, name, name[])',
    'policies_are(name, name, name[], text)', 'policy_roles_are(name, name, name[])',
    'policy_roles_are(name, name, name, name[])', 'policy_roles_are(name, name, name, name[], text)',
    'policy_cmd_is(name, name, text)', 'policy_cmd_is(name, name, name, text)',
    'policy_cmd_is(name, name, name, text, text)', 'enum_has_labels(name, name[])',
    'enum_has_labels(name, name, name[])', 'enum_has_labels(name, name, name[], text)', 'roles_are(name[])',
    'extensions_are(name[])']
  loop
    execute format('create function %s returns text language sql as ''select _stub_assertion()''', signature);
  end loop;
  foreach signature in array array[
    'diag(text)', 'diag(anyelement)', 'diag(variadic text[])', 'todo_start(text)', 'skip(text)', 'skip(integer)',
    'skip(text, integer)', 'collect_tap(variadic text[])', 'todo_end()']
  loop
    execute format('create function %s returns text language sql as ''select null::text''', signature);
  end loop;
  foreach signature in array array['runtests()', 'runtests(text)', 'runtests(name)', 'runtests(name, text)',
                                   'do_tap()', 'do_tap(text)', 'do_tap(name)', 'do_tap(name, text)']
  loop
    execute format('create function %s returns setof text language sql as ''select null::text where false''',
                   signature);
  end loop;
end
$$;
