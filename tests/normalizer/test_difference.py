"""What is no difference although pg_dump prints it otherwise."""

from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.difference import differences
from pgnorm.normalizer.postgres.shadow import Shadow

COLUMNS = "a integer primary key, b integer, c integer, d text"
ON_COLUMNS = """
    create statistics s on a, b, c from t;
    create statistics of_some (ndistinct, mcv) on d, b, (a + c) from t;
    create trigger tr after update of b, d on t for each row execute function suppress_redundant_updates_trigger();
    create index i on t (d, b) include (c);
    grant select (b, d) on t to pg_monitor;
    create view v as select t.a, t.b, t.c, t.d from t;
    alter table t add constraint ck check (b < c and d <> ''), add constraint u unique (c, b);
    create table r (d text, c integer, b integer, foreign key (c, b) references t (c, b));
"""
PUBLISHED = "create publication p for table t (a, b, d) where (a > 1);"


def test_the_order_of_a_tables_columns(shadow: Shadow) -> None:
    on_columns = ON_COLUMNS + (PUBLISHED if shadow.major >= 15 else "")
    turned = ", ".join(reversed(COLUMNS.split(", ")))
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        start.connection.execute(f"create table t ({COLUMNS}); {on_columns}".encode())
        goal.connection.execute(f"create table t ({turned}); {on_columns}".encode())
        assert not differences(read(start.connection), read(goal.connection))


def test_a_role_named_owner_is_granted_like_others(shadow: Shadow) -> None:
    """Grants of owners are compared under one name, whoever owns; no role has it."""
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        start.connection.execute(b"create role owner")
        try:
            for session in (start, goal):
                session.connection.execute(b"create table t (a integer)")
            goal.connection.execute(b"grant select on t to owner")
            (found,) = differences(read(start.connection), read(goal.connection))
            assert found.changed == {"privileges"}
        finally:
            goal.connection.execute(b"drop table t")
            goal.connection.execute(b"drop role owner")
