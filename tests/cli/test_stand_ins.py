"""Schema files that use extensions, compared and planned where the server has them or stand-ins for them."""

from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[[str], tuple[int, str, str]]

_BEFORE = """
    create schema gis;
    create extension postgis with schema gis;
    create table parcels (id int primary key, outline gis.geometry, middle gis.geography(point));
    create index by_outline on parcels using gist (outline);
"""
_AFTER = """
    create schema gis;
    create extension postgis with schema gis;
    create table parcels (
      id int primary key,
      outline gis.geometry(MultiPolygon, 4326) not null default 'SRID=4326;MULTIPOLYGON EMPTY',
      middle gis.geography(PointZ, 4326),
      entry gis.geometry(Point) default gis.st_point(1, 2),
      check (gis.st_isvalid(outline)),
      exclude using gist (outline with gis.&&)
    );
    create index by_outline on parcels using gist (outline gis.gist_geometry_ops_nd);
    create index by_middle on parcels using gist (middle, (entry::gis.geography));
    create view beside as select p.id from parcels p join parcels q
      on p.id <> q.id and gis.st_dwithin(p.middle, q.middle, 10, use_spheroid => false)
      order by p.entry operator(gis.<->) 'POINT(0 0)'::gis.geometry;
    create policy inside on parcels
      using (gis.st_within(entry, gis.st_setsrid(gis.st_makebox2d(gis.st_point(0, 0), gis.st_point(1, 1)), 4326)));
"""


@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
def test_a_plan_with_geometries_arrives(run: Run, folder: Path, backwards: bool) -> None:
    (folder / "before.sql").write_text(_BEFORE)
    (folder / "after.sql").write_text(_AFTER)
    old, new = ("after", "before") if backwards else ("before", "after")
    code, out, err = run(f"diff --from {old}.sql --to {new}.sql --proof pg_dump")
    assert (code, "unproved" in err) == (0, False), err
    assert "by_outline" in out


@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
def test_the_comment_that_an_extension_comes_with_is_no_difference(run: Run, folder: Path, backwards: bool) -> None:
    text = "create extension pg_net; create extension pgnorm_unheard_of;\n"
    (folder / "files.sql").write_text(text)
    comments = "comment on extension pg_net is 'Async HTTP'; comment on extension pgnorm_unheard_of is 'as it came';\n"
    (folder / "dump.sql").write_text(text + comments)
    old, new = ("files", "dump") if backwards else ("dump", "files")
    code, _, err = run(f"diff --from {old}.sql --to {new}.sql --check")
    assert (code, "No schema changes found" in err) == (0, True), err


def test_what_dump_prints_is_no_difference(run: Run, folder: Path) -> None:
    (folder / "after.sql").write_text(_AFTER)
    assert run("dump --from after.sql -o printed.sql")[0] == 0
    printed = (folder / "printed.sql").read_text()
    assert '"middle" "gis"."geography"(PointZ,4326)' in printed
    code, _, err = run("diff --from printed.sql --to after.sql --check")
    assert (code, "No schema changes found" in err) == (0, True), err
