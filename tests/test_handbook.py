"""A team's handbook, paragraph by paragraph, on a copy of fixtures/crm with a database of each developer's and a hosted
one: what it takes six tools for, each one command here."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from addresses import address
from conftest import Run

from pgnorm.normalizer.postgres.shadow import Shadow

STUDIO = """
alter table public.deals add column probability smallint default 50;
comment on column public.deals.probability is 'In percent';
create index deals_probability_idx on public.deals (probability);
alter policy "Owner or admin deletes companies" on public.companies using ((select public.is_admin()));
"""
SAMPLE = "name,stage,amount,source,expected_on,probability,board_position,closed_at,currency,company\n"
HOSTED = """
create table public.webhooks (id bigint generated always as identity primary key, url text not null);
alter table public.webhooks enable row level security;
create policy "Admins see webhooks" on public.webhooks for select to authenticated using ((select public.is_admin()));
"""


@pytest.fixture
def two(supabase_shadow: Shadow) -> Iterator[tuple[psycopg.Connection, psycopg.Connection]]:
    """Two databases with Supabase's baseline: a local and a hosted one."""
    with supabase_shadow.session(scratch=True) as local, supabase_shadow.session(scratch=True) as hosted:
        yield local.connection, hosted.connection


class Team:
    """A project, and the commands that its handbook names."""

    def __init__(self, run: Run, folder: Path, local: psycopg.Connection, hosted: psycopg.Connection) -> None:
        self.run = run
        self.folder = folder
        self.local = f"--db-url '{address(local)}'"
        self.hosted = f"--db-url '{address(hosted)}'"

    def __call__(self, line: str, said: str = "") -> str:
        code, out, err = self.run(line)
        assert code == 0, f"{line}\n{err}"
        assert said in err
        return out

    def edit(self, name: str, old: str, new: str) -> None:
        """Edit a schema file."""
        path = self.folder / "supabase" / "schemas" / name
        text = path.read_text()
        assert text.count(old) == 1
        path.write_text(text.replace(old, new))

    def text(self, name: str) -> str:
        """The text of a schema file."""
        return (self.folder / "supabase" / "schemas" / name).read_text()

    def agree(self, *databases: str) -> None:
        """Files, migrations and databases all say the same."""
        for each in databases:
            self(f"diff --check --from migrations --to {each.removeprefix('--db-url ')}", "No schema changes found")
        self("check --level error", "No findings")


def test_the_handbook(run: Run, crm: Path, two: tuple[psycopg.Connection, psycopg.Connection]) -> None:
    local, hosted = two
    team = Team(run, crm, local, hosted)
    # Functions have the form that Postgres stores, so that no diff shows phantoms; a project is set up.
    team("fix-functions --from migrations")
    team("diff -f open_lookup")
    team(f"migration up {team.local}")
    team(f"push --yes {team.hosted}")
    team.agree(team.local, team.hosted)
    team("diff --check", "No schema changes found")
    for database, name in ((local, "First"), (hosted, "Big one")):
        database.execute(
            "with made as (insert into public.companies (name) values ('Acme') returning id)"
            " insert into public.deals (name, company_id) select %s, id from made",
            [name],
        )

    # Edit a schema file, generate the migration, review it, apply it, verify.
    team.edit(
        "01_tables.sql",
        "  amount         numeric",
        "  source         text not null default 'web',\n  amount         numeric",
    )
    assert "ADD COLUMN" in team("diff")
    team("diff -f source")
    team(f"migration up {team.local}", "Applied ")
    team.agree(team.local)
    assert local.execute("select name, source from public.deals").fetchall() == [("First", "web")]

    # What somebody changed in Studio comes back into the schema files, where it belongs, and becomes a migration.
    local.execute(STUDIO.encode())
    comments = [line for line in team.text("01_tables.sql").splitlines() if "--" in line]
    team(f"sync {team.local}", "Edited supabase/schemas/01_tables.sql")
    assert "probability" in team.text("01_tables.sql")
    assert [line for line in team.text("01_tables.sql").splitlines() if "--" in line] == comments
    team("diff -f probability")
    [version] = [each.name[:14] for each in (crm / "supabase" / "migrations").glob("*_probability.sql")]
    team(f"migration repair --status applied {version} {team.local}")
    team.agree(team.local)

    # A renamed column keeps its values, and the code that names it is told.
    (crm / "src").mkdir()
    sample = crm / "src" / "deals_export.csv"
    sample.write_text(f"{SAMPLE}Big one,won,12.50,ad,2026-01-31,50,0,,EUR,Acme\n")
    team.agree(team.local)
    team.edit("01_tables.sql", "  probability", "  -- pgnorm: renamed from probability\n  likelihood")
    for name in ("01_tables.sql",):
        path = crm / "supabase" / "schemas" / name
        path.write_text(
            path.read_text().replace("(probability)", "(likelihood)").replace(".probability", ".likelihood")
        )
    out = team("diff", "column public.deals.probability: src/deals_export.csv:1")
    assert 'RENAME COLUMN "probability" TO "likelihood"' in out
    assert "DROP" not in out
    team("diff -f likelihood", "Removed the hints")
    team(f"migration up {team.local}")
    assert local.execute("select likelihood from public.deals").fetchall() == [(50,)]

    # So does the sample of what can be imported.
    code, out, _ = run("check --level error")
    assert (code, out.count("[csv]")) == (1, 2)
    assert "src/deals_export.csv:1:38: public.deals has no column probability [csv]" in out
    sample.write_text(sample.read_text().replace("probability", "likelihood"))
    team.agree(team.local)

    # To the hosted database.
    team(f"push --yes {team.hosted}")
    team.agree(team.local, team.hosted)
    assert hosted.execute("select name, likelihood, source from public.deals").fetchall() == [("Big one", 50, "web")]

    # What somebody changed on the hosted database: a migration, the schema files, and the local database after them.
    hosted.execute(HOSTED.encode())
    team(f"pull hosted_changes --repair {team.hosted}", "supabase/schemas/")
    team(f"migration up {team.local}", "_hosted_changes.sql")
    team.agree(team.local, team.hosted)

    # Many migrations become one, in the folder and in both histories.
    team(f"migration squash --force {team.local}")
    assert len([*(crm / "supabase" / "migrations").iterdir()]) == 1
    team.agree(team.local)
