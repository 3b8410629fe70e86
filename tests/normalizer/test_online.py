"""Online plans on tables that hold rows: the same end, by steps that let others go on."""

from contextlib import suppress
from typing import Final

import psycopg
import pytest
from judge import carry_out

from pgnorm.catalog.model import OnRows
from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.difference import differences
from pgnorm.normalizer.hazards.reasons import refusal
from pgnorm.normalizer.online.rewriting import online
from pgnorm.normalizer.plan.plan import Plan
from pgnorm.normalizer.plan.planner import diff
from pgnorm.normalizer.postgres.shadow import Shadow

TABLE: Final = "create table people (id int, mail text, age int, boss int, kind text);"
FILL: Final = """
    insert into people select g, 'm' || g, g, g, case when g % 2 = 0 then 'k' end from generate_series(1, 1000) g;
"""
ROWS: Final = TABLE + FILL
BOSSES: Final = "create table bosses (id int primary key); insert into bosses select generate_series(1, 1000);"
SLOW: Final = ("CREATE INDEX ", "CREATE UNIQUE INDEX ", "DROP INDEX ")


def _planned(shadow: Shadow, old: psycopg.Connection, new: str) -> Plan:
    with shadow.session(scratch=True) as session:
        session.connection.execute(new.encode())
        goal = read(session.connection)
    start = read(old)
    return online(diff(start, goal), start, goal, (("lock_timeout", "4s"),))


def _lead(shadow: Shadow, old: psycopg.Connection, new: str) -> list[str]:
    """Apply in `old` the online plan that leads to what `new` makes, and give the statements in order."""
    plan = _planned(shadow, old, new)
    carry_out(old, plan)
    assert old.execute("show lock_timeout").fetchone() == ("0",)
    assert not [*_planned(shadow, old, new).steps]
    return [each.sql for step in plan.steps for each in step.statements]


@pytest.mark.parametrize(
    ("what", "steps"),
    [
        ("create index i on people (mail)", ['CREATE INDEX CONCURRENTLY "i"']),
        ("alter table people add unique (mail)", ["CREATE UNIQUE INDEX CONCURRENTLY", "UNIQUE USING INDEX"]),
        ("alter table people add constraint c check (age > 0)", ["NOT VALID;", 'VALIDATE CONSTRAINT "c"']),
        (
            f"{BOSSES} alter table people add constraint f foreign key (boss) references bosses",
            ["NOT VALID;", 'VALIDATE CONSTRAINT "f"'],
        ),
        ("alter table people alter age set not null", ["NOT VALID;", "VALIDATE CONSTRAINT"]),
        (
            "alter table people add primary key (id) include (mail)",
            ["NOT VALID;", "VALIDATE CONSTRAINT", 'INCLUDE ("mail")', "PRIMARY KEY USING INDEX"],
        ),
        (
            "alter table people alter kind set default 'z', alter kind set not null",
            ["UPDATE ", "NOT VALID;", "UPDATE ", "VALIDATE CONSTRAINT"],
        ),
        (
            "alter table people add unique (mail) with (fillfactor = 70) deferrable initially deferred",
            ["fillfactor", "DEFERRABLE INITIALLY DEFERRED"],
        ),
    ],
)
def test_it_arrives_by_other_steps(shadow: Shadow, database: psycopg.Connection, what: str, steps: list[str]) -> None:
    filled = BOSSES if "bosses" in what else ""
    database.execute(f"{ROWS} {filled}".encode())
    sql = _lead(shadow, database, f"{TABLE} {what}")
    at = 0
    for step in steps:
        at = next(place for place in range(at, len(sql)) if step in sql[place]) + 1
    assert not [each for each in sql if each.startswith(SLOW) and "CONCURRENTLY" not in each]
    assert database.execute("select count(*), count(kind) >= 500 from people").fetchone() == (1000, True)


def test_rows_that_come_without_a_value_at_any_moment_get_one(shadow: Shadow, database: psycopg.Connection) -> None:
    database.execute(ROWS.encode())
    plan = _planned(shadow, database, f"{TABLE} alter table people alter kind set default 'z', alter kind set not null")
    came = 0
    for transaction in plan.transactions:
        with suppress(psycopg.errors.IntegrityError):
            database.execute("insert into people (kind) values (null)")
            came += 1
        carry_out(database, plan.evolve(transactions=(transaction,)))
    assert came >= 2  # before the first fill, and behind it
    found = database.execute(
        "select count(*), count(kind), count(*) filter (where id is null and kind = 'z') from people"
    )
    assert found.fetchone() == (1000 + came, 1000 + came, came)


def test_what_rows_can_fail_on_is_no_name_of_ours(shadow: Shadow, database: psycopg.Connection) -> None:
    database.execute(ROWS.encode())
    plan = _planned(shadow, database, f"{TABLE} alter table people alter age set not null")
    said = {refusal(each) for step in plan.steps for each in step.statements if OnRows.MAY_FAIL in each.on_rows}
    assert said == {"a row that violates people_age_not_null" if shadow.major >= 18 else "a row without a value"}


def test_what_is_new_needs_no_other_steps(shadow: Shadow, database: psycopg.Connection) -> None:
    new = "create table t (id int primary key, k int not null check (k > 0) references t); create index i on t (k)"
    assert len(_planned(shadow, database, new).transactions) == 1


def test_an_index_is_replaced_beside_the_old_one(shadow: Shadow, database: psycopg.Connection) -> None:
    database.execute(f"{ROWS} create unique index i on people (mail)".encode())
    plan = _planned(shadow, database, f"{TABLE} create unique index i on people (mail, id); comment on index i is 'x'")
    build, swap, leave = plan.scripts()
    assert build.startswith('CREATE UNIQUE INDEX CONCURRENTLY "i__pgnorm_new"')
    assert [line for line in swap.splitlines() if "INDEX" in line] == [
        'ALTER INDEX "public"."i" RENAME TO "i__pgnorm_old";',
        'ALTER INDEX "public"."i__pgnorm_new" RENAME TO "i";',
        """COMMENT ON INDEX "public"."i" IS 'x';""",
    ]
    assert leave == 'DROP INDEX CONCURRENTLY "public"."i__pgnorm_old";\n'
    carry_out(database, plan)
    assert database.execute("select count(*) from pg_index where indrelid = 'people'::regclass").fetchone() == (1,)


def test_a_key_is_never_missing(shadow: Shadow, database: psycopg.Connection) -> None:
    key = "alter table people add constraint k primary key ({})"
    refers = "create table pets (owner int{}); "
    database.execute(f"{ROWS} {key.format('id')}; {refers.format(' references people')}".encode())
    plan = _planned(shadow, database, f"{TABLE} {key.format('id, mail')}; {refers.format('')}")
    [together] = [each for each in plan.scripts() if 'DROP CONSTRAINT "k"' in each]
    assert "PRIMARY KEY USING INDEX" in together
    carry_out(database, plan)
    # Its columns are other ones before it can be built.
    new = f"{TABLE.replace('id int', 'id text')} {key.format('id')}; {refers.format('')}"
    changed = _planned(shadow, database, new)
    assert [script for script in changed.scripts() if 'DROP CONSTRAINT "k"' in script and " PRIMARY KEY (" in script]


def test_what_waits_for_a_build_is_not_missing_meanwhile(shadow: Shadow, database: psycopg.Connection) -> None:
    """A view that is dropped and made again with a key that it needs keeps that as it was."""
    database.execute(f"{ROWS} create view v as select id from people".encode())
    new = f"{TABLE} alter table people add primary key (id); create view v as select mail, age from people group by id"
    [plan] = _planned(shadow, database, new).transactions
    assert plan


def test_an_invalid_index_of_a_build_that_failed_is_removed(shadow: Shadow, database: psycopg.Connection) -> None:
    database.execute(ROWS.encode())
    database.execute("insert into people (mail) values ('m1')")
    new = f"{TABLE} create unique index i on people (mail)"
    with pytest.raises(psycopg.errors.UniqueViolation):
        carry_out(database, _planned(shadow, database, new))
    database.execute("delete from people where id is null")
    sql = _lead(shadow, database, new)
    assert [each.split(" ON ")[0] for each in sql] == [
        'DROP INDEX CONCURRENTLY IF EXISTS "public"."i";',
        'CREATE UNIQUE INDEX CONCURRENTLY "i"',
    ]


def test_a_partition_is_detached_while_others_read(shadow: Shadow, database: psycopg.Connection) -> None:
    made = "create table w (id int) partition by list (id);"
    database.execute(f"{made} create table p partition of w for values in (1); insert into w values (1)".encode())
    sql = _lead(shadow, database, f"{made} create table p (id int)")
    assert sql[0] == 'ALTER TABLE ONLY "public"."w" DETACH PARTITION "public"."p" CONCURRENTLY;'
    assert database.execute("select * from p").fetchall() == [(1,)]
    # Beside a default partition Postgres does not do that.
    database.execute("create table q partition of w for values in (2); create table d partition of w default")
    sql = _lead(shadow, database, f"{made} create table p (id int); create table q (id int); create table d (id int)")
    assert not [each for each in sql if "CONCURRENTLY" in each]


def test_only_what_others_would_wait_behind_gives_up(shadow: Shadow, database: psycopg.Connection) -> None:
    database.execute(ROWS.encode())
    scripts = _planned(shadow, database, f"{TABLE} alter table people add check (age > 0)").scripts()
    assert ["lock_timeout" in script for script in scripts] == [True, False]
    assert scripts[0].startswith("SET lock_timeout = '4s';\n\nALTER ")
    assert scripts[0].endswith("\n\nRESET lock_timeout;\n")


def test_the_old_side_differs_in_nothing_else(shadow: Shadow, database: psycopg.Connection) -> None:
    """A partitioned table's index: on the whole at once, below it by itself, and attached."""
    made = "create table w (id int) partition by list (id); create table p partition of w for values in (1);"
    database.execute(made.encode())
    with shadow.session(scratch=True) as session:
        session.connection.execute(f"{made} create index on w (id)".encode())
        goal = read(session.connection)
    sql = _lead(shadow, database, f"{made} create index on w (id)")
    assert not differences(read(database), goal)
    assert [each.split(" USING ")[0] for each in sql] == [
        'CREATE INDEX "w_id_idx" ON ONLY "public"."w"',
        'CREATE INDEX CONCURRENTLY "p_id_idx" ON "public"."p"',
        'ALTER INDEX "public"."w_id_idx" ATTACH PARTITION "public"."p_id_idx";',
    ]


def test_names_for_a_while_fit_and_are_no_others(shadow: Shadow, database: psycopg.Connection) -> None:
    long = "n" * 62
    names = [f'"{long}{end}"' for end in "ab"]
    old = [f"create index {name} on people (mail);" for name in names]
    new = [f"create index {name} on people (age);" for name in names]
    # What a run that was cut short has built is there, too.
    taken = [f'create index "{long[:51]}{suffix}" on people (id);' for suffix in ("__pgnorm_new", "__pgnorm_old")]
    database.execute(ROWS + "".join([*old, *taken]))
    _lead(shadow, database, TABLE + "".join(new))
    kept = "select indexrelid::regclass::text from pg_index where indrelid = 'people'::regclass order by 1"
    assert [name for (name,) in database.execute(kept)] == [name.strip('"') for name in names]
