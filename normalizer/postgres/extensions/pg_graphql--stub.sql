create sequence graphql.seq_schema_version as integer cycle;
create function graphql._internal_resolve(query text, variables jsonb default '{}', "operationName" text default null,
                                          extensions jsonb default null)
  returns jsonb language sql as 'select null::jsonb';
create function graphql.resolve(query text, variables jsonb default '{}', "operationName" text default null,
                                extensions jsonb default null)
  returns jsonb language sql as 'select null::jsonb';
create function graphql.comment_directive(comment_ text) returns jsonb language sql immutable as 'select ''{}''::jsonb';
create function graphql.exception(message text) returns text language sql as 'select $1';
create function graphql.get_schema_version() returns integer language sql as 'select 1';
create function graphql.increment_schema_version() returns event_trigger language plpgsql as 'begin end';
