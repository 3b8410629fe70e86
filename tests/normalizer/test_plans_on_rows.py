"""Plans applied to tables that hold rows."""

from pathlib import Path
from typing import Final

import psycopg
import pytest
from judge import carry_out

from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.difference import differences
from pgnorm.normalizer.plan.planner import diff
from pgnorm.normalizer.postgres.shadow import Shadow

FILLED: Final = Path(__file__).parents[2] / "fixtures" / "kinds" / "columns" / "filled"


def _lead(shadow: Shadow, old: psycopg.Connection, new: str) -> str:
    """Apply in `old` the plan that leads to what `new` makes, and give its text."""
    with shadow.session(scratch=True) as session:
        session.connection.execute(new.encode())
        goal = read(session.connection)
    plan = diff(read(old), goal)
    carry_out(old, plan)
    old.execute("reset all")
    assert not differences(read(old), goal)
    return "\n".join(plan.scripts())


def test_what_becomes_not_null_gets_its_default(shadow: Shadow, database: psycopg.Connection) -> None:
    database.execute((FILLED / "old.sql").read_bytes())
    database.execute(
        "insert into parcels values (null, null, null, null, null, null, null, null),"
        " (5, 'c', 5, 'big', 's', '2020-01-01', 'good', 'n');"
        " insert into moves values (null, 1); insert into twigs values (null, 3);"
        " insert into owners values (1); insert into things values (1, null)"
    )
    new = (FILLED / "new.sql").read_text()
    _lead(
        shadow, database, new.replace("(select min(name) from sizes)", "coalesce((select min(name) from sizes), 's')")
    )
    found = database.execute("select id, weight, size, sent = current_user, at = current_date, mark, note from parcels")
    assert found.fetchall() == [(5, 5, "big", False, False, "good", "n"), (6, 7, "s", True, True, "fair", "x")]
    assert database.execute("select length(code) from parcels where id = 6").fetchone() == (32,)
    assert database.execute("select id from moves").fetchone() == (0,)
    assert database.execute("select name from twigs").fetchone() == ("root",)
    assert database.execute("select owner from things").fetchone() == (1,)


def test_what_has_no_default_is_left_to_whoever_knows_better(shadow: Shadow, database: psycopg.Connection) -> None:
    database.execute("create table t (a int, b int default 1)")
    sql = _lead(shadow, database, "create table t (a int not null, b int default 1)")
    assert sql == 'ALTER TABLE "public"."t" ALTER COLUMN "a" SET NOT NULL;\n'


def test_a_default_that_reads_a_new_table_comes_after_it(shadow: Shadow, database: psycopg.Connection) -> None:
    database.execute("create table a (id int); insert into a values (1), (2)")
    function = "create function most() returns int language plpgsql as"
    body = "'begin return coalesce((select max(v) from z where w is null), 0) + one(); end'"
    _lead(
        shadow,
        database,
        f"create table z (v int, w text); {function} {body};"
        " create function one() returns int language sql as 'select 1';"
        " create domain d as int default most() check (value < most() + 9);"
        " create table a (id int, v int not null default most(), x d);"
        " alter table a add check (v <= most())",
    )
    assert database.execute("select v, x from a").fetchall() == [(1, 1), (1, 1)]


ACTING: Final = """
    create table told (what text);
    create function tell() returns trigger language plpgsql as $$
    begin
      insert into told values (format('trigger %s.%s.%s', tg_table_schema, tg_table_name, tg_name));
      return new;
    end $$;
    create table sacks (id int, weight int{0}, mark int);
    create table big_sacks () inherits (sacks);
    create table tubs (id int, weight int{0}) partition by list (id);
    create table tubs_1 partition of tubs for values in (1);
    create trigger touch before update on sacks for each row execute function tell();
    create trigger weighed after insert or delete or update of mark, weight on sacks for each row
      execute function tell();
    create trigger marked before update of mark on sacks for each row execute function tell();
    create trigger come before insert on sacks for each row execute function tell();
    create trigger told_once after update on sacks execute function tell();
    create trigger silent before update on sacks for each row execute function tell();
    alter table sacks disable trigger silent;
    create trigger loud before update on sacks for each row execute function tell();
    alter table sacks enable always trigger loud;
    create trigger below before update on big_sacks for each row execute function tell();
    create trigger below_once before update on big_sacks for each statement execute function tell();
    create trigger whole before update on tubs for each row execute function tell();
    create trigger own before update on tubs_1 for each row execute function tell();
    create rule also as on update to tubs do also insert into told values ('rule public.tubs.also');
"""


def test_what_filling_rows_sets_off_is_told(shadow: Shadow, database: psycopg.Connection) -> None:
    database.execute((ACTING.format("") + "create trigger bye before update on sacks execute function tell()").encode())
    database.execute("insert into sacks values (1); insert into big_sacks values (2); insert into tubs values (1)")
    database.execute("truncate told")
    new = "create trigger later before update on sacks for each row execute function tell()"
    with shadow.session(scratch=True) as session:
        session.connection.execute((ACTING.format(" not null default 3") + new).encode())
        plan = diff(read(database), read(session.connection))
    [script] = plan.scripts()
    database.execute(script.encode())
    said = {name for step in plan.steps for name in step.fires}
    told = {name for (name,) in database.execute("select what from told").fetchall()}
    # A partition has a copy of its table's trigger.
    assert {name.replace("tubs_1.whole", "tubs.whole") for name in told} == said
    assert len(said) == 8
    for step in plan.steps:
        assert not step.fires or f"-- The UPDATE sets off {', '.join(step.fires)}: disable what is not to" in step.sql


INHERITANCE: Final = Path(__file__).parents[2] / "fixtures" / "kinds" / "inheritance"


LED: Final = """
    create schema shop;
    create table shop.base (code int, constraint code_set check (code > 0), mark text);
    create table shop.twin (mark text);
    create table shop.kid () inherits (shop.base, shop.twin);
    create table shop.grandkid () inherits (shop.kid);
    create table shop.wide (code int) inherits (shop.twin);
    create index on shop.kid (code);
    create view shop.codes as select code from shop.kid;
    insert into shop.grandkid values (3, 'x');
    insert into shop.kid values (4, 'y');
"""
LEFT_BEHIND: Final = """
    create schema shop;
    create table shop.base (other date);
    create table shop.twin (other date);
    create table shop.kid (code int, mark text, constraint code_set check (code > 0)) inherits (shop.base, shop.twin);
    create table shop.grandkid () inherits (shop.kid);
    create table shop.wide (code int, mark varchar(9) not null default 'x') inherits (shop.twin);
    create index on shop.kid (code);
    create view shop.codes as select code from shop.kid;
"""


def test_a_column_that_only_the_parent_loses_keeps_its_values(shadow: Shadow, database: psycopg.Connection) -> None:
    database.execute(LED.encode() + b"insert into shop.wide values ('m', 7), (null, 8)")
    sql = _lead(shadow, database, LEFT_BEHIND)
    assert database.execute("select code, mark from shop.kid order by code").fetchall() == [(3, "x"), (4, "y")]
    assert database.execute("select code, mark from shop.wide order by code").fetchall() == [(7, "m"), (8, "x")]
    assert "DROP VIEW" not in sql
    assert "DROP INDEX" not in sql


def test_a_check_that_one_parent_has_as_valid_is_validated_first(shadow: Shadow, database: psycopg.Connection) -> None:
    database.execute((INHERITANCE / "checks_of_which_one_is_valid" / "old.sql").read_bytes())
    sql = _lead(shadow, database, (INHERITANCE / "checks_of_which_one_is_valid" / "new.sql").read_text())
    assert sql.index('"pair" VALIDATE CONSTRAINT "positive"') < sql.index('ALTER TABLE "public"."strict"')
    assert "DROP CONSTRAINT" not in sql


def test_a_not_null_that_another_parent_says_is_not_said_again(shadow: Shadow, database: psycopg.Connection) -> None:
    if shadow.major < 18:
        pytest.skip("DROP NOT NULL takes it from all that inherit")
    database.execute("create table one (a int not null); create table two (a int not null)")
    database.execute("create table pair () inherits (one, two)")
    new = "create table one (a int); create table two (a int not null); create table pair () inherits (one, two)"
    assert _lead(shadow, database, new) == 'ALTER TABLE "public"."one" ALTER COLUMN "a" DROP NOT NULL;\n'
    new = new.replace("two (a int not null)", "two (a int)")
    assert _lead(shadow, database, new) == 'ALTER TABLE "public"."two" ALTER COLUMN "a" DROP NOT NULL;\n'


def test_a_column_that_is_inherited_gets_its_default_too(shadow: Shadow, database: psycopg.Connection) -> None:
    before = "create table whole (id int not null default 7); create table other (id int)"
    database.execute(f"{before}; create table part () inherits (other); insert into part values (null)")
    _lead(shadow, database, f"{before}; create table part () inherits (whole)")
    assert database.execute("select id from part").fetchall() == [(7,)]


def test_a_partition_gets_its_own_default_before_its_column_is_not_null(
    shadow: Shadow, database: psycopg.Connection
) -> None:
    whole = "create table whole (id int{}) partition by list (id); create table part partition of whole default"
    database.execute(f"{whole.format('')}; insert into whole values (1)".encode())
    _lead(
        shadow,
        database,
        f"{whole.format(', tag text')}; alter table part alter tag set default 'y', alter tag set not null",
    )
    assert database.execute("select tag from whole").fetchall() == [("y",)]
