-- The baseline of a Supabase project, for reading its catalog: names, types, signatures, owners and privileges are
-- the platform's, bodies do no more than a migration needs. It may run again in a database that has it.
-- pgnorm.auto_expose is on or off.

-- Roles. On the platform postgres is no superuser: an extension of the server lets it do what a shadow's may.
do $$
declare
  r record;
begin
  for r in
    select *
      from (values ('anon',                       'nologin'),
                   ('authenticated',              'nologin'),
                   ('service_role',               'nologin bypassrls'),
                   ('authenticator',              'login noinherit'),
                   ('postgres',                   'login superuser'),
                   ('supabase_admin',             'login superuser createdb createrole replication bypassrls'),
                   ('supabase_auth_admin',        'login noinherit createrole'),
                   ('supabase_storage_admin',     'login noinherit createrole'),
                   ('supabase_functions_admin',   'login noinherit createrole'),
                   ('supabase_realtime_admin',    'nologin noinherit'),
                   ('supabase_replication_admin', 'login replication'),
                   ('supabase_etl_admin',         'login replication'),
                   ('supabase_read_only_user',    'login bypassrls'),
                   ('dashboard_user',             'nologin createdb createrole replication'),
                   ('pgbouncer',                  'login'),
                   ('pgsodium_keyiduser',         'nologin'),
                   ('pgsodium_keyholder',         'nologin'),
                   ('pgsodium_keymaker',          'nologin'),
                   ('pgtle_admin',                'nologin')) role (name, options)
     where name not in (select rolname from pg_catalog.pg_roles)
  loop
    execute format('create role %I %s', r.name, r.options);
  end loop;
end
$$;

-- Granting a membership again only warns, but on a server of somebody else's it would change the grantor.
do $$
declare
  m record;
begin
  for m in
    select *
      from (values ('anon', 'authenticator'), ('authenticated', 'authenticator'), ('service_role', 'authenticator'),
                   ('anon', 'postgres'), ('authenticated', 'postgres'), ('service_role', 'postgres'),
                   ('authenticator', 'postgres'), ('supabase_auth_admin', 'postgres'),
                   ('supabase_storage_admin', 'postgres'), ('supabase_functions_admin', 'postgres'),
                   ('supabase_realtime_admin', 'postgres'), ('pg_monitor', 'postgres'),
                   ('pg_read_all_data', 'postgres'), ('pg_signal_backend', 'postgres'),
                   ('authenticator', 'supabase_storage_admin'), ('pgsodium_keyholder', 'service_role'),
                   ('pgsodium_keyiduser', 'pgsodium_keyholder'), ('pgsodium_keyholder', 'pgsodium_keymaker'),
                   ('pg_read_all_data', 'supabase_read_only_user'), ('pg_read_all_data', 'supabase_etl_admin'))
           membership (role, member)
     where not exists (select from pg_catalog.pg_auth_members a
                        where a.roleid = role::regrole and a.member = membership.member::regrole)
  loop
    execute format('grant %I to %I', m.role, m.member);
  end loop;
end
$$;

-- Schemas. Those of net, cron, pgmq and pgsodium come with their extensions.
create schema if not exists extensions          authorization postgres;
create schema if not exists auth                authorization supabase_admin;
create schema if not exists storage             authorization supabase_admin;
create schema if not exists realtime            authorization supabase_admin;
create schema if not exists _realtime           authorization postgres;
create schema if not exists graphql             authorization supabase_admin;
create schema if not exists graphql_public      authorization supabase_admin;
create schema if not exists supabase_functions  authorization supabase_admin;
create schema if not exists supabase_migrations authorization postgres;
create schema if not exists vault               authorization supabase_admin;
create schema if not exists pgbouncer           authorization pgbouncer;

grant usage on schema public, extensions, storage, graphql_public, supabase_functions, realtime
   to postgres, anon, authenticated, service_role;
grant usage on schema auth to anon, authenticated, service_role;
grant all on schema auth to supabase_auth_admin, dashboard_user, postgres;
grant all on schema storage to supabase_storage_admin, dashboard_user;
grant all on schema storage to postgres with grant option;
grant all on schema extensions to dashboard_user, postgres;
grant all on schema realtime to supabase_realtime_admin;
grant all on schema supabase_functions to supabase_functions_admin;

-- Default privileges. Where new tables are not exposed, the platform takes back only what its data API uses: TRUNCATE,
-- REFERENCES, TRIGGER and (from 17) MAINTAIN stay granted.
do $$
declare
  api text := 'anon, authenticated, service_role';
  d   record;
begin
  for d in
    select *
      from (values ('postgres', 'public'), ('postgres', 'storage'), ('supabase_admin', 'public'),
                   ('supabase_admin', 'graphql'), ('supabase_admin', 'graphql_public'),
                   ('supabase_admin', 'supabase_functions')) defaults (role, schema)
     cross join unnest(array['tables', 'functions', 'sequences']) kind
  loop
    execute format('alter default privileges for role %I in schema %I grant all on %s to postgres, %s',
                   d.role, d.schema, d.kind, api);
  end loop;
  for d in select unnest(array['tables', 'functions', 'sequences']) as kind
  loop
    execute format('alter default privileges for role supabase_auth_admin in schema auth'
                   ' grant all on %s to postgres, dashboard_user', d.kind);
    execute format('alter default privileges for role supabase_admin in schema realtime'
                   ' grant all on %s to postgres, dashboard_user', d.kind);
    execute format('alter default privileges for role supabase_admin in schema extensions'
                   ' grant all on %s to postgres with grant option', d.kind);
  end loop;
  if current_setting('pgnorm.auto_expose', true) = 'off' then
    execute 'alter default privileges for role postgres in schema public'
            ' revoke select, insert, update, delete on tables from ' || api;
    execute 'alter default privileges for role postgres in schema public revoke execute on functions from ' || api;
    execute 'alter default privileges for role postgres in schema public revoke usage, select on sequences from ' || api;
  end if;
end
$$;

-- Extensions that every project starts with, where the server has them or a stub.
set role supabase_admin;
do $$
declare
  e record;
begin
  for e in
    select name, schema
      from (values ('uuid-ossp', 'extensions'), ('pgcrypto', 'extensions'), ('pg_stat_statements', 'extensions'),
                   ('pg_graphql', 'graphql'), ('supabase_vault', 'vault')) standard (name, schema)
  loop
    if e.name in (select name from pg_catalog.pg_available_extensions) then
      execute format('create extension if not exists %I schema %I', e.name, e.schema);
    end if;
  end loop;
end
$$;
-- What the platform's servers do after DDL. A shadow has no need of it, so it is there by name and disabled.
do $$
declare
  e record;
begin
  for e in
    select *
      from (values ('issue_pg_cron_access',      'grant_pg_cron_access',    'ddl_command_end', 'CREATE EXTENSION'),
                   ('issue_pg_graphql_access',   'grant_pg_graphql_access', 'ddl_command_end', 'CREATE FUNCTION'),
                   ('issue_pg_net_access',       'grant_pg_net_access',     'ddl_command_end', 'CREATE EXTENSION'),
                   ('issue_graphql_placeholder', 'set_graphql_placeholder', 'sql_drop',        'DROP EXTENSION'),
                   ('pgrst_ddl_watch',           'pgrst_ddl_watch',         'ddl_command_end', null),
                   ('pgrst_drop_watch',          'pgrst_drop_watch',        'sql_drop',        null))
           watcher (name, function, event, tag)
     where name not in (select evtname from pg_catalog.pg_event_trigger)
  loop
    execute format('create or replace function extensions.%I() returns event_trigger language plpgsql as %L',
                   e.function, 'begin end');
    execute format('create event trigger %I on %s %s execute function extensions.%I()', e.name, e.event,
                   coalesce('when tag in (' || quote_literal(e.tag) || ')', ''), e.function);
    execute format('alter event trigger %I disable', e.name);
  end loop;
end
$$;

reset role;

-- auth
set role supabase_auth_admin;
do $$
declare
  t record;
begin
  for t in
    select *
      from (values ('aal_level',             'aal1,aal2,aal3'),
                   ('code_challenge_method', 's256,plain'),
                   ('factor_status',         'unverified,verified'),
                   ('factor_type',           'totp,webauthn,phone'),
                   ('one_time_token_type',   'confirmation_token,reauthentication_token,recovery_token,'
                                             'email_change_token_new,email_change_token_current,phone_change_token'))
           enum (name, labels)
     where to_regtype('auth.' || name) is null
  loop
    execute format('create type auth.%I as enum (%s)', t.name,
                   (select string_agg(quote_literal(label), ', ') from unnest(string_to_array(t.labels, ',')) label));
  end loop;
end
$$;

create table if not exists auth.users (
  instance_id                 uuid,
  id                          uuid not null constraint users_pkey primary key,
  aud                         varchar(255),
  role                        varchar(255),
  email                       varchar(255),
  encrypted_password          varchar(255),
  email_confirmed_at          timestamptz,
  invited_at                  timestamptz,
  confirmation_token          varchar(255),
  confirmation_sent_at        timestamptz,
  recovery_token              varchar(255),
  recovery_sent_at            timestamptz,
  email_change_token_new      varchar(255),
  email_change                varchar(255),
  email_change_sent_at        timestamptz,
  last_sign_in_at             timestamptz,
  raw_app_meta_data           jsonb,
  raw_user_meta_data          jsonb,
  is_super_admin              boolean,
  created_at                  timestamptz,
  updated_at                  timestamptz,
  phone                       text default null::varchar constraint users_phone_key unique,
  phone_confirmed_at          timestamptz,
  phone_change                text default ''::varchar,
  phone_change_token          varchar(255) default ''::varchar,
  phone_change_sent_at        timestamptz,
  confirmed_at                timestamptz generated always as (least(email_confirmed_at, phone_confirmed_at)) stored,
  email_change_token_current  varchar(255) default ''::varchar,
  email_change_confirm_status smallint default 0 constraint users_email_change_confirm_status_check
                                check (email_change_confirm_status >= 0 and email_change_confirm_status <= 2),
  banned_until                timestamptz,
  reauthentication_token      varchar(255) default ''::varchar,
  reauthentication_sent_at    timestamptz,
  is_sso_user                 boolean not null default false,
  deleted_at                  timestamptz,
  is_anonymous                boolean not null default false
);
create index if not exists users_instance_id_idx on auth.users (instance_id);
create index if not exists users_instance_id_email_idx on auth.users (instance_id, lower(email::text));
create index if not exists users_is_anonymous_idx on auth.users (is_anonymous);
create unique index if not exists users_email_partial_key on auth.users (email) where is_sso_user = false;

create table if not exists auth.identities (
  provider_id     text not null,
  user_id         uuid not null references auth.users (id) on delete cascade,
  identity_data   jsonb not null,
  provider        text not null,
  last_sign_in_at timestamptz,
  created_at      timestamptz,
  updated_at      timestamptz,
  email           text generated always as (lower(identity_data ->> 'email')) stored,
  id              uuid not null default gen_random_uuid() primary key,
  constraint identities_provider_id_provider_unique unique (provider_id, provider)
);
create table if not exists auth.sessions (
  id           uuid not null primary key,
  user_id      uuid not null references auth.users (id) on delete cascade,
  created_at   timestamptz,
  updated_at   timestamptz,
  factor_id    uuid,
  aal          auth.aal_level,
  not_after    timestamptz,
  refreshed_at timestamp,
  user_agent   text,
  ip           inet,
  tag          text
);
create table if not exists auth.refresh_tokens (
  instance_id uuid,
  id          bigserial primary key,
  token       varchar(255) constraint refresh_tokens_token_unique unique,
  user_id     varchar(255),
  revoked     boolean,
  created_at  timestamptz,
  updated_at  timestamptz,
  parent      varchar(255),
  session_id  uuid references auth.sessions (id) on delete cascade
);
create table if not exists auth.mfa_factors (
  id                 uuid not null primary key,
  user_id            uuid not null references auth.users (id) on delete cascade,
  friendly_name      text,
  factor_type        auth.factor_type not null,
  status             auth.factor_status not null,
  created_at         timestamptz not null,
  updated_at         timestamptz not null,
  secret             text,
  phone              text,
  last_challenged_at timestamptz unique
);
create table if not exists auth.mfa_challenges (
  id          uuid not null primary key,
  factor_id   uuid not null references auth.mfa_factors (id) on delete cascade,
  created_at  timestamptz not null,
  verified_at timestamptz,
  ip_address  inet not null,
  otp_code    text
);
create table if not exists auth.mfa_amr_claims (
  session_id            uuid not null references auth.sessions (id) on delete cascade,
  created_at            timestamptz not null,
  updated_at            timestamptz not null,
  authentication_method text not null,
  id                    uuid not null constraint amr_id_pk primary key
);
create table if not exists auth.one_time_tokens (
  id         uuid not null primary key,
  user_id    uuid not null references auth.users (id) on delete cascade,
  token_type auth.one_time_token_type not null,
  token_hash text not null check (char_length(token_hash) > 0),
  relates_to text not null,
  created_at timestamp not null default now(),
  updated_at timestamp not null default now()
);
create table if not exists auth.flow_state (
  id                     uuid not null primary key,
  user_id                uuid,
  auth_code              text not null,
  code_challenge_method  auth.code_challenge_method not null,
  code_challenge         text not null,
  provider_type          text not null,
  provider_access_token  text,
  provider_refresh_token text,
  created_at             timestamptz,
  updated_at             timestamptz,
  authentication_method  text not null,
  auth_code_issued_at    timestamptz
);
create table if not exists auth.sso_providers (
  id          uuid not null primary key,
  resource_id text,
  created_at  timestamptz,
  updated_at  timestamptz
);
create table if not exists auth.sso_domains (
  id              uuid not null primary key,
  sso_provider_id uuid not null references auth.sso_providers (id) on delete cascade,
  domain          text not null,
  created_at      timestamptz,
  updated_at      timestamptz
);
create table if not exists auth.instances (
  id              uuid not null primary key,
  uuid            uuid,
  raw_base_config text,
  created_at      timestamptz,
  updated_at      timestamptz
);
create table if not exists auth.audit_log_entries (
  instance_id uuid,
  id          uuid not null primary key,
  payload     json,
  created_at  timestamptz,
  ip_address  varchar(64) not null default ''
);
create table if not exists auth.schema_migrations (
  version varchar(255) not null primary key
);
do $$
declare
  t regclass;
begin
  for t in select oid from pg_catalog.pg_class where relnamespace = 'auth'::regnamespace and relkind = 'r'
  loop
    execute format('alter table %s enable row level security', t);
  end loop;
end
$$;

create or replace function auth.uid() returns uuid language sql stable as $$
  select coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''),
                  nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid
$$;
create or replace function auth.role() returns text language sql stable as $$
  select coalesce(nullif(current_setting('request.jwt.claim.role', true), ''),
                  nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role')
$$;
create or replace function auth.email() returns text language sql stable as $$
  select coalesce(nullif(current_setting('request.jwt.claim.email', true), ''),
                  nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email')
$$;
create or replace function auth.jwt() returns jsonb language sql stable as $$
  select coalesce(nullif(current_setting('request.jwt.claim', true), ''),
                  nullif(current_setting('request.jwt.claims', true), ''))::jsonb
$$;
grant all on all tables in schema auth to dashboard_user, postgres;
grant all on all sequences in schema auth to dashboard_user, postgres;
grant all on all functions in schema auth to dashboard_user, postgres;
reset role;

-- storage
set role supabase_storage_admin;
create table if not exists storage.buckets (
  id                 text not null constraint buckets_pkey primary key,
  name               text not null,
  owner              uuid,
  created_at         timestamptz default now(),
  updated_at         timestamptz default now(),
  public             boolean default false,
  avif_autodetection boolean default false,
  file_size_limit    bigint,
  allowed_mime_types text[],
  owner_id           text
);
create table if not exists storage.objects (
  id               uuid not null default gen_random_uuid() constraint objects_pkey primary key,
  bucket_id        text constraint "objects_bucketId_fkey" references storage.buckets (id),
  name             text,
  owner            uuid,
  created_at       timestamptz default now(),
  updated_at       timestamptz default now(),
  last_accessed_at timestamptz default now(),
  metadata         jsonb,
  path_tokens      text[] generated always as (string_to_array(name, '/'::text)) stored,
  version          text,
  owner_id         text,
  user_metadata    jsonb
);
create table if not exists storage.migrations (
  id          integer not null primary key,
  name        varchar(100) not null unique,
  hash        varchar(40) not null,
  executed_at timestamp default current_timestamp
);
create table if not exists storage.s3_multipart_uploads (
  id               text not null primary key,
  in_progress_size bigint not null default 0,
  upload_signature text not null,
  bucket_id        text not null references storage.buckets (id),
  key              text collate "C" not null,
  version          text not null,
  owner_id         text,
  created_at       timestamptz not null default now(),
  user_metadata    jsonb
);
create table if not exists storage.s3_multipart_uploads_parts (
  id          uuid not null default gen_random_uuid() primary key,
  upload_id   text not null references storage.s3_multipart_uploads (id) on delete cascade,
  size        bigint not null default 0,
  part_number integer not null,
  bucket_id   text not null references storage.buckets (id),
  key         text collate "C" not null,
  etag        text not null,
  owner_id    text,
  version     text not null,
  created_at  timestamptz not null default now()
);
create unique index if not exists bname on storage.buckets (name);
create unique index if not exists bucketid_objname on storage.objects (bucket_id, name);
create index if not exists name_prefix_search on storage.objects (name text_pattern_ops);
create index if not exists idx_objects_bucket_id_name on storage.objects (bucket_id, name collate "C");
alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;
alter table storage.migrations enable row level security;
alter table storage.s3_multipart_uploads enable row level security;
alter table storage.s3_multipart_uploads_parts enable row level security;

create or replace function storage.foldername(name text) returns text[] language plpgsql immutable as $$
begin
  return (string_to_array(name, '/'))[1 : cardinality(string_to_array(name, '/')) - 1];
end
$$;
create or replace function storage.filename(name text) returns text language plpgsql immutable as $$
begin
  return (string_to_array(name, '/'))[cardinality(string_to_array(name, '/'))];
end
$$;
create or replace function storage.extension(name text) returns text language plpgsql immutable as $$
begin
  return reverse(split_part(reverse(storage.filename(name)), '.', 1));
end
$$;
create or replace function storage.get_size_by_bucket() returns table (size bigint, bucket_id text)
language plpgsql stable as $$
begin
  return query select sum((o.metadata ->> 'size')::bigint)::bigint, o.bucket_id from storage.objects o group by 2;
end
$$;
create or replace function storage.can_insert_object(bucketid text, name text, owner uuid, metadata jsonb) returns void
language plpgsql as $$
begin
end
$$;
create or replace function storage.search(
  prefix text, bucketname text, limits integer default 100, levels integer default 1, offsets integer default 0,
  search text default '', sortcolumn text default 'name', sortorder text default 'asc'
) returns table (name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz,
                 metadata jsonb)
language plpgsql stable as $$
begin
end
$$;
create or replace function storage.operation() returns text language plpgsql stable as $$
begin
  return current_setting('storage.operation', true);
end
$$;
create or replace function storage.update_updated_at_column() returns trigger language plpgsql as $$
begin
  new.updated_at = now();
  return new;
end
$$;
create or replace function storage.enforce_bucket_name_length() returns trigger language plpgsql as $$
begin
  return new;
end
$$;
create or replace function storage.protect_delete() returns trigger language plpgsql as $$
begin
  return null;
end
$$;
create or replace trigger update_objects_updated_at before update on storage.objects
  for each row execute function storage.update_updated_at_column();
grant all on storage.buckets, storage.objects to anon, authenticated, service_role;
grant all on storage.buckets, storage.objects to postgres with grant option;
grant all on all functions in schema storage to postgres, dashboard_user;
reset role;

-- realtime
set role supabase_admin;
create table if not exists realtime.messages (
  topic       text not null,
  extension   text not null,
  payload     jsonb,
  event       text,
  private     boolean default false,
  updated_at  timestamp not null default now(),
  inserted_at timestamp not null default now(),
  id          uuid not null default gen_random_uuid(),
  constraint messages_pkey primary key (id, inserted_at)
) partition by range (inserted_at);
alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to anon, authenticated, service_role;
create or replace function realtime.topic() returns text language sql stable as $$
  select nullif(current_setting('realtime.topic', true), '')
$$;
create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true)
returns void language plpgsql as $$
begin
end
$$;
create or replace function realtime.broadcast_changes(
  topic_name text, event_name text, operation text, table_name text, table_schema text, new record, old record,
  level text default 'ROW'
) returns void language plpgsql as $$
begin
end
$$;

-- Webhooks and GraphQL
create table if not exists supabase_functions.migrations (
  version     text primary key,
  inserted_at timestamptz not null default now()
);
create table if not exists supabase_functions.hooks (
  id            bigserial primary key,
  hook_table_id integer not null,
  hook_name     text not null,
  created_at    timestamptz not null default now(),
  request_id    bigint
);
create or replace function supabase_functions.http_request() returns trigger
language plpgsql security definer set search_path = supabase_functions as $$
begin
  return new;
end
$$;
alter table supabase_functions.migrations owner to supabase_functions_admin;
alter table supabase_functions.hooks owner to supabase_functions_admin;
alter function supabase_functions.http_request() owner to supabase_functions_admin;
grant execute on function supabase_functions.http_request() to postgres, anon, authenticated, service_role;

create or replace function graphql_public.graphql(
  "operationName" text default null, query text default null, variables jsonb default null,
  extensions jsonb default null
) returns jsonb language sql as $$
  select null::jsonb
$$;
reset role;

-- The history of migrations, and the publication that Realtime reads.
create table if not exists supabase_migrations.schema_migrations (
  version    text not null primary key,
  statements text[],
  name       text
);
create table if not exists supabase_migrations.seed_files (
  path text not null primary key,
  hash text not null
);
alter table supabase_migrations.schema_migrations owner to postgres;
alter table supabase_migrations.seed_files owner to postgres;
do $$
begin
  if not exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime') then
    create publication supabase_realtime;
    alter publication supabase_realtime owner to postgres;
  end if;
end
$$;
