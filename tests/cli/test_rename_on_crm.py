"""A column renamed in a whole project: a view, a policy, a trigger's function, a check and an index use it."""

import re
from collections.abc import Callable
from pathlib import Path

import psycopg
from addresses import address

Run = Callable[[str], tuple[int, str, str]]

POLICY = """
create policy "Won deals stay" on public.deals
  as restrictive for delete to authenticated using (stage <> 'won');
"""
ROWS = """
set session_replication_role = replica;
insert into public.companies (id, name) values (1, 'Acme');
insert into public.deals (id, name, company_id, stage, board_position)
select n, 'deal ' || n, 1, (enum_range(null::public.deal_stage))[n], n from generate_series(1, 3) n;
reset session_replication_role;
"""
# The word `stage` where it means the column: not in the name of the type, of an argument or of a result's column.
COLUMN = re.compile(r"(?<![_.\w])(?:(?<=\()|\b(?:d|new)\.|(?<=set )|(?<=of )|(?<=or ))stage\b")


def test_a_column_that_much_of_a_project_uses(run: Run, crm: Path, supabase_database: psycopg.Connection) -> None:
    supabase = crm / "supabase"
    policies = supabase / "schemas" / "05_policies.sql"
    policies.write_text(policies.read_text() + POLICY)
    assert run("diff -f won_deals_stay")[0] == 0
    for migration in sorted((supabase / "migrations").glob("*.sql")):
        supabase_database.execute(migration.read_bytes())
    supabase_database.execute(ROWS.encode())
    rows = supabase_database.execute("select id, name, stage, board_position from public.deals order by id").fetchall()
    assert len(rows) == 3

    for file in (supabase / "schemas").glob("*.sql"):
        text = COLUMN.sub(lambda found: found[0].replace("stage", "phase"), file.read_text())
        text = text.replace(
            "  stage          public.deal_stage", "  -- pgnorm: renamed from stage\n  phase public.deal_stage"
        )
        file.write_text(text)
    code, _, said = run("diff -f phases")
    assert code == 0, said
    (migration,) = (supabase / "migrations").glob("*_phases.sql")
    plan = migration.read_text()
    assert 'ALTER TABLE "public"."deals" RENAME COLUMN "stage" TO "phase";' in plan
    assert "DROP COLUMN" not in plan
    for kept in ("DROP TABLE", "DROP INDEX", "DROP TRIGGER", "DROP POLICY", "DROP CONSTRAINT"):
        assert kept not in plan
    assert "renamed from" not in (supabase / "schemas" / "01_tables.sql").read_text()
    assert run("diff --check")[0] == 0

    supabase_database.execute(plan.encode())
    found = supabase_database.execute("select id, name, phase, board_position from public.deals order by id").fetchall()
    assert found == rows
    code, plan, said = run(f"diff --db-url '{address(supabase_database)}' --to files --check")
    assert (code, plan) == (0, ""), said
    supabase_database.execute("update public.deals set phase = 'won' where id = 1")
    (closed,) = supabase_database.execute("select closed_at is not null from public.deals where id = 1").fetchall()
    assert closed == (True,)
