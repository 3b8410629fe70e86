"""What changes between the permissions before and after, in words."""

from pgnorm.catalog.access import Access, Permission, Rows
from pgnorm.normalizer.access.changes import access_changes


def of(*permissions: Permission) -> Access:
    return Access(permissions=permissions, absent=())


def on_table(privilege: str, rows: Rows | None = None, *columns: str) -> Permission:
    return Permission(role="anon", kind="table", schema="s", name="t", privilege=privilege, rows=rows, columns=columns)


def said(before: Access, after: Access) -> list[str]:
    return [str(change) for change in access_changes(before, after)]


def test_nothing_changes() -> None:
    both = of(on_table("SELECT", Rows.NONE), on_table("TRUNCATE"))
    assert said(both, both) == []


def test_gained_and_lost() -> None:
    before = of(on_table("SELECT", Rows.NONE), on_table("TRIGGER"))
    after = of(on_table("SELECT", Rows.NONE), on_table("INSERT", Rows.NONE), on_table("TRUNCATE"))
    assert said(before, after) == [
        "anon: table s.t: may now INSERT (no rows, no policy for it); TRUNCATE; no longer TRIGGER"
    ]


def test_another_reach_of_the_same_privilege() -> None:
    before = of(on_table("SELECT", Rows.POLICIES).evolve(policies=("own",)))
    after = of(on_table("SELECT", Rows.UNGUARDED))
    assert said(before, after) == [
        "anon: table s.t: SELECT (all rows, no row security), before SELECT (rows by policy own)"
    ]
    narrowed = of(on_table("SELECT", Rows.UNGUARDED, "a", "b"))
    assert said(after, narrowed) == [
        "anon: table s.t: SELECT of columns a, b (all rows, no row security), before SELECT (all rows, no row security)"
    ]


def test_a_routine_that_begins_to_run_as_its_owner() -> None:
    caller = Permission(role="anon", kind="function", schema="s", name="f(text)", privilege="EXECUTE")
    assert said(of(), of(caller)) == ["anon: function s.f(text): may now EXECUTE"]
    assert said(of(caller), of(caller.evolve(runs_as="postgres"))) == [
        "anon: function s.f(text): EXECUTE (runs as postgres, SECURITY DEFINER), before EXECUTE"
    ]
