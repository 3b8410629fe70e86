"""Comments of statements that sync makes anew: none is lost, wherever it stands."""

from pathlib import Path

import psycopg
from addresses import address
from conftest import Run
from syncing import all_say

TEXT = """create table public.q ( -- 0
  id int -- 1
) -- 2
;
create view public.v as
select 1 as a, -- 3
 2 as b -- 4
;
create index i on public.q (id) /* 5 */ ;
create policy p on public.q using (true) -- 6
;
"""


def test_comments_before_a_semicolon_stay(run: Run, plain: Path) -> None:
    file = plain / "schemas" / "01_tables.sql"
    file.write_text(TEXT)
    code, _, said = run("sync --from files --canonical table,view,index,policy --force")
    assert (code, file.read_text() == TEXT) == (0, False), said
    for number in range(7):
        assert file.read_text().count(f"-- {number}\n") + file.read_text().count(f"/* {number} */") == 1, number


def test_comments_of_a_whole_that_is_replaced_stay(run: Run, plain: Path, database: psycopg.Connection) -> None:
    file = all_say(plain, database, TEXT.replace("2 as b -- 4", "* -- 4\nfrom public.q -- 7"))
    database.execute("create or replace view public.v as select 2 as a, id, 5 as c from public.q")
    code, _, said = run(f"sync --db-url '{address(database)}' --force")
    assert code == 0, said
    assert [number for number in range(8) if f" {number}" not in file.read_text()] == []
    assert "-- 7\n" in file.read_text() and "-- 4\n" in file.read_text()
