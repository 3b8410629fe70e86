"""A database that is compared is loaded into the private server: what its owner wrote runs there without power."""

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from conftest import Run

PLANTED = """
    create schema s;
    create function s.run() returns int language plpgsql as $$ begin
      copy (select 1) to program 'touch {mark}'; return 1; exception when others then return 1; end $$;
    create function s.one() returns int language plpgsql immutable as $$ begin return s.run(); end $$;
    create table s.parts (a int, check (s.one() = 1)) partition by range (a);
    create table s.part partition of s.parts for values from (1) to (2);
    create table s.u (a int);
    create index on s.u (a) where s.one() = 1;
    create domain s.d as int check (s.one() = 1);
    create table s.v (a int default s.one(), b int generated always as (s.one()) stored, c s.d);
    create materialized view s.m as select s.one();
    create event trigger e on ddl_command_end execute function s.told();
"""
TOLD = """
    create function s.told() returns event_trigger language plpgsql as $$ begin perform s.run(); end $$;
"""


@pytest.mark.parametrize("backwards", [False, True], ids=["from", "to"])
def test_its_code_reaches_nothing(
    run: "Run", database: psycopg.Connection, folder: Path, mark: Path, backwards: bool
) -> None:
    database.execute(b"create schema if not exists s")
    database.execute(PLANTED.replace("create schema s;", TOLD).format(mark=mark).encode())
    assert not mark.exists()  # by the confinement of the test's own server
    info = database.info
    (folder / "e.sql").write_text("create schema s; create table s.u (a int);")
    url = f"postgresql://{info.user}@/{info.dbname}?host={info.host}&port={info.port}"
    sides = ("e.sql", url) if backwards else (url, "e.sql")
    code, _, err = run(f"diff --from '{sides[0]}' --to '{sides[1]}'")
    assert code == 0, err
    assert not mark.exists()
