-- Values are kept as the text that PostGIS shows of them: EWKB in hex. WKT is turned into it, so that a constant in a
-- file is the constant that a database shows. Functions know their names and signatures; what makes points, or tells
-- or sets their SRID, does it, and the rest answers with what it was given, or with nothing in particular.
set local check_function_bodies = off;
create function _stub_double(value float8) returns text language sql immutable strict parallel safe as $$
  select upper(string_agg(substr(encode(float8send($1), 'hex'), i, 2), '' order by i desc)) from generate_series(1, 15, 2) i
$$;
create function _stub_integer(value integer) returns text language sql immutable strict parallel safe as $$
  select upper(string_agg(substr(lpad(to_hex($1), 8, '0'), i, 2), '' order by i desc)) from generate_series(1, 7, 2) i
$$;
create function _stub_header(kind integer, flags integer, srid integer) returns text language sql immutable parallel safe as $$
  select '01' || lpad(to_hex(kind), 2, '0') || '0000' || lpad(to_hex(flags + (srid > 0)::integer * 32), 2, '0')
         || case when srid > 0 then @extschema@._stub_integer(srid) else '' end
$$;
create function _stub_parts(list text) returns text[] language plpgsql immutable strict parallel safe as $$
declare
  parts text[] := '{}';
  part  text := '';
  depth integer := 0;
  sign  text;
begin
  foreach sign in array string_to_array(substr(list, 2, length(list) - 2), null)
  loop
    depth := depth + (sign = '(')::integer - (sign = ')')::integer;
    if sign = ',' and depth = 0 then
      parts := parts || btrim(part);
      part := '';
    else
      part := part || sign;
    end if;
  end loop;
  return parts || btrim(part);
end
$$;
create function _stub_points(list text) returns text language sql immutable strict parallel safe as $$
  select string_agg(@extschema@._stub_double(number::float8), '' order by i, j)
    from unnest(@extschema@._stub_parts($1)) with ordinality points (point, i),
         regexp_split_to_table(btrim(point, ' ()'), '\s+') with ordinality numbers (number, j)
$$;
create function _stub_refuse(value text) returns void language plpgsql as $$
begin
  raise exception 'pgnorm''s stand-in for postgis does not read the geometry "%"', left(value, 100)
    using errcode = 'feature_not_supported', hint = 'Name a server that has PostGIS in PGNORM_PG_BINDIR or --shadow-url.';
end
$$;
create function _stub_wkt(value text, srid integer) returns text language plpgsql immutable parallel safe as $$
declare
  kinds constant text[] := array['POINT', 'LINESTRING', 'POLYGON', 'MULTIPOINT', 'MULTILINESTRING', 'MULTIPOLYGON',
                                 'GEOMETRYCOLLECTION'];
  words  text[] := regexp_match(upper(btrim(value, E' \n\t\r')),
                                '^(' || array_to_string(kinds, '|') || ')\s*(ZM|Z|M)?\s*(EMPTY|\(.*\))$');
  kind   integer := array_position(kinds, words[1]);
  list   text := words[3];
  flags  integer;
  inner_ text := '';
  part   text;
begin
  if kind is null then
    perform @extschema@._stub_refuse(value);
  end if;
  flags := case coalesce(words[2], case when list like '%EMPTY%' then 2::text
             else cardinality(regexp_split_to_array(substring(list from '[-+.0-9E][-+.0-9E\s]*[.0-9]'), '\s+'))::text end)
             when 'ZM' then 192 when '4' then 192 when 'Z' then 128 when '3' then 128 when 'M' then 64 else 0 end;
  if kind = 1 then
    inner_ := case when list = 'EMPTY'
                then repeat('000000000000F87F', case flags when 192 then 4 when 0 then 2 else 3 end)
                else @extschema@._stub_points(list) end;
  elsif list = 'EMPTY' then
    inner_ := '00000000';
  elsif kind = 2 then
    inner_ := @extschema@._stub_integer(cardinality(@extschema@._stub_parts(list))) || @extschema@._stub_points(list);
  else
    foreach part in array @extschema@._stub_parts(list)
    loop
      if kind = 3 then
        part := @extschema@._stub_integer(cardinality(@extschema@._stub_parts(part))) || @extschema@._stub_points(part);
      elsif kind < 7 then
        part := case when kind = 4 and part !~ '^\(' then '(' || part || ')' else part end;
        part := @extschema@._stub_wkt(kinds[kind - 3]
                  || case flags when 192 then 'ZM' when 128 then 'Z' when 64 then 'M' else '' end || part, 0);
      else
        part := @extschema@._stub_wkt(part, 0);
      end if;
      inner_ := inner_ || part;
    end loop;
    inner_ := @extschema@._stub_integer(cardinality(@extschema@._stub_parts(list))) || inner_;
  end if;
  return upper(@extschema@._stub_header(kind, flags, srid)) || inner_;
end
$$;
create function _stub_parse(value text, srid integer) returns text language plpgsql immutable strict parallel safe as $$
declare
  words text[] := regexp_match(value, '^\s*SRID=(\d+);(.*)$', 'i');
begin
  if value ~* '^([0-9a-f]{2}){9,}$' then
    return upper(value);
  end if;
  return @extschema@._stub_wkt(coalesce(words[2], value), coalesce(words[1]::integer, srid));
end
$$;
-- What prints a type modifier is enum_out: each modifier has a label in pg_enum, under an OID that no object has.
create function _stub_modifier(words text[], srid_by_default integer) returns integer
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  kinds constant text[] := array['Point', 'LineString', 'Polygon', 'MultiPoint', 'MultiLineString', 'MultiPolygon',
    'GeometryCollection', 'CircularString', 'CompoundCurve', 'CurvePolygon', 'MultiCurve', 'MultiSurface',
    'PolyhedralSurface', 'Triangle', 'Tin'];
  parts text[] := regexp_match(lower(btrim(words[1])), '^(.*?)\s*(z?m?)$');
  kind  integer := array_position(array(select lower(k) from unnest(kinds) with ordinality u (k, i) order by i), parts[1]);
  srid  integer := coalesce(words[2]::integer, 0);
  code  integer;
  label text;
begin
  if kind is null and parts[1] <> 'geometry' or cardinality(words) > 2 or srid > 999999 then
    raise exception 'invalid geometry type modifier: %', array_to_string(words, ',')
      using errcode = 'invalid_parameter_value';
  end if;
  srid := case when srid > 0 then srid else srid_by_default end;
  code := srid * 256 + coalesce(kind, 0) * 4 + (parts[2] like 'z%')::integer * 2 + (parts[2] like '%m')::integer;
  label := case when code = 0 then '' else '(' || coalesce(kinds[kind], 'Geometry') || upper(parts[2])
                                           || case when srid > 0 then ',' || srid else '' end || ')' end;
  code := code + 1073741824;
  insert into pg_enum (oid, enumtypid, enumsortorder, enumlabel)
  select code, code, 1, label where not exists (select from pg_enum where oid = code);
  return code;
end
$$;
do $$
begin
  -- It writes into a catalog, whoever created the extension.
  execute pg_catalog.format('alter function _stub_modifier(text[], integer) owner to %I',
                            (select rolname from pg_catalog.pg_roles where oid = 10));
end
$$;
-- No language but C and SQL takes cstring, and SQL only past its validator: such a function is made an internal one
-- first. An input function gets three arguments, and one in SQL must take as many: Postgres 18 looks up the type of each
-- that it gets. rtrim1 gives back what it gets, where there are no spaces; byte by byte, bytea compares any value.
do $$
declare
  typ    text;
  input  text;
  name   text;
  length integer;
begin
  foreach typ in array array['geometry', 'geography']
  loop
    length := case typ when 'geography' then 4326 else 0 end;
    input := case typ when 'geography' then 'geography_in' else '_stub_geometry_in' end;
    execute format('create type %I', typ);
    execute format('create function _stub_%s(text) returns %1$s language internal immutable strict parallel safe as ''rtrim1''',
                   typ);
    execute format('create function _stub_text(%s) returns text language internal immutable strict parallel safe as ''rtrim1''',
                   typ);
    execute format('create function %s(cstring, oid, integer) returns %s language internal immutable strict parallel safe'
                   ' as ''textin''', input, typ);
    if typ = 'geometry' then
      create function geometry_in(cstring) returns geometry language internal immutable strict parallel safe as 'textin';
    end if;
    execute format('create function %s_out(%1$s) returns cstring'
                   ' language internal immutable strict parallel safe as ''textout''', typ);
    execute format('create function %s_recv(internal%s) returns %1$s'
                   ' language internal immutable strict parallel safe as ''textrecv''', typ,
                   case typ when 'geography' then ', oid, integer' else '' end);
    execute format('create function %s_send(%1$s) returns bytea'
                   ' language internal immutable strict parallel safe as ''textsend''', typ);
    execute format('create function %s_typmod_in(cstring[]) returns integer'
                   ' language internal immutable strict parallel safe as ''bittypmodin''', typ);
    execute format('create function %s_typmod_out(integer) returns cstring'
                   ' language internal immutable strict parallel safe as ''enum_out''', typ);
    execute format('create type %s (input = %s, output = %1$s_out, receive = %1$s_recv, send = %1$s_send,'
                   ' typmod_in = %1$s_typmod_in, typmod_out = %1$s_typmod_out, delimiter = '':'', alignment = double,'
                   ' storage = main)', typ, input);
    update pg_catalog.pg_proc
       set prolang = (select oid from pg_catalog.pg_language where lanname = 'sql'),
           prosrc = case proname when typ || '_typmod_in'
             then format('select @extschema@._stub_modifier(pg_catalog.string_to_array(pg_catalog.array_to_string($1, '',''),'
                         ' '',''), %s)', length)
             else format('select @extschema@._stub_%s(@extschema@._stub_parse(pg_catalog.textin($1), %s))', typ, length) end
     where proname in (input, typ || '_in', typ || '_typmod_in')
       and pronamespace = (select oid from pg_catalog.pg_namespace where nspname = current_schema());
    execute format('create function %s(%1$s, integer, boolean) returns %1$s'
                   ' language internal immutable strict parallel safe as ''rtrim1''', typ);
    execute format('create cast (%s as %1$s) with function %1$s(%1$s, integer, boolean) as implicit', typ);
    foreach name in array array['lt', 'le', 'eq', 'ne', 'ge', 'gt']
    loop
      execute format('create function %s_%s(geom1 %1$s, geom2 %1$s) returns boolean language internal immutable strict'
                     ' parallel safe as %3$L', typ, case name when 'ne' then 'neq' else name end, 'bytea' || name);
    end loop;
    execute format('create function %s_cmp(geom1 %1$s, geom2 %1$s) returns integer language internal immutable strict'
                   ' parallel safe as ''byteacmp''', typ);
    execute format('create function %s_hash(%1$s) returns integer language internal immutable strict'
                   ' parallel safe as ''hashvarlena''', typ);
    execute format('create operator < (leftarg = %s, rightarg = %1$s, function = %1$s_lt, commutator = >, negator = >=);'
                   'create operator <= (leftarg = %1$s, rightarg = %1$s, function = %1$s_le, commutator = >=, negator = >);'
                   'create operator = (leftarg = %1$s, rightarg = %1$s, function = %1$s_eq, commutator = =, negator = <>,'
                   ' hashes, merges);'
                   'create operator <> (leftarg = %1$s, rightarg = %1$s, function = %1$s_neq, commutator = <>, negator = =);'
                   'create operator >= (leftarg = %1$s, rightarg = %1$s, function = %1$s_ge, commutator = <=, negator = <);'
                   'create operator > (leftarg = %1$s, rightarg = %1$s, function = %1$s_gt, commutator = <, negator = <=)',
                   typ);
    execute format('create operator class btree_%s_ops default for type %1$s using btree as operator 1 <, operator 2 <=,'
                   ' operator 3 =, operator 4 >=, operator 5 >, function 1 %1$s_cmp(%1$s, %1$s)', typ);
    execute format('create operator class hash_%s_ops default for type %1$s using hash as operator 1 =,'
                   ' function 1 %1$s_hash(%1$s)', typ);
  end loop;
  foreach typ in array array['box2d', 'box3d', 'spheroid', 'box2df', 'gidx']
  loop
    execute format('create type %I', typ);
    execute format('create function %s_in(cstring) returns %1$s language internal immutable strict parallel safe as ''textin''',
                   typ);
    execute format('create function %s_out(%1$s) returns cstring'
                   ' language internal immutable strict parallel safe as ''textout''', typ);
    execute format('create type %s (input = %1$s_in, output = %1$s_out)', typ);
  end loop;
end
$$;
create type geometry_dump as (path integer[], geom geometry);
create type valid_detail as (valid boolean, reason varchar, location geometry);
create table spatial_ref_sys (
  srid      integer not null primary key check (srid > 0 and srid <= 998999),
  auth_name varchar(256),
  auth_srid integer,
  srtext    varchar(2048),
  proj4text varchar(2048)
);
insert into spatial_ref_sys (srid, auth_name, auth_srid)
select srid, 'EPSG', srid from unnest(array[3857, 4269, 4326]) srid;
create function st_srid(geom geometry) returns integer language sql immutable strict parallel safe as $$
  select case when get_bit(decode(substr(t, 9, 2), 'hex'), 5) = 0 then 0
              else (get_byte(b, 8) << 24) + (get_byte(b, 7) << 16) + (get_byte(b, 6) << 8) + get_byte(b, 5) end
    from @extschema@._stub_text($1) t, decode(t, 'hex') b
$$;
create function st_setsrid(geom geometry, srid integer) returns geometry language sql immutable strict parallel safe as $$
  select @extschema@._stub_geometry(upper(
           @extschema@._stub_header(get_byte(b, 1), get_byte(b, 4) & 192, $2)
           || substr(t, case when get_byte(b, 4) & 32 = 0 then 11 else 19 end)))
    from @extschema@._stub_text($1) t, decode(t, 'hex') b
$$;
create function geometrytype(geometry) returns text language sql immutable strict parallel safe as $$
  select (array['POINT', 'LINESTRING', 'POLYGON', 'MULTIPOINT', 'MULTILINESTRING', 'MULTIPOLYGON', 'GEOMETRYCOLLECTION',
                'CIRCULARSTRING', 'COMPOUNDCURVE', 'CURVEPOLYGON', 'MULTICURVE', 'MULTISURFACE', 'CURVE', 'SURFACE',
                'POLYHEDRALSURFACE', 'TIN', 'TRIANGLE'])[get_byte(decode(@extschema@._stub_text($1), 'hex'), 1)]
$$;
create function st_geometrytype(geometry) returns text language sql immutable strict parallel safe as $$
  select 'ST_' || (array['Point', 'LineString', 'Polygon', 'MultiPoint', 'MultiLineString', 'MultiPolygon',
                         'GeometryCollection', 'CircularString', 'CompoundCurve', 'CurvePolygon', 'MultiCurve',
                         'MultiSurface', 'Curve', 'Surface', 'PolyhedralSurface', 'Tin', 'Triangle'])
                  [get_byte(decode(@extschema@._stub_text($1), 'hex'), 1)]
$$;
create function st_ndims(geometry) returns smallint language sql immutable strict parallel safe as $$
  select (2 + get_bit(b, 39) + get_bit(b, 38))::smallint from decode(@extschema@._stub_text($1), 'hex') b
$$;
create function _stub_point(flags integer, srid integer, variadic numbers float8[]) returns geometry
  language sql immutable strict parallel safe as $$
  select @extschema@._stub_geometry(upper(@extschema@._stub_header(1, $1, $2))
                                    || string_agg(@extschema@._stub_double(n), '' order by i))
    from unnest($3) with ordinality numbers (n, i)
$$;
create function _stub_coordinate(geom geometry, place integer) returns float8 language plpgsql immutable strict parallel safe as $$
declare
  bytes    bytea := decode(@extschema@._stub_text(geom), 'hex');
  start    integer := 5 + 8 * place + case when get_bit(bytes, 37) = 1 then 4 else 0 end;
  exponent integer := ((get_byte(bytes, start + 7) & 127) << 4) + (get_byte(bytes, start + 6) >> 4);
  fraction float8 := get_byte(bytes, start + 6) & 15;
begin
  if get_byte(bytes, 1) <> 1 or exponent = 2047 then
    return null;
  end if;
  for i in reverse 5..0
  loop
    fraction := fraction * 256 + get_byte(bytes, start + i);
  end loop;
  return case when get_bit(bytes, 8 * (start + 7) + 7) = 1 then -1 else 1 end
         * case when exponent = 0 then fraction * 2::float8 ^ -1074
                else (fraction + 2::float8 ^ 52) * 2::float8 ^ (exponent - 1075) end;
end
$$;
-- A line is: result, signature and, where it matters, what is answered. Else that is the argument, if it is of the same
-- type, true, zero or nothing.
do $$
declare
  line   text;
  words  text[];
  result text;
  body   text;
begin
  foreach line in array string_to_array(btrim($list$
geometry      geometry(text) = @extschema@._stub_geometry(@extschema@._stub_parse($1, 0))
geometry      geometry(bytea) = upper(encode($1, 'hex'))::@extschema@.geometry
geometry      geometry(point) = @extschema@._stub_point(0, 0, $1[0], $1[1])
geometry      geometry(path)
geometry      geometry(polygon)
geometry      geometry(box2d)
geometry      geometry(box3d)
geometry      geometry(geography) = @extschema@._stub_geometry(@extschema@._stub_text($1))
geography     geography(bytea) = upper(encode($1, 'hex'))::@extschema@.geography
geography     geography(geometry) = @extschema@._stub_geography(@extschema@._stub_text(case when @extschema@.st_srid($1) = 0 then @extschema@.st_setsrid($1, 4326) else $1 end))
text          text(geometry) = @extschema@._stub_text($1)
bytea         bytea(geometry) = decode(@extschema@._stub_text($1), 'hex')
bytea         bytea(geography) = decode(@extschema@._stub_text($1), 'hex')
json          "json"(geometry)
jsonb         jsonb(geometry)
point         point(geometry)
path          path(geometry)
polygon       polygon(geometry)
box           box(geometry)
box           box(box3d)
box2d         box2d(geometry)
box2d         box2d(box3d)
box3d         box3d(geometry)
box3d         box3d(box2d)
boolean       geometry_overlaps(geom1 geometry, geom2 geometry)
boolean       geometry_contains(geom1 geometry, geom2 geometry)
boolean       geometry_within(geom1 geometry, geom2 geometry)
boolean       geometry_same(geom1 geometry, geom2 geometry) = @extschema@.geometry_eq($1, $2)
boolean       geometry_left(geom1 geometry, geom2 geometry)
boolean       geometry_overleft(geom1 geometry, geom2 geometry)
boolean       geometry_below(geom1 geometry, geom2 geometry)
boolean       geometry_overbelow(geom1 geometry, geom2 geometry)
boolean       geometry_overright(geom1 geometry, geom2 geometry)
boolean       geometry_right(geom1 geometry, geom2 geometry)
boolean       geometry_overabove(geom1 geometry, geom2 geometry)
boolean       geometry_above(geom1 geometry, geom2 geometry)
boolean       geometry_overlaps_nd(geometry, geometry)
boolean       geometry_contains_nd(geometry, geometry)
boolean       geometry_within_nd(geometry, geometry)
boolean       geometry_same_nd(geometry, geometry) = @extschema@.geometry_eq($1, $2)
float8        geometry_distance_centroid(geom1 geometry, geom2 geometry)
float8        geometry_distance_box(geom1 geometry, geom2 geometry)
float8        geometry_distance_centroid_nd(geometry, geometry)
float8        geometry_distance_cpa(geometry, geometry)
boolean       geography_overlaps(geography, geography)
float8        geography_distance_knn(geography, geography)
text          postgis_version()
text          postgis_full_version()
text          postgis_lib_version()
text          postgis_geos_version()
text          postgis_proj_version()
text          postgis_extensions_upgrade(target_version text default null)
integer       postgis_typmod_dims(integer) = case when $1 >= 0 then 2 + ($1 & 1) + ($1 >> 1 & 1) end
integer       postgis_typmod_srid(integer) = case when $1 >= 0 then ($1 - 1073741824) / 256 else 0 end
text          postgis_typmod_type(integer) = coalesce((regexp_match((select enumlabel from pg_catalog.pg_enum where oid = $1), '[A-Za-z]+'))[1], 'Geometry')
geometry      st_makepoint(float8, float8) = @extschema@._stub_point(0, 0, $1, $2)
geometry      st_makepoint(float8, float8, float8) = @extschema@._stub_point(128, 0, $1, $2, $3)
geometry      st_makepoint(float8, float8, float8, float8) = @extschema@._stub_point(192, 0, $1, $2, $3, $4)
geometry      st_makepointm(float8, float8, float8) = @extschema@._stub_point(64, 0, $1, $2, $3)
geometry      st_point(float8, float8) = @extschema@._stub_point(0, 0, $1, $2)
geometry      st_point(float8, float8, srid integer) = @extschema@._stub_point(0, $3, $1, $2)
geometry      st_pointz(xcoordinate float8, ycoordinate float8, zcoordinate float8, srid integer default 0) = @extschema@._stub_point(128, $4, $1, $2, $3)
geometry      st_pointm(xcoordinate float8, ycoordinate float8, mcoordinate float8, srid integer default 0) = @extschema@._stub_point(64, $4, $1, $2, $3)
geometry      st_pointzm(xcoordinate float8, ycoordinate float8, zcoordinate float8, mcoordinate float8, srid integer default 0) = @extschema@._stub_point(192, $5, $1, $2, $3, $4)
float8        st_x(geometry) = @extschema@._stub_coordinate($1, 0)
float8        st_y(geometry) = @extschema@._stub_coordinate($1, 1)
float8        st_z(geometry) = case when @extschema@.st_ndims($1) > 2 then @extschema@._stub_coordinate($1, 2) end
float8        st_m(geometry) = case when @extschema@.st_ndims($1) > 3 then @extschema@._stub_coordinate($1, 3) end
geometry      st_geomfromtext(text) = $1::@extschema@.geometry
geometry      st_geomfromtext(text, integer) = @extschema@.st_setsrid($1::@extschema@.geometry, $2)
geometry      st_geometryfromtext(text) = $1::@extschema@.geometry
geometry      st_geometryfromtext(text, integer) = @extschema@.st_setsrid($1::@extschema@.geometry, $2)
geometry      st_geomfromewkt(text) = $1::@extschema@.geometry
geography     st_geogfromtext(text) = $1::@extschema@.geography
geography     st_geographyfromtext(text) = $1::@extschema@.geography
geometry      st_geomfromewkb(bytea) = @extschema@.geometry($1)
geometry      st_geomfromwkb(bytea) = @extschema@.geometry($1)
geometry      st_geomfromwkb(bytea, integer) = @extschema@.st_setsrid(@extschema@.geometry($1), $2)
geography     st_geogfromwkb(bytea) = @extschema@.geography($1)
geometry      st_wkbtosql(wkb bytea) = @extschema@.geometry($1)
geometry      st_wkttosql(text) = $1::@extschema@.geometry
geometry      st_pointfromtext(text) = $1::@extschema@.geometry
geometry      st_pointfromtext(text, integer) = @extschema@.st_setsrid($1::@extschema@.geometry, $2)
geometry      st_linefromtext(text) = $1::@extschema@.geometry
geometry      st_linefromtext(text, integer) = @extschema@.st_setsrid($1::@extschema@.geometry, $2)
geometry      st_polygonfromtext(text) = $1::@extschema@.geometry
geometry      st_polygonfromtext(text, integer) = @extschema@.st_setsrid($1::@extschema@.geometry, $2)
geometry      st_polyfromtext(text) = $1::@extschema@.geometry
geometry      st_polyfromtext(text, integer) = @extschema@.st_setsrid($1::@extschema@.geometry, $2)
geometry      st_mpolyfromtext(text) = $1::@extschema@.geometry
geometry      st_mpolyfromtext(text, integer) = @extschema@.st_setsrid($1::@extschema@.geometry, $2)
geometry      st_geomfromgeojson(text)
geometry      st_geomfromgeojson(json)
geometry      st_geomfromgeojson(jsonb)
geometry      st_geomfromgml(text)
geometry      st_geomfromgml(text, integer)
geometry      st_geomfromkml(text)
geometry      st_geomfromtwkb(bytea)
geometry      st_geomfromgeohash(text, integer default null)
geometry      st_pointfromgeohash(text, integer default null)
box2d         st_box2dfromgeohash(text, integer default null)
geometry      st_linefromencodedpolyline(txtin text, nprecision integer default 5)
text          st_asencodedpolyline(geom geometry, nprecision integer default 5)
text          st_astext(geometry)
text          st_astext(geometry, maxdecimaldigits integer)
text          st_astext(geography)
text          st_astext(geography, maxdecimaldigits integer)
text          st_astext(text)
text          st_asewkt(geometry)
text          st_asewkt(geometry, maxdecimaldigits integer)
text          st_asewkt(geography)
text          st_asewkt(geography, maxdecimaldigits integer)
text          st_asewkt(text)
bytea         st_asbinary(geometry)
bytea         st_asbinary(geometry, text)
bytea         st_asbinary(geography)
bytea         st_asbinary(geography, text)
bytea         st_asewkb(geometry)
bytea         st_asewkb(geometry, text)
text          st_ashexewkb(geometry)
text          st_ashexewkb(geometry, text)
text          st_asgeojson(geom geometry, maxdecimaldigits integer default 9, options integer default 8) = '{}'
text          st_asgeojson(geog geography, maxdecimaldigits integer default 9, options integer default 0) = '{}'
text          st_asgeojson(text) = '{}'
text          st_askml(geom geometry, maxdecimaldigits integer default 15, nprefix text default '')
text          st_askml(geog geography, maxdecimaldigits integer default 15, nprefix text default '')
text          st_asgml(geom geometry, maxdecimaldigits integer default 15, options integer default 0)
text          st_assvg(geom geometry, rel integer default 0, maxdecimaldigits integer default 15)
text          st_aslatlontext(geom geometry, tmpl text default '')
bytea         st_astwkb(geom geometry, prec integer default null, prec_z integer default null, prec_m integer default null, with_sizes boolean default null, with_boxes boolean default null)
text          st_geohash(geom geometry, maxchars integer default 0)
text          st_geohash(geog geography, maxchars integer default 0)
geometry      st_asmvtgeom(geom geometry, bounds box2d, extent integer default 4096, buffer integer default 256, clip_geom boolean default true)
geometry      st_tileenvelope(zoom integer, x integer, y integer, bounds geometry default 'SRID=3857;LINESTRING(-20037508.342789244 -20037508.342789244,20037508.342789244 20037508.342789244)', margin float8 default 0.0)
geometry      st_makeenvelope(float8, float8, float8, float8, integer default 0) = @extschema@.st_setsrid(format('POLYGON((%1$s %2$s,%1$s %4$s,%3$s %4$s,%3$s %2$s,%1$s %2$s))', $1, $2, $3, $4)::@extschema@.geometry, $5)
box2d         st_makebox2d(geom1 geometry, geom2 geometry)
box3d         st_3dmakebox(geom1 geometry, geom2 geometry)
geometry      st_makeline(geometry[])
geometry      st_makeline(geom1 geometry, geom2 geometry)
geometry      st_linefrommultipoint(geometry)
geometry      st_makepolygon(geometry)
geometry      st_makepolygon(geometry, geometry[])
geometry      st_polygon(geometry, integer)
geometry      st_hexagon(size float8, cell_i integer, cell_j integer, origin geometry default 'POINT(0 0)')
geometry      st_square(size float8, cell_i integer, cell_j integer, origin geometry default 'POINT(0 0)')
setof record  st_hexagongrid(size float8, bounds geometry, out geom geometry, out i integer, out j integer) = null, null::integer, null::integer
setof record  st_squaregrid(size float8, bounds geometry, out geom geometry, out i integer, out j integer) = null, null::integer, null::integer
geometry      st_transform(geometry, integer) = @extschema@.st_setsrid($1, $2)
geometry      st_transform(geom geometry, to_proj text)
geometry      st_transform(geom geometry, from_proj text, to_proj text)
geometry      st_transform(geom geometry, from_proj text, to_srid integer)
geography     st_setsrid(geog geography, srid integer)
integer       st_srid(geog geography) = @extschema@.st_srid(@extschema@.geometry($1))
float8        st_distance(geom1 geometry, geom2 geometry)
float8        st_distance(geog1 geography, geog2 geography, use_spheroid boolean default true)
float8        st_distance(text, text)
float8        st_distancesphere(geom1 geometry, geom2 geometry)
float8        st_distancesphere(geom1 geometry, geom2 geometry, radius float8)
float8        st_distancespheroid(geom1 geometry, geom2 geometry)
float8        st_distancespheroid(geom1 geometry, geom2 geometry, spheroid)
float8        st_3ddistance(geom1 geometry, geom2 geometry)
float8        st_maxdistance(geom1 geometry, geom2 geometry)
float8        st_hausdorffdistance(geom1 geometry, geom2 geometry)
float8        st_hausdorffdistance(geom1 geometry, geom2 geometry, float8)
float8        st_frechetdistance(geom1 geometry, geom2 geometry, float8 default -1)
boolean       st_dwithin(geom1 geometry, geom2 geometry, float8)
boolean       st_dwithin(geog1 geography, geog2 geography, tolerance float8, use_spheroid boolean default true)
boolean       st_dwithin(text, text, float8)
boolean       st_dfullywithin(geom1 geometry, geom2 geometry, float8)
boolean       st_3ddwithin(geom1 geometry, geom2 geometry, float8)
boolean       st_3dintersects(geom1 geometry, geom2 geometry)
boolean       st_pointinsidecircle(geometry, float8, float8, float8)
boolean       st_contains(geom1 geometry, geom2 geometry)
boolean       st_containsproperly(geom1 geometry, geom2 geometry)
boolean       st_within(geom1 geometry, geom2 geometry)
boolean       st_covers(geom1 geometry, geom2 geometry)
boolean       st_covers(geog1 geography, geog2 geography)
boolean       st_covers(text, text)
boolean       st_coveredby(geom1 geometry, geom2 geometry)
boolean       st_coveredby(geog1 geography, geog2 geography)
boolean       st_coveredby(text, text)
boolean       st_intersects(geom1 geometry, geom2 geometry)
boolean       st_intersects(geog1 geography, geog2 geography)
boolean       st_intersects(text, text)
boolean       st_crosses(geom1 geometry, geom2 geometry)
boolean       st_disjoint(geom1 geometry, geom2 geometry)
boolean       st_overlaps(geom1 geometry, geom2 geometry)
boolean       st_touches(geom1 geometry, geom2 geometry)
boolean       st_equals(geom1 geometry, geom2 geometry)
boolean       st_orderingequals(geom1 geometry, geom2 geometry)
boolean       st_relate(geom1 geometry, geom2 geometry, text)
text          st_relate(geom1 geometry, geom2 geometry)
boolean       st_isvalid(geometry)
boolean       st_isvalid(geometry, integer)
text          st_isvalidreason(geometry)
text          st_isvalidreason(geometry, integer)
valid_detail  st_isvaliddetail(geom geometry, flags integer default 0) = true, null::varchar, null
boolean       st_issimple(geometry)
boolean       st_isclosed(geometry)
boolean       st_isring(geometry)
boolean       st_iscollection(geometry)
boolean       st_isempty(geometry) = false
boolean       st_hasz(geom geometry)
boolean       st_hasm(geom geometry)
boolean       st_ispolygonccw(geometry)
boolean       st_ispolygoncw(geometry)
geometry      st_makevalid(geometry)
geometry      st_makevalid(geom geometry, params text)
float8        st_area(geometry)
float8        st_area(geog geography, use_spheroid boolean default true)
float8        st_area(text)
float8        st_area2d(geometry)
float8        st_length(geometry)
float8        st_length(geog geography, use_spheroid boolean default true)
float8        st_length(text)
float8        st_length2d(geometry)
float8        st_3dlength(geometry)
float8        st_lengthspheroid(geometry, spheroid)
float8        st_perimeter(geometry)
float8        st_perimeter(geog geography, use_spheroid boolean default true)
float8        st_perimeter2d(geometry)
float8        st_azimuth(geom1 geometry, geom2 geometry)
float8        st_azimuth(geog1 geography, geog2 geography)
float8        st_angle(pt1 geometry, pt2 geometry, pt3 geometry, pt4 geometry default 'POINT EMPTY')
float8        st_angle(line1 geometry, line2 geometry)
geography     st_project(geog geography, distance float8, azimuth float8)
geography     st_segmentize(geog geography, max_segment_length float8)
geometry      st_segmentize(geometry, float8)
geometry      st_buffer(geom geometry, radius float8, options text default '')
geometry      st_buffer(geom geometry, radius float8, quadsegs integer)
geography     st_buffer(geography, float8)
geography     st_buffer(geography, float8, integer)
geography     st_buffer(geography, float8, text)
geometry      st_buffer(text, float8)
geometry      st_buffer(text, float8, integer)
geometry      st_buffer(text, float8, text)
geometry      st_centroid(geometry)
geography     st_centroid(geography, use_spheroid boolean default true)
geometry      st_centroid(text)
geometry      st_geometricmedian(g geometry, tolerance float8 default null, max_iter integer default 10000, fail_if_not_converged boolean default false)
geometry      st_pointonsurface(geometry)
geometry      st_envelope(geometry)
geometry      st_boundingdiagonal(geom geometry, fits boolean default false)
geometry      st_orientedenvelope(geometry)
geometry      st_minimumboundingcircle(inputgeom geometry, segs_per_quarter integer default 48)
geometry      st_expand(geometry, float8)
geometry      st_expand(geom geometry, dx float8, dy float8, dz float8 default 0, dm float8 default 0)
box2d         st_expand(box2d, float8)
box2d         st_expand(box box2d, dx float8, dy float8)
box3d         st_expand(box3d, float8)
geometry      st_boundary(geometry)
geometry      st_convexhull(geometry)
geometry      st_concavehull(param_geom geometry, param_pctconvex float8, param_allow_holes boolean default false)
geometry      st_collect(geom1 geometry, geom2 geometry)
geometry      st_collect(geometry[])
geometry      st_union(geom1 geometry, geom2 geometry)
geometry      st_union(geom1 geometry, geom2 geometry, gridsize float8)
geometry      st_union(geometry[])
geometry      st_unaryunion(geometry, gridsize float8 default -1.0)
geometry      st_intersection(geom1 geometry, geom2 geometry, gridsize float8 default -1.0)
geography     st_intersection(geography, geography)
geometry      st_intersection(text, text)
geometry      st_difference(geom1 geometry, geom2 geometry, gridsize float8 default -1.0)
geometry      st_symdifference(geom1 geometry, geom2 geometry, gridsize float8 default -1.0)
geometry      st_split(geom1 geometry, geom2 geometry)
geometry      st_snap(geom1 geometry, geom2 geometry, float8)
geometry      st_snaptogrid(geometry, float8)
geometry      st_snaptogrid(geometry, float8, float8)
geometry      st_snaptogrid(geometry, float8, float8, float8, float8)
geometry      st_reduceprecision(geom geometry, gridsize float8)
geometry      st_quantizecoordinates(g geometry, prec_x integer, prec_y integer default null, prec_z integer default null, prec_m integer default null)
geometry      st_simplify(geometry, float8)
geometry      st_simplify(geometry, float8, boolean)
geometry      st_simplifypreservetopology(geometry, float8)
geometry      st_simplifyvw(geometry, float8)
geometry      st_chaikinsmoothing(geometry, integer default 1, boolean default false)
geometry      st_removerepeatedpoints(geom geometry, tolerance float8 default 0.0)
geometry      st_subdivide(geom geometry, maxvertices integer default 256, gridsize float8 default -1.0)
geometry      st_clipbybox2d(geom geometry, box box2d)
geometry      st_node(g geometry)
geometry      st_polygonize(geometry[])
geometry      st_buildarea(geometry)
geometry      st_linemerge(geometry)
geometry      st_linemerge(geometry, boolean)
geometry      st_sharedpaths(geom1 geometry, geom2 geometry)
geometry      st_delaunaytriangles(g1 geometry, tolerance float8 default 0.0, flags integer default 0)
geometry      st_voronoipolygons(g1 geometry, tolerance float8 default 0.0, extend_to geometry default null)
geometry      st_voronoilines(g1 geometry, tolerance float8 default 0.0, extend_to geometry default null)
geometry      st_offsetcurve(line geometry, distance float8, params text default '')
geometry      st_generatepoints(area geometry, npoints integer)
geometry      st_generatepoints(area geometry, npoints integer, seed integer)
geometry      st_force2d(geometry)
geometry      st_force3d(geom geometry, zvalue float8 default 0.0)
geometry      st_force3dz(geom geometry, zvalue float8 default 0.0)
geometry      st_force3dm(geom geometry, mvalue float8 default 0.0)
geometry      st_force4d(geom geometry, zvalue float8 default 0.0, mvalue float8 default 0.0)
geometry      st_forcecollection(geometry)
geometry      st_forcerhr(geometry)
geometry      st_forcepolygoncw(geometry)
geometry      st_forcepolygonccw(geometry)
geometry      st_forcesfs(geometry)
geometry      st_multi(geometry)
geometry      st_normalize(geom geometry)
geometry      st_reverse(geometry)
geometry      st_flipcoordinates(geometry)
geometry      st_shiftlongitude(geometry)
geometry      st_wrapx(geom geometry, wrap float8, move float8)
geometry      st_translate(geometry, float8, float8)
geometry      st_translate(geometry, float8, float8, float8)
geometry      st_scale(geometry, float8, float8)
geometry      st_scale(geometry, float8, float8, float8)
geometry      st_scale(geometry, geometry)
geometry      st_rotate(geometry, float8)
geometry      st_rotate(geometry, float8, float8, float8)
geometry      st_rotate(geometry, float8, geometry)
geometry      st_affine(geometry, float8, float8, float8, float8, float8, float8)
geometry      st_collectionextract(geometry)
geometry      st_collectionextract(geometry, integer)
geometry      st_collectionhomogenize(geometry)
integer       st_numgeometries(geometry)
geometry      st_geometryn(geometry, integer)
integer       st_npoints(geometry)
integer       st_numpoints(geometry)
integer       st_nrings(geometry)
integer       st_numinteriorrings(geometry)
integer       st_numinteriorring(geometry)
geometry      st_interiorringn(geometry, integer)
geometry      st_exteriorring(geometry)
geometry      st_pointn(geometry, integer)
geometry      st_startpoint(geometry)
geometry      st_endpoint(geometry)
geometry      st_points(geometry)
integer       st_dimension(geometry)
smallint      st_coorddim(geom geometry) = @extschema@.st_ndims($1)
smallint      st_zmflag(geometry)
integer       st_memsize(geometry)
text          st_summary(geometry)
text          st_summary(geography)
float8        st_xmin(box3d)
float8        st_xmax(box3d)
float8        st_ymin(box3d)
float8        st_ymax(box3d)
float8        st_zmin(box3d)
float8        st_zmax(box3d)
geometry      st_addpoint(geom1 geometry, geom2 geometry)
geometry      st_addpoint(geom1 geometry, geom2 geometry, integer)
geometry      st_removepoint(geometry, integer)
geometry      st_setpoint(geometry, integer, geometry)
geometry      st_closestpoint(geom1 geometry, geom2 geometry)
geography     st_closestpoint(geography, geography, use_spheroid boolean default true)
geometry      st_shortestline(geom1 geometry, geom2 geometry)
geometry      st_longestline(geom1 geometry, geom2 geometry)
geometry      st_lineinterpolatepoint(geometry, float8)
geometry      st_lineinterpolatepoints(geometry, float8, repeat boolean default true)
float8        st_linelocatepoint(geom1 geometry, geom2 geometry)
geometry      st_linesubstring(geometry, float8, float8)
geometry      st_addmeasure(geometry, float8, float8)
geometry      st_locatealong(geometry geometry, measure float8, leftrightoffset float8 default 0.0)
geometry      st_locatebetween(geometry geometry, frommeasure float8, tomeasure float8, leftrightoffset float8 default 0.0)
float8        st_interpolatepoint(line geometry, point geometry)
geometry      st_curvetoline(geom geometry, tol float8 default 32, toltype integer default 0, flags integer default 0)
geometry      st_linetocurve(geometry geometry)
box2d         st_estimatedextent(text, text)
box2d         st_estimatedextent(text, text, text)
setof geometry_dump st_dump(geometry) = null::integer[], null
setof geometry_dump st_dumppoints(geometry) = null::integer[], null
setof geometry_dump st_dumprings(geometry) = null::integer[], null
setof geometry_dump st_dumpsegments(geometry) = null::integer[], null
geometry[]    st_clusterintersecting(geometry[])
geometry[]    st_clusterwithin(geometry[], float8)
integer       find_srid(varchar, varchar, varchar)
text          updategeometrysrid(varchar, varchar, integer)
text          updategeometrysrid(varchar, varchar, varchar, integer)
text          updategeometrysrid(catalogn_name varchar, schema_name varchar, table_name varchar, column_name varchar, new_srid_in integer)
text          populate_geometry_columns(use_typmod boolean default true)
integer       populate_geometry_columns(tbl_oid oid, use_typmod boolean default true)
bytea         _stub_tile(bytea, anyelement) = $1
bytea         _stub_tile(bytea, anyelement, text) = $1
bytea         _stub_tile(bytea, anyelement, text, integer) = $1
bytea         _stub_tile(bytea, anyelement, text, integer, text) = $1
bytea         _stub_tile(bytea, anyelement, text, integer, text, text) = $1
geometry      _stub_either(geometry, geometry) = coalesce($1, $2)
geometry      _stub_either(geometry, geometry, float8) = coalesce($1, $2)
geometry[]    _stub_either(geometry[], geometry) = $1 || $2
geometry[]    _stub_either(geometry[], geometry, float8) = $1 || $2
box2d         _stub_either(box2d, geometry) = $1
box3d         _stub_either(box3d, geometry) = $1
$list$, E'\n'), E'\n')
  loop
    words := regexp_match(split_part(line, ' = ', 1), '^(setof \S+|\S+)\s+(.*)$');
    result := words[1];
    body := case
      when line like '% = %' then substr(line, strpos(line, ' = ') + 3)
      when result in ('geometry', 'geography') and words[2] ~ format('\((\w+ )?%s[,) ]', result) then '$1'
      when result = 'geometry' then '@extschema@._stub_geometry(''010700000000000000'')'
      when result = 'boolean' then 'true'
      when result in ('float8', 'integer', 'smallint') then '0::' || result
      when result = 'text' then ''''''
      else 'null::' || case when result ~ '^(box[23]d|geo)' then '@extschema@.' else '' end || result end;
    execute format('create function %s returns %s language sql immutable parallel safe %s as %L', words[2], result,
                   case when words[2] like '\_stub%' then '' else 'strict' end,
                   'select ' || body || case when result like 'setof %' then ' where false' else '' end);
  end loop;
end
$$;
create function st_asgeojson(r record, geom_column text default '', maxdecimaldigits integer default 9,
                             pretty_bool boolean default false)
  returns text language plpgsql immutable strict as 'begin return ''{}''; end';
do $$
declare
  line  text;
  words text[];
begin
  foreach line in array string_to_array(btrim($list$
&& && geometry geometry_overlaps
~ @ geometry geometry_contains
@ ~ geometry geometry_within
~= ~= geometry geometry_same
<< >> geometry geometry_left
&< &> geometry geometry_overleft
<<| |>> geometry geometry_below
&<| |&> geometry geometry_overbelow
&> &< geometry geometry_overright
>> << geometry geometry_right
|&> &<| geometry geometry_overabove
|>> <<| geometry geometry_above
&&& &&& geometry geometry_overlaps_nd
~~ @@ geometry geometry_contains_nd
@@ ~~ geometry geometry_within_nd
~~= ~~= geometry geometry_same_nd
<-> <-> geometry geometry_distance_centroid
<#> <#> geometry geometry_distance_box
<<->> <<->> geometry geometry_distance_centroid_nd
|=| |=| geometry geometry_distance_cpa
&& && geography geography_overlaps
<-> <-> geography geography_distance_knn
$list$, E'\n'), E'\n')
  loop
    words := string_to_array(line, ' ');
    execute format('create operator %s (commutator = %s, leftarg = %s, rightarg = %3$s, function = %4$s)', words[1], words[2],
                   words[3], words[4]);
  end loop;
  foreach line in array string_to_array(btrim($list$
point geometry
path geometry
polygon geometry
geometry point
geometry path
geometry polygon
geometry json
geometry jsonb
geometry box as assignment
geometry box2d as implicit
geometry box3d as implicit
box3d box2d as implicit
box2d box3d as implicit
box3d box as implicit
box2d geometry as implicit
box3d geometry as implicit
text geometry as implicit
geometry text as implicit
bytea geometry as implicit
geometry bytea as implicit
bytea geography as implicit
geography bytea as implicit
geometry geography as implicit
geography geometry
$list$, E'\n'), E'\n')
  loop
    words := regexp_match(line, '^(\w+) (\w+)(.*)$');
    execute format('create cast (%s as %s) with function %2$I(%1$s)%3$s', words[1], words[2], words[3]);
  end loop;
  foreach line in array string_to_array(btrim($list$
st_union(geometry) geometry _stub_either
st_union(geometry, float8) geometry _stub_either
st_memunion(geometry) geometry _stub_either
st_collect(geometry) geometry _stub_either
st_makeline(geometry) geometry _stub_either
st_polygonize(geometry) geometry _stub_either
st_coverageunion(geometry) geometry _stub_either
st_extent(geometry) box2d _stub_either
st_3dextent(geometry) box3d _stub_either
st_clusterintersecting(geometry) geometry[] _stub_either
st_clusterwithin(geometry, float8) geometry[] _stub_either
st_asmvt(anyelement) bytea _stub_tile
st_asmvt(anyelement, text) bytea _stub_tile
st_asmvt(anyelement, text, integer) bytea _stub_tile
st_asmvt(anyelement, text, integer, text) bytea _stub_tile
st_asmvt(anyelement, text, integer, text, text) bytea _stub_tile
st_asgeobuf(anyelement) bytea _stub_tile
st_asgeobuf(anyelement, text) bytea _stub_tile
st_asflatgeobuf(anyelement) bytea _stub_tile
$list$, E'\n'), E'\n')
  loop
    words := regexp_match(line, '^(.*\)) (\S+) (\S+)$');
    execute format('create aggregate %s (stype = %s, sfunc = %s)', words[1], words[2], words[3]);
  end loop;
  foreach line in array array['st_clusterdbscan(geometry, eps float8, minpoints integer)',
                              'st_clusterkmeans(geom geometry, k integer, max_radius float8 default null)',
                              'st_clusterwithinwin(geometry, distance float8)', 'st_clusterintersectingwin(geometry)']
  loop
    execute format('create function %s returns integer language internal window immutable as ''window_row_number''', line);
  end loop;
end
$$;
-- gist keeps boxes, made of whatever bytes a value begins with: it is longer than the point that gist_point_compress
-- takes it for. btequalimage is always true, and gist rechecks what a consistent function says nothing about. So rows
-- of any number can be there, and indexes answer rightly.
create function _stub_compress(internal) returns internal language internal strict as 'gist_point_compress';
create function _stub_union(internal, internal) returns internal language internal strict as 'gist_box_union';
create function _stub_penalty(internal, internal, internal) returns internal language internal strict as 'gist_box_penalty';
create function _stub_split(internal, internal) returns internal language internal strict as 'gist_box_picksplit';
create function _stub_same(box, box, internal) returns internal language internal strict as 'gist_box_same';
create function _stub_consistent(internal) returns boolean language internal strict as 'btequalimage';
do $$
declare
  gist    constant text := 'function 1 _stub_consistent(internal), function 2 _stub_union(internal, internal),'
                           ' function 3 _stub_compress(internal), function 5 _stub_penalty(internal, internal, internal),'
                           ' function 6 _stub_split(internal, internal), function 7 _stub_same(box, box, internal),'
                           ' storage box';
  brin    constant text := 'operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >,'
                           ' function 1 brin_minmax_opcinfo(internal),'
                           ' function 2 brin_minmax_add_value(internal, internal, internal, internal),'
                           ' function 3 brin_minmax_consistent(internal, internal, internal),'
                           ' function 4 brin_minmax_union(internal, internal, internal)';
  spgist  constant text := 'function 1 spg_text_config(internal, internal), function 2 spg_text_choose(internal, internal),'
                           ' function 3 spg_text_picksplit(internal, internal),'
                           ' function 4 spg_text_inner_consistent(internal, internal),'
                           ' function 5 spg_text_leaf_consistent(internal, internal)';
  classes constant text[][] := array[
    ['gist_geometry_ops_2d default', 'geometry', 'gist', 'operator 1 <<, operator 2 &<, operator 3 &&, operator 4 &>,'
      ' operator 5 >>, operator 6 ~=, operator 7 ~, operator 8 @, operator 9 &<|, operator 10 <<|, operator 11 |>>,'
      ' operator 12 |&>, ' || gist],
    ['gist_geometry_ops_nd', 'geometry', 'gist', 'operator 3 &&&, operator 6 ~~=, operator 7 ~~, operator 8 @@, ' || gist],
    ['gist_geography_ops default', 'geography', 'gist', 'operator 3 &&, ' || gist],
    ['brin_geometry_inclusion_ops_2d default', 'geometry', 'brin', brin],
    ['brin_geometry_inclusion_ops_3d', 'geometry', 'brin', brin],
    ['brin_geometry_inclusion_ops_4d', 'geometry', 'brin', brin],
    ['brin_geography_inclusion_ops default', 'geography', 'brin', brin],
    ['spgist_geometry_ops_2d default', 'geometry', 'spgist', spgist],
    ['spgist_geometry_ops_3d', 'geometry', 'spgist', spgist],
    ['spgist_geometry_ops_nd', 'geometry', 'spgist', spgist],
    ['spgist_geography_ops_nd default', 'geography', 'spgist', spgist]];
  class   text[];
begin
  foreach class slice 1 in array classes
  loop
    execute format('create operator class %s %s for type %s using %s as %s',
                   split_part(class[1], ' ', 1), split_part(class[1], ' ', 2), class[2], class[3], class[4]);
  end loop;
end
$$;
create view geometry_columns as
  select current_database()::varchar(256) as f_table_catalog, n.nspname as f_table_schema, c.relname as f_table_name,
         a.attname as f_geometry_column, coalesce(postgis_typmod_dims(a.atttypmod), 2) as coord_dimension,
         postgis_typmod_srid(a.atttypmod) as srid,
         replace(replace(upper(postgis_typmod_type(a.atttypmod)), 'ZM', ''), 'Z', '')::varchar(30) as type
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and not a.attisdropped
   where c.relkind in ('r', 'v', 'm', 'f', 'p') and a.atttypid = 'geometry'::regtype
     and has_table_privilege(c.oid, 'select');
create view geography_columns as
  select current_database() as f_table_catalog, n.nspname as f_table_schema, c.relname as f_table_name,
         a.attname as f_geography_column, postgis_typmod_dims(a.atttypmod) as coord_dimension,
         postgis_typmod_srid(a.atttypmod) as srid, postgis_typmod_type(a.atttypmod) as type
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and not a.attisdropped
   where c.relkind in ('r', 'v', 'm', 'f', 'p') and a.atttypid = 'geography'::regtype
     and has_table_privilege(c.oid, 'select');
grant select on spatial_ref_sys, geometry_columns, geography_columns to public;
create function addgeometrycolumn(catalog_name varchar, schema_name varchar, table_name varchar, column_name varchar,
                                  new_srid_in integer, new_type varchar, new_dim integer, use_typmod boolean default true)
  returns text language plpgsql strict as $$
declare
  measure text := case when new_type ~* '[zm]$' then '' when new_dim = 3 then 'Z' when new_dim = 4 then 'ZM' else '' end;
begin
  execute format('alter table %s%I add column %I @extschema@.geometry(%s, %s)',
                 case when schema_name > '' then quote_ident(schema_name) || '.' else '' end, table_name, column_name,
                 new_type || measure, greatest(new_srid_in, 0));
  return '';
end
$$;
create function addgeometrycolumn(schema_name varchar, table_name varchar, column_name varchar, new_srid integer,
                                  new_type varchar, new_dim integer, use_typmod boolean default true)
  returns text language sql strict as 'select @extschema@.addgeometrycolumn('''', $1, $2, $3, $4, $5, $6, $7)';
create function addgeometrycolumn(table_name varchar, column_name varchar, new_srid integer, new_type varchar,
                                  new_dim integer, use_typmod boolean default true)
  returns text language sql strict as 'select @extschema@.addgeometrycolumn('''', '''', $1, $2, $3, $4, $5, $6)';
create function dropgeometrycolumn(catalog_name varchar, schema_name varchar, table_name varchar, column_name varchar)
  returns text language plpgsql strict as $$
begin
  execute format('alter table %s%I drop column %I', case when schema_name > '' then quote_ident(schema_name) || '.' else '' end,
                 table_name, column_name);
  return '';
end
$$;
create function dropgeometrycolumn(schema_name varchar, table_name varchar, column_name varchar) returns text
  language sql strict as 'select @extschema@.dropgeometrycolumn('''', $1, $2, $3)';
create function dropgeometrycolumn(table_name varchar, column_name varchar) returns text
  language sql strict as 'select @extschema@.dropgeometrycolumn('''', '''', $1, $2)';
