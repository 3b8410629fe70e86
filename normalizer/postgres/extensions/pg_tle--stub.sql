create type pgtle.pg_tle_features as enum ('passcheck', 'clientauth');
create type pgtle.password_types as enum ('PASSWORD_TYPE_PLAINTEXT', 'PASSWORD_TYPE_MD5',
                                          'PASSWORD_TYPE_SCRAM_SHA_256');
create type pgtle.clientauth_port_subset as (
  noblock                 boolean,
  remote_host             text,
  remote_hostname         text,
  remote_hostname_resolv  integer,
  remote_hostname_errcode integer,
  database_name           text,
  user_name               text
);
create table pgtle.feature_info (
  feature      pgtle.pg_tle_features,
  schema_name  text,
  proname      text,
  obj_identity text not null,
  primary key (feature, schema_name, proname)
);
do $$
declare
  signature text;
begin
  foreach signature in array array[
    'install_extension(name text, version text, description text, ext text, requires text[] default null)',
    'install_extension_version_sql(name text, version text, ext text)',
    'install_update_path(name text, fromvers text, tovers text, ext text)',
    'set_default_version(name text, version text)',
    'uninstall_extension(extname text)',
    'uninstall_extension(extname text, version text)',
    'uninstall_extension_if_exists(extname text)',
    'uninstall_update_path(extname text, fromvers text, tovers text)',
    'uninstall_update_path_if_exists(extname text, fromvers text, tovers text)',
    'register_feature_if_not_exists(proc regproc, feature pgtle.pg_tle_features)',
    'unregister_feature_if_exists(proc regproc, feature pgtle.pg_tle_features)',
    'create_shell_type_if_not_exists(typenamespace regnamespace, typename name)',
    'create_base_type_if_not_exists(typenamespace regnamespace, typename name, infunc regprocedure,'
      ' outfunc regprocedure, internallength integer, alignment text default ''int4'','
      ' storage text default ''plain'')',
    'create_operator_func_if_not_exists(typenamespace regnamespace, typename name, opfunc regprocedure)']
  loop
    execute format('create function pgtle.%s returns boolean language sql as ''select true''', signature);
  end loop;
  foreach signature in array array[
    'register_feature(proc regproc, feature pgtle.pg_tle_features)',
    'unregister_feature(proc regproc, feature pgtle.pg_tle_features)',
    'create_shell_type(typenamespace regnamespace, typename name)',
    'create_base_type(typenamespace regnamespace, typename name, infunc regprocedure, outfunc regprocedure,'
      ' internallength integer, alignment text default ''int4'', storage text default ''plain'')',
    'create_operator_func(typenamespace regnamespace, typename name, opfunc regprocedure)']
  loop
    execute format('create function pgtle.%s returns void language sql as ''''', signature);
  end loop;
end
$$;
create function pgtle.available_extensions(out name name, out default_version text, out comment text)
  returns setof record language sql as 'select null::name, null, null where false';
create function pgtle.available_extension_versions(
  out name name, out version text, out superuser boolean, out trusted boolean, out relocatable boolean,
  out schema name, out requires name[], out comment text
) returns setof record language sql
  as 'select null::name, null, null::boolean, null::boolean, null::boolean, null::name, null::name[], null where false';
create function pgtle.extension_update_paths(name name, out source text, out target text, out path text)
  returns setof record language sql as 'select null, null, null where false';
