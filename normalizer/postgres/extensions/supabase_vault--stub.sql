create function vault._crypto_aead_det_encrypt(message bytea, additional bytea, key_id bigint,
                                               context bytea default 'pgsodium', nonce bytea default null)
  returns bytea language sql immutable as 'select $1';
create function vault._crypto_aead_det_decrypt(message bytea, additional bytea, key_id bigint,
                                               context bytea default 'pgsodium', nonce bytea default null)
  returns bytea language sql immutable as 'select $1';
create function vault._crypto_aead_det_noncegen() returns bytea language sql immutable as 'select null::bytea';
create table vault.secrets (
  id          uuid primary key default gen_random_uuid(),
  name        text,
  description text not null default '',
  secret      text not null,
  key_id      uuid,
  nonce       bytea default vault._crypto_aead_det_noncegen(),
  created_at  timestamptz not null default current_timestamp,
  updated_at  timestamptz not null default current_timestamp
);
create unique index on vault.secrets (name) where name is not null;
create view vault.decrypted_secrets as
  select id, name, description, secret, secret as decrypted_secret, key_id, nonce, created_at, updated_at
    from vault.secrets;
create function vault.create_secret(new_secret text, new_name text default null, new_description text default '',
                                    new_key_id uuid default null)
  returns uuid language sql set search_path = '' as $$
  insert into vault.secrets (secret, name, description) values ($1, $2, $3) returning id
$$;
create function vault.update_secret(secret_id uuid, new_secret text default null, new_name text default null,
                                    new_description text default null, new_key_id uuid default null)
  returns void language sql set search_path = '' as $$
  update vault.secrets set secret = coalesce($2, secret), name = coalesce($3, name),
                           description = coalesce($4, description), updated_at = now()
   where id = $1
$$;
