create type pgsodium.key_status as enum ('default', 'valid', 'invalid', 'expired');
create type pgsodium.key_type as enum ('aead-ietf', 'aead-det', 'hmacsha512', 'hmacsha256', 'auth', 'shorthash',
                                       'generichash', 'kdf', 'secretbox', 'secretstream', 'stream_xchacha20');
create type pgsodium.crypto_box_keypair as (public bytea, secret bytea);
create type pgsodium.crypto_sign_keypair as (public bytea, secret bytea);
create type pgsodium.crypto_kx_keypair as (public bytea, secret bytea);
create type pgsodium.crypto_kx_session as (rx bytea, tx bytea);
create type pgsodium.crypto_signcrypt_keypair as (public bytea, secret bytea);
create type pgsodium.crypto_signcrypt_state_key as (state bytea, shared_key bytea);
create table pgsodium.key (
  id              uuid primary key default gen_random_uuid(),
  status          pgsodium.key_status default 'valid',
  created         timestamptz not null default current_timestamp,
  expires         timestamptz,
  key_type        pgsodium.key_type,
  key_id          bigserial,
  key_context     bytea default '\x7067736f6469756d' check (length(key_context) = 8),
  name            text unique,
  associated_data text default 'associated',
  raw_key         bytea,
  raw_key_nonce   bytea,
  parent_key      uuid references pgsodium.key,
  comment         text,
  user_data       text
);
create view pgsodium.valid_key as
  select id, name, status, key_type, key_id, key_context, created, expires, associated_data
    from pgsodium.key
   where status in ('valid', 'default') and coalesce(expires > now(), true);
create view pgsodium.decrypted_key as
  select id, status, created, expires, key_type, key_id, key_context, name, associated_data, raw_key,
         raw_key as decrypted_raw_key, raw_key_nonce, parent_key, comment
    from pgsodium.key;
create function pgsodium.create_key(
  key_type pgsodium.key_type default 'aead-det', name text default null, raw_key bytea default null,
  raw_key_nonce bytea default null, parent_key uuid default null,
  key_context bytea default '\x7067736f6469756d', expires timestamptz default null, associated_data text default ''
) returns pgsodium.valid_key language sql as $$
  insert into pgsodium.key (key_type, name, raw_key, raw_key_nonce, parent_key, key_context, expires, associated_data)
  values ($1, $2, $3, $4, $5, $6, $7, $8)
  returning id, name, status, key_type, key_id, key_context, created, expires, associated_data
$$;
create function pgsodium.get_key_by_id(uuid) returns pgsodium.valid_key language sql stable
  as 'select * from pgsodium.valid_key where id = $1';
create function pgsodium.get_key_by_name(text) returns pgsodium.valid_key language sql stable
  as 'select * from pgsodium.valid_key where name = $1';
create function pgsodium.get_named_keys(filter text default '%') returns setof pgsodium.valid_key language sql stable
  as 'select * from pgsodium.valid_key where name like $1';
create function pgsodium.has_mask(role regrole, source_name text) returns boolean language sql as 'select false';
create function pgsodium.update_mask(target oid, debug boolean default false) returns void language sql as '';
create function pgsodium.update_masks(debug boolean default false) returns void language sql as '';
create function pgsodium.mask_role(masked_role regrole, source_name text, view_name text) returns void language sql
  as '';
create function pgsodium.disable_security_label_trigger() returns void language sql as '';
create function pgsodium.enable_security_label_trigger() returns void language sql as '';
create function pgsodium.version() returns text language sql as 'select null::text';
create function pgsodium.crypto_cmp(text, text) returns boolean language sql immutable as 'select $1 = $2';
create function pgsodium.randombytes_random() returns integer language sql as 'select 1';
create function pgsodium.randombytes_uniform(upper_bound integer) returns integer language sql as 'select 0';
create function pgsodium.sodium_bin2base64(bin bytea) returns text language sql immutable
  as 'select encode($1, ''base64'')';
create function pgsodium.sodium_base642bin(base64 text) returns bytea language sql immutable
  as 'select decode($1, ''base64'')';
do $$
declare
  name      text;
  key       text;
  signature text;
begin
  foreach name in array array['randombytes_new_seed', 'crypto_secretbox_keygen', 'crypto_secretbox_noncegen',
                              'crypto_auth_keygen', 'crypto_box_noncegen', 'crypto_box_new_seed',
                              'crypto_sign_new_seed', 'crypto_kx_new_seed', 'crypto_kdf_keygen',
                              'crypto_pwhash_saltgen', 'crypto_auth_hmacsha256_keygen',
                              'crypto_auth_hmacsha512_keygen', 'crypto_shorthash_keygen',
                              'crypto_generichash_keygen', 'crypto_aead_ietf_keygen', 'crypto_aead_ietf_noncegen',
                              'crypto_aead_det_keygen', 'crypto_aead_det_noncegen', 'crypto_secretstream_keygen',
                              'crypto_stream_xchacha20_keygen', 'crypto_stream_xchacha20_noncegen']
  loop
    execute format('create function pgsodium.%I() returns bytea language sql'
                   ' as ''select decode(md5(random()::text), ''''hex'''')''', name);
  end loop;
  foreach key in array array['key bytea', 'key_id bigint, context bytea default ''\x7067736f6469756d''',
                             'key_uuid uuid']
  loop
    foreach signature in array array[
      'crypto_secretbox(message bytea, nonce bytea, KEY)', 'crypto_secretbox_open(ciphertext bytea, nonce bytea, KEY)',
      'crypto_auth(message bytea, KEY)', 'crypto_shorthash(message bytea, KEY)',
      'crypto_generichash(message bytea, KEY)', 'crypto_auth_hmacsha256(message bytea, KEY)',
      'crypto_auth_hmacsha512(message bytea, KEY)',
      'crypto_aead_ietf_encrypt(message bytea, additional bytea, nonce bytea, KEY)',
      'crypto_aead_ietf_decrypt(message bytea, additional bytea, nonce bytea, KEY)',
      'crypto_aead_det_encrypt(message bytea, additional bytea, KEY, nonce bytea default null)',
      'crypto_aead_det_decrypt(ciphertext bytea, additional bytea, KEY, nonce bytea default null)']
    loop
      execute format('create function pgsodium.%s returns bytea language sql immutable as ''select $1''',
                     replace(signature, 'KEY', key));
    end loop;
    foreach signature in array array['crypto_auth_verify(mac bytea, message bytea, KEY)',
                                     'crypto_auth_hmacsha256_verify(hash bytea, message bytea, KEY)',
                                     'crypto_auth_hmacsha512_verify(hash bytea, message bytea, KEY)']
    loop
      execute format('create function pgsodium.%s returns boolean language sql immutable as ''select true''',
                     replace(signature, 'KEY', key));
    end loop;
  end loop;
  foreach signature in array array[
    'randombytes_buf(size integer)', 'randombytes_buf_deterministic(size integer, seed bytea)',
    'derive_key(key_id bigint, key_len integer default 32, context bytea default ''\x7067736f6469756d'')',
    'crypto_kdf_derive_from_key(subkey_size bigint, subkey_id bigint, context bytea, primary_key bytea)',
    'crypto_kdf_derive_from_key(subkey_size integer, subkey_id bigint, context bytea, primary_key uuid)']
  loop
    execute format('create function pgsodium.%s returns bytea language sql as %L', signature, 'select ''\x00''::bytea');
  end loop;
  foreach signature in array array[
    'crypto_box(message bytea, nonce bytea, public bytea, secret bytea)',
    'crypto_box_open(ciphertext bytea, nonce bytea, public bytea, secret bytea)',
    'crypto_box_seal(message bytea, public_key bytea)',
    'crypto_box_seal_open(ciphertext bytea, public_key bytea, secret_key bytea)',
    'crypto_sign(message bytea, key bytea)', 'crypto_sign_open(signed_message bytea, key bytea)',
    'crypto_sign_detached(message bytea, key bytea)', 'crypto_pwhash(password bytea, salt bytea)',
    'crypto_pwhash_str(password bytea)', 'crypto_hash_sha256(message bytea)', 'crypto_hash_sha512(message bytea)']
  loop
    execute format('create function pgsodium.%s returns bytea language sql immutable as ''select $1''', signature);
  end loop;
  foreach name in array array['box', 'sign', 'kx', 'signcrypt']
  loop
    execute format('create function pgsodium.crypto_%1$s_new_keypair() returns pgsodium.crypto_%1$s_keypair'
                   ' language sql as ''select ''''\x''''::bytea, ''''\x''''::bytea''', name);
  end loop;
end
$$;
create function pgsodium.crypto_sign_verify_detached(sig bytea, message bytea, key bytea) returns boolean language sql
  immutable as 'select true';
create function pgsodium.crypto_pwhash_str_verify(hashed_password bytea, password bytea) returns boolean language sql
  immutable as 'select true';
