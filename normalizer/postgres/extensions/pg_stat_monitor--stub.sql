create function pg_stat_monitor_version() returns text language sql as $$
  select null::text
$$;
create function pg_stat_monitor_reset() returns void language sql as '';
create view pg_stat_monitor as
  select null::bigint            as bucket,
         null::timestamptz       as bucket_start_time,
         null::oid               as userid,
         null::text              as username,
         null::oid               as dbid,
         null::text              as datname,
         null::inet              as client_ip,
         null::bigint            as pgsm_query_id,
         null::bigint            as queryid,
         null::boolean           as toplevel,
         null::bigint            as top_queryid,
         null::text              as query,
         null::text              as comments,
         null::bigint            as planid,
         null::text              as query_plan,
         null::text              as top_query,
         null::text              as application_name,
         null::text[]            as relations,
         null::integer           as cmd_type,
         null::text              as cmd_type_text,
         null::integer           as elevel,
         null::text              as sqlcode,
         null::text              as message,
         null::bigint            as calls,
         null::double precision  as total_exec_time,
         null::double precision  as min_exec_time,
         null::double precision  as max_exec_time,
         null::double precision  as mean_exec_time,
         null::double precision  as stddev_exec_time,
         null::bigint            as rows
   where false;
