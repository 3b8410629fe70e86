"""The two forms of a session, and what each leaves behind: nothing."""

from pgnorm.normalizer.postgres.shadow import Shadow


def test_a_session_is_rolled_back(shadow: Shadow) -> None:
    with shadow.session() as session:
        session.connection.execute("create role passing; create table public.passing (id int)")
    with shadow.session() as session:
        found = session.connection.execute(
            "select (select count(*) from pg_roles where rolname = 'passing'), to_regclass('public.passing')"
        ).fetchone()
    assert found == (0, None)
