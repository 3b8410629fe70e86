-- Values are kept as the text that pgvector shows of them. bittypmodin takes one positive number and keeps it as it is.
-- hnsw and ivfflat are gist under other names: storage parameters of theirs (m, lists, ...) are refused, since what takes
-- them is C. gist keeps a few bytes of each value, which inet_gist_compress takes for an address; without operators no
-- query looks at them.
do $$
declare
  typ text;
begin
  foreach typ in array array['vector', 'halfvec', 'sparsevec']
  loop
    execute format('create type %I', typ);
    execute format('create function %s_in(cstring, oid, integer) returns %1$s'
                   ' language internal immutable strict parallel safe as ''textin''', typ);
    execute format('create function %s_out(%1$s) returns cstring'
                   ' language internal immutable strict parallel safe as ''textout''', typ);
    execute format('create function %s_recv(internal, oid, integer) returns %1$s'
                   ' language internal immutable strict parallel safe as ''textrecv''', typ);
    execute format('create function %s_send(%1$s) returns bytea'
                   ' language internal immutable strict parallel safe as ''textsend''', typ);
    execute format('create function %s_typmod_in(cstring[]) returns integer'
                   ' language internal immutable strict parallel safe as ''bittypmodin''', typ);
    execute format('create type %s (input = %1$s_in, output = %1$s_out, receive = %1$s_recv, send = %1$s_send,'
                   ' typmod_in = %1$s_typmod_in, storage = external)', typ);
    execute format('create cast (text as %s) without function as assignment', typ);
    execute format('create function %s(%1$s, integer, boolean) returns %1$s language internal immutable strict'
                   ' parallel safe as ''rtrim1''', typ);
    execute format('create cast (%s as %1$s) with function %1$s(%1$s, integer, boolean) as implicit', typ);
  end loop;
end
$$;
-- No language but C and SQL takes cstring, and SQL only past its validator. The extension can be moved, so a body names
-- nothing of it: its text becomes the type by the cast above. What is no such value is no number either, and refused.
update pg_catalog.pg_proc
   set prolang = (select oid from pg_catalog.pg_language where lanname = 'sql'),
       prosrc = case proname
         when 'vector_in' then $$
           select case when textin($1) ~ '^\s*\[.*\]\s*$'
             then (select '[' || string_agg(x::float4::text, ',' order by i) || ']'
                     from regexp_split_to_table(btrim(textin($1), E' []\n\t'), ',') with ordinality p (x, i))
             else textin($1)::float4::text end
         $$
         when 'halfvec_in' then $$
           select case when textin($1) ~ '^\s*\[.*\]\s*$'
             then (select '[' || string_agg((round(x::float8 / step) * step)::float4::text, ',' order by i) || ']'
                     from regexp_split_to_table(btrim(textin($1), E' []\n\t'), ',') with ordinality p (x, i),
                          lateral (select 2::float8 ^ (case when abs(x::float8) < 2::float8 ^ -14 then -24
                                                            else floor(log(2, abs(x::numeric))) - 10 end) as step) s)
             else textin($1)::float4::text end
         $$
         else $$
           select case when textin($1) ~ '^\s*\{[^{}]*\}\s*/\s*\d+\s*$'
             then '{' || coalesce((select string_agg(i || ':' || n, ',' order by i)
                                     from regexp_split_to_table(btrim(split_part(textin($1), '}', 1), E' {\n\t'), ',') x,
                                          lateral (select case when x <> '' then split_part(x, ':', 1)::integer end,
                                                          case when x <> '' then split_part(x, ':', 2)::float4 end) s (i, n)
                                    where n <> 0), '')
                  || '}/' || btrim(split_part(textin($1), '/', 2), E' \n\t')
             else textin($1)::float4::text end
         $$ end
 where proname in ('vector_in', 'halfvec_in', 'sparsevec_in')
   and pronamespace = (select oid from pg_catalog.pg_namespace where nspname = current_schema());
create function _stub_compress(internal) returns internal language internal strict as 'inet_gist_compress';
create function _stub_union(internal, internal) returns internal language internal strict as 'inet_gist_union';
create function _stub_penalty(internal, internal, internal) returns internal language internal strict as 'inet_gist_penalty';
create function _stub_split(internal, internal) returns internal language internal strict as 'inet_gist_picksplit';
create function _stub_same(inet, inet, internal) returns internal language internal strict as 'inet_gist_same';
create function _stub_consistent(internal) returns boolean language internal strict as 'btequalimage';
create access method hnsw type index handler gisthandler;
create access method ivfflat type index handler gisthandler;
do $$
declare
  support constant text := 'function 1 _stub_consistent(internal), function 2 _stub_union(internal, internal),'
    ' function 3 _stub_compress(internal), function 5 _stub_penalty(internal, internal, internal),'
    ' function 6 _stub_split(internal, internal), function 7 _stub_same(inet, inet, internal), storage inet';
  typ     text;
  am      text;
  name    text;
begin
  foreach typ in array array['vector', 'halfvec', 'sparsevec']
  loop
    foreach name in array array['l2_distance', 'inner_product', 'cosine_distance', 'l1_distance',
                                typ || '_negative_inner_product']
    loop
      execute format('create function %I(%s, %2$s) returns float8 language sql immutable strict parallel safe'
                     ' as ''select 0::float8''', name, typ);
    end loop;
    foreach name in array array['lt', 'le', 'eq', 'ne', 'ge', 'gt']
    loop
      execute format('create function %s_%s(%1$s, %1$s) returns boolean language internal immutable strict'
                     ' parallel safe as %3$L', typ, name, 'bytea' || name);
    end loop;
    execute format('create function %s_cmp(%1$s, %1$s) returns integer language internal immutable strict'
                   ' parallel safe as ''byteacmp''', typ);
    execute format('create function l2_norm(%s) returns float8 language sql immutable strict as ''select 0::float8''', typ);
    execute format('create function l2_normalize(%s) returns %1$s language internal immutable strict parallel safe'
                   ' as ''rtrim1''', typ);
    execute format('create operator <-> (leftarg = %s, rightarg = %1$s, function = l2_distance, commutator = <->)', typ);
    execute format('create operator <#> (leftarg = %s, rightarg = %1$s, function = %1$s_negative_inner_product,'
                   ' commutator = <#>)', typ);
    execute format('create operator <=> (leftarg = %s, rightarg = %1$s, function = cosine_distance, commutator = <=>)', typ);
    execute format('create operator <+> (leftarg = %s, rightarg = %1$s, function = l1_distance, commutator = <+>)', typ);
    execute format('create operator < (leftarg = %s, rightarg = %1$s, function = %1$s_lt, commutator = >, negator = >=);'
                   'create operator <= (leftarg = %1$s, rightarg = %1$s, function = %1$s_le, commutator = >=, negator = >);'
                   'create operator = (leftarg = %1$s, rightarg = %1$s, function = %1$s_eq, commutator = =, negator = <>,'
                   ' merges);'
                   'create operator <> (leftarg = %1$s, rightarg = %1$s, function = %1$s_ne, commutator = <>, negator = =);'
                   'create operator >= (leftarg = %1$s, rightarg = %1$s, function = %1$s_ge, commutator = <=, negator = <);'
                   'create operator > (leftarg = %1$s, rightarg = %1$s, function = %1$s_gt, commutator = <, negator = <=)',
                   typ);
    execute format('create operator class %s_ops default for type %1$s using btree as operator 1 <, operator 2 <=,'
                   ' operator 3 =, operator 4 >=, operator 5 >, function 1 %1$s_cmp(%1$s, %1$s)', typ);
    foreach am in array array['hnsw', 'ivfflat']
    loop
      foreach name in array array['l2', 'ip', 'cosine', 'l1']
      loop
        continue when am = 'ivfflat' and (typ = 'sparsevec' or name = 'l1');
        execute format('create operator class %1$s_%2$s_ops %3$s for type %1$s using %4$I as %5$s', typ, name,
                       case when am = 'ivfflat' and typ = 'vector' and name = 'l2' then 'default' else '' end, am, support);
      end loop;
    end loop;
    foreach name in array array['integer[]', 'real[]', 'double precision[]', 'numeric[]']
    loop
      execute format('create function array_to_%s(%s, integer, boolean) returns %1$s language sql immutable strict'
                     ' parallel safe as %3$L', typ, name,
                     case typ when 'sparsevec'
                       then 'select ''{'' || coalesce(string_agg(i || '':'' || x, '','' order by i) filter (where x <> 0), '''')'
                            ' || ''}/'' || cardinality($1) from unnest($1::real[]) with ordinality u (x, i)'
                       else 'select ''['' || array_to_string($1::real[], '','') || '']''' end);
      execute format('create cast (%s as %s) with function array_to_%2$s(%1$s, integer, boolean) as assignment', name, typ);
    end loop;
  end loop;
end
$$;
do $$
declare
  typ text;
  way text[];
begin
  foreach typ in array array['vector', 'halfvec']
  loop
    execute format('create function %s_to_float4(%1$s, integer, boolean) returns real[] language sql immutable strict'
                   ' parallel safe as %L', typ, 'select translate($1::text, ''[]'', ''{}'')::real[]');
    execute format('create cast (%s as real[]) with function %1$s_to_float4(%1$s, integer, boolean) as assignment', typ);
    execute format('create function vector_dims(%s) returns integer language sql immutable strict parallel safe as %L',
                   typ, 'select cardinality(string_to_array($1::text, '',''))');
    execute format('create function subvector(%s, integer, integer) returns %1$s language sql immutable strict'
                   ' parallel safe as %L', typ,
                   'select ''['' || array_to_string((string_to_array(btrim($1::text, ''[]''), '',''))[$2 : $2 + $3 - 1], '','')'
                   ' || '']''');
    execute format('create function binary_quantize(%s) returns bit language sql immutable strict parallel safe as %L',
                   typ, 'select repeat(''0'', cardinality(string_to_array($1::text, '','')))::varbit');
    foreach way slice 1 in array array[['add', '+'], ['sub', '-'], ['mul', '*'], ['concat', '||']]
    loop
      execute format('create function %s_%s(%1$s, %1$s) returns %1$s language internal immutable strict parallel safe'
                     ' as ''rtrim1''', typ, way[1]);
      execute format('create operator %s (leftarg = %s, rightarg = %2$s, function = %2$s_%3$s%4$s)', way[2], typ, way[1],
                     case when way[2] in ('+', '*') then ', commutator = ' || way[2] else '' end);
    end loop;
    execute format('create aggregate avg(%s) (stype = %1$s, sfunc = %1$s_add)', typ);
    execute format('create aggregate sum(%s) (stype = %1$s, sfunc = %1$s_add)', typ);
  end loop;
  -- A dense vector's text is no sparse one's, but rows that are converted are seldom looked at.
  foreach way slice 1 in array array[['halfvec', 'vector', 'assignment'], ['vector', 'halfvec', 'implicit'],
                                     ['sparsevec', 'vector', 'assignment'], ['vector', 'sparsevec', 'implicit'],
                                     ['sparsevec', 'halfvec', 'assignment'], ['halfvec', 'sparsevec', 'implicit']]
  loop
    execute format('create function %s_to_%s(%1$s, integer, boolean) returns %2$s language internal immutable strict'
                   ' parallel safe as ''rtrim1''', way[1], way[2]);
    execute format('create cast (%s as %s) with function %1$s_to_%2$s(%1$s, integer, boolean) as %3$s',
                   way[1], way[2], way[3]);
  end loop;
end
$$;
create function vector_norm(vector) returns float8 language sql immutable strict parallel safe as 'select 0::float8';
create function hamming_distance(bit, bit) returns float8 language sql immutable strict parallel safe as 'select 0::float8';
create function jaccard_distance(bit, bit) returns float8 language sql immutable strict parallel safe as 'select 0::float8';
create operator <~> (leftarg = bit, rightarg = bit, function = hamming_distance, commutator = <~>);
create operator <%> (leftarg = bit, rightarg = bit, function = jaccard_distance, commutator = <%>);
do $$
declare
  support constant text := 'function 1 _stub_consistent(internal), function 2 _stub_union(internal, internal),'
    ' function 3 _stub_compress(internal), function 5 _stub_penalty(internal, internal, internal),'
    ' function 6 _stub_split(internal, internal), function 7 _stub_same(inet, inet, internal), storage inet';
begin
  execute 'create operator class bit_hamming_ops for type bit using hnsw as ' || support;
  execute 'create operator class bit_jaccard_ops for type bit using hnsw as ' || support;
  execute 'create operator class bit_hamming_ops for type bit using ivfflat as ' || support;
end
$$;
