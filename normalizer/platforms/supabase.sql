-- supabase_stub.sql -- minimal, idempotent imitation of the Supabase platform for a throw-away
-- "shadow" PostgreSQL (tested on 15, 16, 17, 18).  Run as a superuser in an EMPTY database (normally
-- once, into a template database which the tool then clones).  Hand-written; shapes follow the public
-- catalogue of the platform.  Nothing here is meant to *work* at run time: only names, signatures,
-- types, owners and ACLs matter, because the tool only reads the catalogue back.
SET client_min_messages = error;
SET check_function_bodies = off;

-- 1. Roles (cluster-wide, therefore guarded) ---------------------------------------------------------
DO $$
DECLARE r record;
BEGIN
  FOR r IN SELECT * FROM (VALUES
    ('postgres',                    'SUPERUSER CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS'), -- platform: NOSUPERUSER + supautils
    ('supabase_admin',              'SUPERUSER CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS'),
    ('anon',                        'NOLOGIN NOINHERIT'),
    ('authenticated',               'NOLOGIN NOINHERIT'),
    ('service_role',                'NOLOGIN NOINHERIT BYPASSRLS'),
    ('authenticator',               'LOGIN NOINHERIT'),
    ('dashboard_user',              'NOLOGIN CREATEROLE CREATEDB REPLICATION'),
    ('supabase_auth_admin',         'LOGIN NOINHERIT CREATEROLE'),
    ('supabase_storage_admin',      'LOGIN NOINHERIT CREATEROLE'),
    ('supabase_functions_admin',    'LOGIN NOINHERIT CREATEROLE'),
    ('supabase_realtime_admin',     'NOLOGIN NOINHERIT'),
    ('supabase_replication_admin',  'LOGIN REPLICATION'),
    ('supabase_read_only_user',     'LOGIN BYPASSRLS'),
    ('supabase_etl_admin',          'LOGIN REPLICATION'),
    ('pgbouncer',                   'LOGIN'),
    ('pgsodium_keyholder',          'NOLOGIN'),
    ('pgsodium_keyiduser',          'NOLOGIN'),
    ('pgsodium_keymaker',           'NOLOGIN')
  ) v(name, opts) LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = r.name) THEN
      EXECUTE format('CREATE ROLE %I %s', r.name, r.opts);
    END IF;
  END LOOP;
END $$;
GRANT anon, authenticated, service_role TO authenticator;
GRANT anon, authenticated, service_role, authenticator, supabase_auth_admin, supabase_storage_admin,
      supabase_functions_admin, supabase_realtime_admin, pg_monitor TO postgres;
GRANT anon, authenticated, service_role TO supabase_storage_admin;
GRANT pg_read_all_data TO supabase_read_only_user;

-- 2. Schemas -----------------------------------------------------------------------------------------
CREATE SCHEMA IF NOT EXISTS extensions         AUTHORIZATION postgres;
CREATE SCHEMA IF NOT EXISTS auth               AUTHORIZATION supabase_admin;
CREATE SCHEMA IF NOT EXISTS storage            AUTHORIZATION supabase_admin;
CREATE SCHEMA IF NOT EXISTS realtime           AUTHORIZATION supabase_admin;
CREATE SCHEMA IF NOT EXISTS _realtime          AUTHORIZATION postgres;
CREATE SCHEMA IF NOT EXISTS graphql            AUTHORIZATION supabase_admin;
CREATE SCHEMA IF NOT EXISTS graphql_public     AUTHORIZATION supabase_admin;
CREATE SCHEMA IF NOT EXISTS supabase_functions AUTHORIZATION supabase_admin;
CREATE SCHEMA IF NOT EXISTS supabase_migrations AUTHORIZATION postgres;
CREATE SCHEMA IF NOT EXISTS vault              AUTHORIZATION supabase_admin;
CREATE SCHEMA IF NOT EXISTS pgbouncer          AUTHORIZATION pgbouncer;
-- `net`, `cron`, `pgmq`, `pgsodium` are NOT created here: their extensions create them (stub_extensions/).

GRANT USAGE ON SCHEMA public, extensions, auth, storage, realtime, graphql_public, supabase_functions
  TO postgres, anon, authenticated, service_role;
GRANT ALL ON SCHEMA auth TO supabase_auth_admin, dashboard_user, postgres;
GRANT ALL ON SCHEMA storage TO supabase_storage_admin, dashboard_user, postgres;
GRANT ALL ON SCHEMA extensions TO dashboard_user;
GRANT ALL ON SCHEMA supabase_functions TO supabase_functions_admin;
GRANT USAGE, CREATE ON SCHEMA public TO postgres;

-- Default privileges.  New projects may have the Data-API part revoked ("auto_expose_new_tables = false"):
-- SET pgnorm.auto_expose = 'off' before running this file when config.toml says so.  The platform's revoke
-- leaves TRUNCATE/REFERENCES/TRIGGER (and MAINTAIN on 17+) behind, so grant first, then revoke the same way.
DO $$
DECLARE who text; k text; api text := 'anon, authenticated, service_role';
BEGIN
  FOREACH who IN ARRAY ARRAY['postgres', 'supabase_admin'] LOOP
    FOREACH k IN ARRAY ARRAY['TABLES', 'FUNCTIONS', 'SEQUENCES'] LOOP
      EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA public GRANT ALL ON %s TO postgres, %s', who, k, api);
      EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA storage GRANT ALL ON %s TO postgres, %s', who, k, api);
      EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA graphql_public GRANT ALL ON %s TO postgres, %s', who, k, api);
    END LOOP;
  END LOOP;
  IF nullif(current_setting('pgnorm.auto_expose', true), '') = 'off' THEN
    EXECUTE 'ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public REVOKE SELECT, INSERT, UPDATE, DELETE ON TABLES FROM ' || api;
    EXECUTE 'ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public REVOKE USAGE, SELECT ON SEQUENCES FROM ' || api;
    EXECUTE 'ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public REVOKE EXECUTE ON FUNCTIONS FROM ' || api;
  END IF;
END $$;

-- 3. Extensions every project starts with (skipped quietly when the server has neither real nor stub) --
DO $$
DECLARE e record;
BEGIN
  FOR e IN SELECT * FROM (VALUES
    ('plpgsql', 'pg_catalog'), ('uuid-ossp', 'extensions'), ('pgcrypto', 'extensions'),
    ('pg_stat_statements', 'extensions'), ('pg_graphql', 'graphql'), ('supabase_vault', 'vault'),
    -- SET stub.local_cli = 'on' to match the Supabase CLI's local image, which also pre-installs pg_net
    -- (webhook.sql) and, up to 15, pgjwt; hosted projects may or may not have them.
    ('pg_net', 'extensions'), ('pgjwt', 'extensions')) v(n, s) LOOP
    CONTINUE WHEN e.n IN ('pg_net', 'pgjwt') AND coalesce(current_setting('stub.local_cli', true), '') <> 'on';
    CONTINUE WHEN e.n = 'pgjwt' AND current_setting('server_version_num')::int >= 170000;
    IF EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name = e.n) THEN
      EXECUTE format('CREATE EXTENSION IF NOT EXISTS %I SCHEMA %I', e.n, e.s);
    END IF;
  END LOOP;
END $$;

-- 4. auth --------------------------------------------------------------------------------------------
SET ROLE supabase_auth_admin;
DO $$
DECLARE t record;
BEGIN
  FOR t IN SELECT * FROM (VALUES
    ('aal_level',              '''aal1'',''aal2'',''aal3'''),
    ('code_challenge_method',  '''s256'',''plain'''),
    ('factor_status',          '''unverified'',''verified'''),
    ('factor_type',            '''totp'',''webauthn'',''phone'''),
    ('one_time_token_type',    '''confirmation_token'',''reauthentication_token'',''recovery_token'',''email_change_token_new'',''email_change_token_current'',''phone_change_token''')
  ) v(n, labels) LOOP
    IF to_regtype('auth.' || t.n) IS NULL THEN
      EXECUTE format('CREATE TYPE auth.%I AS ENUM (%s)', t.n, t.labels);
    END IF;
  END LOOP;
END $$;

CREATE TABLE IF NOT EXISTS auth.users (
  instance_id uuid,
  id uuid NOT NULL CONSTRAINT users_pkey PRIMARY KEY,
  aud character varying(255),
  role character varying(255),
  email character varying(255),
  encrypted_password character varying(255),
  email_confirmed_at timestamp with time zone,
  invited_at timestamp with time zone,
  confirmation_token character varying(255),
  confirmation_sent_at timestamp with time zone,
  recovery_token character varying(255),
  recovery_sent_at timestamp with time zone,
  email_change_token_new character varying(255),
  email_change character varying(255),
  email_change_sent_at timestamp with time zone,
  last_sign_in_at timestamp with time zone,
  raw_app_meta_data jsonb,
  raw_user_meta_data jsonb,
  is_super_admin boolean,
  created_at timestamp with time zone,
  updated_at timestamp with time zone,
  phone text DEFAULT NULL::character varying CONSTRAINT users_phone_key UNIQUE,
  phone_confirmed_at timestamp with time zone,
  phone_change text DEFAULT ''::character varying,
  phone_change_token character varying(255) DEFAULT ''::character varying,
  phone_change_sent_at timestamp with time zone,
  confirmed_at timestamp with time zone GENERATED ALWAYS AS (LEAST(email_confirmed_at, phone_confirmed_at)) STORED,
  email_change_token_current character varying(255) DEFAULT ''::character varying,
  email_change_confirm_status smallint DEFAULT 0
    CONSTRAINT users_email_change_confirm_status_check CHECK (email_change_confirm_status >= 0 AND email_change_confirm_status <= 2),
  banned_until timestamp with time zone,
  reauthentication_token character varying(255) DEFAULT ''::character varying,
  reauthentication_sent_at timestamp with time zone,
  is_sso_user boolean NOT NULL DEFAULT false,
  deleted_at timestamp with time zone,
  is_anonymous boolean NOT NULL DEFAULT false
);
CREATE TABLE IF NOT EXISTS auth.instances (id uuid NOT NULL PRIMARY KEY, uuid uuid, raw_base_config text, created_at timestamptz, updated_at timestamptz);
CREATE TABLE IF NOT EXISTS auth.identities (
  provider_id text NOT NULL, user_id uuid NOT NULL REFERENCES auth.users(id) ON DELETE CASCADE, identity_data jsonb NOT NULL,
  provider text NOT NULL, last_sign_in_at timestamptz, created_at timestamptz, updated_at timestamptz,
  email text GENERATED ALWAYS AS (lower(identity_data ->> 'email')) STORED, id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  CONSTRAINT identities_provider_id_provider_unique UNIQUE (provider_id, provider));
CREATE TABLE IF NOT EXISTS auth.sessions (
  id uuid NOT NULL PRIMARY KEY, user_id uuid NOT NULL REFERENCES auth.users(id) ON DELETE CASCADE, created_at timestamptz, updated_at timestamptz,
  factor_id uuid, aal auth.aal_level, not_after timestamptz, refreshed_at timestamp, user_agent text, ip inet, tag text);
CREATE TABLE IF NOT EXISTS auth.refresh_tokens (
  instance_id uuid, id bigserial PRIMARY KEY, token varchar(255) UNIQUE, user_id varchar(255), revoked boolean,
  created_at timestamptz, updated_at timestamptz, parent varchar(255), session_id uuid REFERENCES auth.sessions(id) ON DELETE CASCADE);
CREATE TABLE IF NOT EXISTS auth.mfa_factors (
  id uuid NOT NULL PRIMARY KEY, user_id uuid NOT NULL REFERENCES auth.users(id) ON DELETE CASCADE, friendly_name text, factor_type auth.factor_type NOT NULL,
  status auth.factor_status NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, secret text, phone text, last_challenged_at timestamptz);
CREATE TABLE IF NOT EXISTS auth.audit_log_entries (instance_id uuid, id uuid NOT NULL PRIMARY KEY, payload json, created_at timestamptz, ip_address varchar(64) NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS auth.schema_migrations (version varchar(255) NOT NULL PRIMARY KEY);
ALTER TABLE auth.users ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.identities ENABLE ROW LEVEL SECURITY;

CREATE OR REPLACE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS
$$ select coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''), (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'))::uuid $$;
CREATE OR REPLACE FUNCTION auth.role() RETURNS text LANGUAGE sql STABLE AS
$$ select coalesce(nullif(current_setting('request.jwt.claim.role', true), ''), (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'))::text $$;
CREATE OR REPLACE FUNCTION auth.email() RETURNS text LANGUAGE sql STABLE AS
$$ select coalesce(nullif(current_setting('request.jwt.claim.email', true), ''), (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'))::text $$;
CREATE OR REPLACE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE AS
$$ select coalesce(nullif(current_setting('request.jwt.claim', true), ''), nullif(current_setting('request.jwt.claims', true), ''))::jsonb $$;
GRANT ALL ON ALL TABLES IN SCHEMA auth TO dashboard_user, postgres;
GRANT ALL ON ALL FUNCTIONS IN SCHEMA auth TO dashboard_user, postgres;
ALTER DEFAULT PRIVILEGES FOR ROLE supabase_auth_admin IN SCHEMA auth GRANT ALL ON TABLES TO postgres, dashboard_user;
RESET ROLE;

-- 5. storage -----------------------------------------------------------------------------------------
SET ROLE supabase_storage_admin;
CREATE TABLE IF NOT EXISTS storage.buckets (
  id text NOT NULL CONSTRAINT buckets_pkey PRIMARY KEY, name text NOT NULL, owner uuid, created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now(),
  public boolean DEFAULT false, avif_autodetection boolean DEFAULT false, file_size_limit bigint, allowed_mime_types text[], owner_id text);
CREATE TABLE IF NOT EXISTS storage.objects (
  id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT objects_pkey PRIMARY KEY, bucket_id text CONSTRAINT "objects_bucketId_fkey" REFERENCES storage.buckets(id),
  name text, owner uuid, created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now(), last_accessed_at timestamptz DEFAULT now(), metadata jsonb,
  path_tokens text[] GENERATED ALWAYS AS (string_to_array(name, '/'::text)) STORED, version text, owner_id text, user_metadata jsonb);
CREATE TABLE IF NOT EXISTS storage.migrations (id integer NOT NULL PRIMARY KEY, name varchar(100) NOT NULL UNIQUE, hash varchar(40) NOT NULL, executed_at timestamp DEFAULT current_timestamp);
CREATE UNIQUE INDEX IF NOT EXISTS bname ON storage.buckets (name);
CREATE UNIQUE INDEX IF NOT EXISTS bucketid_objname ON storage.objects (bucket_id, name);
ALTER TABLE storage.buckets ENABLE ROW LEVEL SECURITY;
ALTER TABLE storage.objects ENABLE ROW LEVEL SECURITY;
ALTER TABLE storage.migrations ENABLE ROW LEVEL SECURITY;
CREATE OR REPLACE FUNCTION storage.foldername(name text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS
$$ declare _parts text[]; begin select string_to_array(name, '/') into _parts; return _parts[1:array_length(_parts,1)-1]; end $$;
CREATE OR REPLACE FUNCTION storage.filename(name text) RETURNS text LANGUAGE plpgsql AS
$$ declare _parts text[]; begin select string_to_array(name, '/') into _parts; return _parts[array_length(_parts,1)]; end $$;
CREATE OR REPLACE FUNCTION storage.extension(name text) RETURNS text LANGUAGE plpgsql AS
$$ begin return reverse(split_part(reverse(storage.filename(name)), '.', 1)); end $$;
CREATE OR REPLACE FUNCTION storage.get_size_by_bucket() RETURNS TABLE(size bigint, bucket_id text) LANGUAGE sql AS
$$ select sum((metadata->>'size')::int), obj.bucket_id from storage.objects obj group by obj.bucket_id $$;
CREATE OR REPLACE FUNCTION storage.can_insert_object(bucketid text, name text, owner uuid, metadata jsonb) RETURNS void LANGUAGE plpgsql AS $$ begin end $$;
CREATE OR REPLACE FUNCTION storage.search(prefix text, bucketname text, limits integer DEFAULT 100, levels integer DEFAULT 1, offsets integer DEFAULT 0, search text DEFAULT '', sortcolumn text DEFAULT 'name', sortorder text DEFAULT 'asc')
  RETURNS TABLE(name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz, metadata jsonb) LANGUAGE plpgsql STABLE AS $$ begin end $$;
CREATE OR REPLACE FUNCTION storage.update_updated_at_column() RETURNS trigger LANGUAGE plpgsql AS $$ begin new.updated_at = now(); return new; end $$;
GRANT ALL ON ALL TABLES IN SCHEMA storage TO postgres, anon, authenticated, service_role;
GRANT ALL ON ALL FUNCTIONS IN SCHEMA storage TO postgres, anon, authenticated, service_role;
RESET ROLE;

-- 6. realtime, functions, graphql, vault --------------------------------------------------------------
CREATE TABLE IF NOT EXISTS realtime.messages (
  topic text NOT NULL, extension text NOT NULL, payload jsonb, event text, private boolean DEFAULT false,
  updated_at timestamp NOT NULL DEFAULT now(), inserted_at timestamp NOT NULL DEFAULT now(), id uuid NOT NULL DEFAULT gen_random_uuid(),
  PRIMARY KEY (id, inserted_at)) PARTITION BY RANGE (inserted_at);
ALTER TABLE realtime.messages ENABLE ROW LEVEL SECURITY;
CREATE OR REPLACE FUNCTION realtime.topic() RETURNS text LANGUAGE sql STABLE AS $$ select nullif(current_setting('realtime.topic', true), '')::text $$;
CREATE OR REPLACE FUNCTION realtime.send(payload jsonb, event text, topic text, private boolean DEFAULT true) RETURNS void LANGUAGE plpgsql AS $$ begin end $$;
CREATE OR REPLACE FUNCTION realtime.broadcast_changes(topic_name text, event_name text, operation text, table_name text, table_schema text, new record, old record, level text DEFAULT 'ROW') RETURNS void LANGUAGE plpgsql AS $$ begin end $$;

CREATE TABLE IF NOT EXISTS supabase_functions.migrations (version text PRIMARY KEY, inserted_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS supabase_functions.hooks (id bigserial PRIMARY KEY, hook_table_id integer NOT NULL, hook_name text NOT NULL, created_at timestamptz NOT NULL DEFAULT now(), request_id bigint);
CREATE OR REPLACE FUNCTION supabase_functions.http_request() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = supabase_functions AS $$ begin return new; end $$;

CREATE TABLE IF NOT EXISTS supabase_migrations.schema_migrations (version text NOT NULL PRIMARY KEY, statements text[], name text);

DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_graphql') THEN
    CREATE OR REPLACE FUNCTION graphql_public.graphql("operationName" text DEFAULT NULL, query text DEFAULT NULL, variables jsonb DEFAULT NULL, extensions jsonb DEFAULT NULL)
      RETURNS jsonb LANGUAGE sql AS 'select ''{}''::jsonb';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'supabase_vault') THEN
    CREATE TABLE IF NOT EXISTS vault.secrets (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text, description text NOT NULL DEFAULT '', secret text NOT NULL, key_id uuid, nonce bytea, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
    CREATE OR REPLACE VIEW vault.decrypted_secrets AS SELECT id, name, description, secret, secret AS decrypted_secret, key_id, nonce, created_at, updated_at FROM vault.secrets;
    CREATE OR REPLACE FUNCTION vault.create_secret(new_secret text, new_name text DEFAULT NULL, new_description text DEFAULT '', new_key_id uuid DEFAULT NULL) RETURNS uuid LANGUAGE sql AS 'select gen_random_uuid()';
    CREATE OR REPLACE FUNCTION vault.update_secret(secret_id uuid, new_secret text DEFAULT NULL, new_name text DEFAULT NULL, new_description text DEFAULT NULL, new_key_id uuid DEFAULT NULL) RETURNS void LANGUAGE sql AS '';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_publication WHERE pubname = 'supabase_realtime') THEN
    CREATE PUBLICATION supabase_realtime WITH (publish = 'insert, update, delete, truncate');
  END IF;
END $$;
RESET client_min_messages;
RESET check_function_bodies;
