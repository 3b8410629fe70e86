-- Values are kept as the text they were given. bittypmodin takes one positive number and keeps it as it is.
-- hnsw and ivfflat are gist under other names: storage parameters of theirs (m, lists, ...) are refused, and a page that
-- must be split fails. Without operators no query uses them; without a compress function, few rows need no support.
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
  end loop;
end
$$;
create function _stub_support(internal) returns internal language internal as 'fdw_handler_in';
create access method hnsw type index handler gisthandler;
create access method ivfflat type index handler gisthandler;
do $$
declare
  typ  text;
  am   text;
  name text;
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
    execute format('create operator <-> (leftarg = %s, rightarg = %1$s, function = l2_distance, commutator = <->)', typ);
    execute format('create operator <#> (leftarg = %s, rightarg = %1$s, function = %1$s_negative_inner_product,'
                   ' commutator = <#>)', typ);
    execute format('create operator <=> (leftarg = %s, rightarg = %1$s, function = cosine_distance, commutator = <=>)', typ);
    execute format('create operator <+> (leftarg = %s, rightarg = %1$s, function = l1_distance, commutator = <+>)', typ);
    foreach am in array array['hnsw', 'ivfflat']
    loop
      foreach name in array array['l2', 'ip', 'cosine', 'l1']
      loop
        continue when am = 'ivfflat' and (typ = 'sparsevec' or name = 'l1');
        execute format('create operator class %1$s_%2$s_ops %3$s for type %1$s using %4$I as'
                       ' function 1 (%1$s, %1$s) _stub_support(internal),'
                       ' function 2 (%1$s, %1$s) _stub_support(internal), function 5 (%1$s, %1$s) _stub_support(internal),'
                       ' function 6 (%1$s, %1$s) _stub_support(internal), function 7 (%1$s, %1$s) _stub_support(internal)',
                       typ, name, case when am = 'ivfflat' and typ = 'vector' and name = 'l2' then 'default' else '' end,
                       am);
      end loop;
    end loop;
  end loop;
end
$$;
