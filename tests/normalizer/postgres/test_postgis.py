"""What files do with geometries, where the server has PostGIS and where a stand-in takes its place."""

from collections.abc import Iterator

import psycopg
import pytest

from pgnorm.normalizer.postgres.shadow import Shadow


@pytest.fixture
def gis(shadow: Shadow) -> Iterator[psycopg.Connection]:
    """A session with the extension in a schema that its search_path doesn't name."""
    shadow.provide_extension("postgis")
    with shadow.session() as session:
        session.connection.execute("create schema gis; create extension postgis with schema gis")
        yield session.connection


def one(connection: psycopg.Connection, query: str) -> object:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0] if len(row) == 1 else row


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("geometry", "geometry"),
        ("geometry(Point, 4326)", "geometry(Point,4326)"),
        ("geometry(point)", "geometry(Point)"),
        ("geometry('MULTIPOLYGON', 3857)[]", "geometry(MultiPolygon,3857)[]"),
        ("geometry(LineStringZM)", "geometry(LineStringZM)"),
        ("geometry(Geometry)", "geometry"),
        ("geometry(geometry, 27700)", "geometry(Geometry,27700)"),
        ("geometry(PolygonM, 0)", "geometry(PolygonM)"),
        ("geography", "geography"),
        ("geography(Point)", "geography(Point,4326)"),
        ("geography(GeometryCollectionZ,4326)", "geography(GeometryCollectionZ,4326)"),
    ],
)
def test_types_are_shown_as_postgis_shows_them(gis: psycopg.Connection, written: str, shown: str) -> None:
    gis.execute(f"create table t (a gis.{written})".encode())
    query = "select format_type(atttypid, atttypmod) from pg_attribute where attrelid = 't'::regclass and attname = 'a'"
    assert one(gis, query) == f"gis.{shown}"


@pytest.mark.parametrize("written", ["geometry(Circle)", "geometry(Point, 4326, 1)", "geography(4326)"])
def test_modifiers_that_postgis_refuses_are_refused(gis: psycopg.Connection, written: str) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        gis.execute(f"create table t (a gis.{written})".encode())


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("POINT(1 2)", "0101000000000000000000F03F0000000000000040"),
        ("SRID=4326;POINT(1 -2.5)", "0101000020E6100000000000000000F03F00000000000004C0"),
        ("point z (1 2 3)", "0101000080000000000000F03F00000000000000400000000000000840"),
        ("POINT(1 2 3)", "0101000080000000000000F03F00000000000000400000000000000840"),
        ("POINTM(1 2 3)", "0101000040000000000000F03F00000000000000400000000000000840"),
        ("POINT EMPTY", "0101000000000000000000F87F000000000000F87F"),
        ("LINESTRING EMPTY", "010200000000000000"),
        ("LINESTRING (0 0, 1 2)", "010200000002000000" + "0" * 32 + "000000000000F03F0000000000000040"),
        ("0101000000000000000000f03f0000000000000040", "0101000000000000000000F03F0000000000000040"),
        (
            "POLYGON((0 0,0 1,1 1,0 0))",
            "01030000000100000004000000" + "0" * 48 + "000000000000F03F000000000000F03F000000000000F03F" + "0" * 32,
        ),
        (
            "MULTIPOINT(1 2, 1 2)",
            "010400000002000000" + 2 * "0101000000000000000000F03F0000000000000040",
        ),
        (
            "GEOMETRYCOLLECTION(POINT(1 2),POINT EMPTY)",
            "0107000000020000000101000000000000000000F03F00000000000000400101000000000000000000F87F000000000000F87F",
        ),
    ],
)
def test_constants_are_what_postgis_makes_of_them(gis: psycopg.Connection, written: str, shown: str) -> None:
    assert one(gis, f"select '{written}'::gis.geometry::text") == shown
    gis.execute(f"create table t (a gis.geometry default '{written}')".encode())
    query = "select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = 't'::regclass"
    assert one(gis, query) == f"'{shown}'::gis.geometry"


def test_a_constant_that_is_no_geometry_is_refused(gis: psycopg.Connection) -> None:
    with pytest.raises(psycopg.Error):
        gis.execute("select 'nowhere'::gis.geometry")


def test_points_and_srids_are_told(gis: psycopg.Connection) -> None:
    gis.execute("set local search_path = gis")
    made = "st_setsrid(st_makepoint(-71.064544, 42.28787), 4326)"
    assert one(gis, f"select st_x({made}), st_y({made}), st_srid({made}), geometrytype({made})") == (
        -71.064544,
        42.28787,
        4326,
        "POINT",
    )
    assert one(gis, "select st_setsrid('SRID=4326;POINT(0 1)'::geometry, 0) = 'POINT(0 1)'::geometry")
    assert one(gis, "select st_srid(st_geomfromtext('POINT(0 1)', 3857)), st_x(st_point(0, 1, 3857))") == (3857, 0)
    assert one(gis, "select st_ndims('POINT(0 1 2)'::geometry), st_srid('POINT(0 1)'::geography)") == (3, 4326)
    assert one(gis, "select st_makeenvelope(0, 0, 1, 1)::text") == one(
        gis, "select 'POLYGON((0 0,0 1,1 1,1 0,0 0))'::geometry::text"
    )


@pytest.mark.parametrize("method", ["gist (a)", "gist (a gist_geometry_ops_nd)", "gist (geography(a))", "spgist (a)",
                                    "brin (a)", "btree (a)", "hash (a)"])  # fmt: skip
def test_rows_fit_into_indexes(gis: psycopg.Connection, method: str) -> None:
    gis.execute("set local search_path = gis; create table t (i int, a geometry(Point, 4326))")
    fill = "insert into t select i, st_setsrid(st_point(i / 100.0, 1), 4326) from generate_series(1, 2000) i"
    gis.execute(f"{fill}; create index on t using {method}; {fill.replace('2000', '3000')}".encode())
    gis.execute("insert into t values (0, null), (0, 'SRID=4326;POINT EMPTY'); analyze t")
    gis.execute("set local enable_seqscan = off")
    same = "a = st_setsrid(st_point(7, 1), 4326)" if "tree" in method or "hash" in method else "i = 700"
    near = "and a && st_setsrid(st_point(7, 1), 4326)" if method.startswith("gist (a") else ""
    assert one(gis, f"select count(*)::int from t where {same} {near}") == 2


def test_an_exclusion_is_asked_of_rows(gis: psycopg.Connection) -> None:
    gis.execute(
        "create table t (a gis.geometry, exclude using gist (a with gis.~=)); insert into t values ('POINT(1 2)')"
    )
    gis.execute("insert into t values ('POINT(1 3)'), (null)")
    with pytest.raises(psycopg.errors.ExclusionViolation):
        gis.execute("insert into t values ('POINT(1 2)')")


def test_columns_are_added_and_listed_by_postgis_own_functions(gis: psycopg.Connection) -> None:
    gis.execute("set local search_path = public, gis; create table t (g geography(Point))")
    gis.execute(
        "select addgeometrycolumn('t', 'a', 4326, 'POINT', 2), addgeometrycolumn('public', 't', 'b', 0, 'POLYGON', 3)"
    )
    listed = gis.execute(
        "select f_geometry_column, coord_dimension, srid, type from geometry_columns where f_table_name = 't'"
    ).fetchall()
    assert listed == [("a", 2, 4326, "POINT"), ("b", 3, 0, "POLYGON")]
    assert one(gis, "select f_geography_column, srid, type from geography_columns") == ("g", 4326, "Point")
    gis.execute("select dropgeometrycolumn('t', 'a')")
    assert one(gis, "select count(*)::int from spatial_ref_sys where srid = 4326") == 1


def test_functions_and_aggregates_take_what_files_give_them(gis: psycopg.Connection) -> None:
    gis.execute("""
        set local search_path = public, gis;
        create table shops (id int, at geography(point) not null, area geometry(Polygon, 4326),
          lat float8 generated always as (st_y(at::geometry)) stored, check (st_isvalid(area)),
          check (st_srid(area) = 4326), check (geometrytype(area) in ('POLYGON', 'MULTIPOLYGON')));
        insert into shops (id, at, area)
        values (1, st_point(8, 50)::geography, st_geomfromtext('POLYGON((0 0,0 1,1 1,0 0))', 4326)),
               (2, 'SRID=4326;POINT(9 51)', null);
        create function near(lat float8, long float8, radius float8 default 1000) returns table (id int, dist float8)
          language sql stable as $$
          select s.id, st_distance(s.at, st_point(long, lat)::geography) from shops s
           where st_dwithin(s.at, st_setsrid(st_makepoint(long, lat), 4326)::geography, radius)
           order by s.at <-> st_setsrid(st_makepoint(long, lat), 4326)::geography limit 1 $$;
        create function tile(z int, x int, y int) returns bytea language sql stable as $$
          select st_asmvt(q, 'shops', 4096, 'geom') from (
            select id, st_asmvtgeom(st_transform(at::geometry, 3857), st_tileenvelope(z, x, y), 4096, 64, true) as geom
              from shops where at && st_transform(st_tileenvelope(z, x, y, margin => 0.1), 4326)) q $$;
        create view geo as select jsonb_build_object('type', 'FeatureCollection', 'features',
               jsonb_agg(st_asgeojson(s.*, 'area')::jsonb)) as doc, st_union(area) as whole, st_extent(area) as box,
               st_xmin(st_extent(area)) as west, st_collect(at::geometry) as points,
               st_makeline(at::geometry order by id)
          from shops s;
        create view parts as select id, (st_dump(area)).geom, (st_dumppoints(area)).path[1] from shops;
        create view clusters as
          select id, st_clusterdbscan(at::geometry, eps := 0.1, minpoints := 2) over () from shops;
        create function covers(geo jsonb) returns setof int language sql stable as $$
          select id from shops where st_intersects(area, st_makevalid(st_setsrid(st_geomfromgeojson(geo), 4326)))
             and st_contains(area, st_centroid(area)) and st_area(area::geography) / 1e6 > 1 and area ~ at::geometry
             and st_within(at::geometry, st_buffer(area, 5)) and st_length(st_boundary(area)) >= 0
             and area && st_makeenvelope(0, 0, 1, 1, 4326) and st_isvalidreason(area) <> 'x' $$;
    """)
    assert one(gis, "select lat from shops where id = 1") == 50
    for call in (
        "near(1, 1)",
        "tile(0, 0, 0)",
        "geo",
        "parts",
        "clusters",
        """covers('{"type": "Point", "coordinates": [1, 2]}')""",
    ):
        gis.execute(f"select * from {call}".encode()).fetchall()
