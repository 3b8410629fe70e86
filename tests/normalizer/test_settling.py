"""Texts that Postgres deparses otherwise once it has read its own: no difference, wherever they stand."""

from pathlib import Path

import psycopg
import pytest

from pgnorm.normalizer.comparing import compare
from pgnorm.normalizer.comparison import Comparison, Options, ProofBy
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.project.sources import parse
from pgnorm.normalizer.proof.pg_dump import dumped
from pgnorm.normalizer.workspace import Workspace

WRITTEN = """
create table public.calls (
  id integer primary key,
  kind varchar(10) check (kind in ('call', 'mail')),
  low integer, high integer, done boolean,
  told text generated always as (case when kind in ('call', 'mail') then 'yes' end) stored,
  check (low between 1 and 3 and done),
  check (not (high between 1 and 2 or done)),
  exclude (id with =) where (kind in ('call', 'mail'))
);
alter table public.calls alter done set default 'call'::varchar in ('call', 'mail');
create index on public.calls (id) where kind in ('call', 'mail');
create index on public.calls ((kind in ('call', 'mail')));
create policy ours on public.calls using (kind not in ('call', 'mail')) with check (kind in ('call', 'mail'));
create domain public.letter as varchar(2) check (value in ('a', 'b'));
create view public.numbers as with recursive n as (select 1 as v union all select null) select v from n;
create materialized view public.told as select id from public.calls where kind in ('call', 'mail');
create function public.touched() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger touched before update on public.calls
  for each row when (new.kind in ('call', 'mail')) execute function public.touched();
create rule quiet as on update to public.calls where new.kind in ('call', 'mail') do instead nothing;
create function public.is_told(kind varchar) returns boolean begin atomic; select kind in ('call', 'mail'); end;
create function public.is_usual(usual boolean default 'call'::varchar in ('call', 'mail')) returns boolean
  language sql as 'select usual';
create statistics public.kinds on (kind in ('call', 'mail')), id from public.calls;
"""


@pytest.fixture
def server(shadow: Shadow, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The programs of the server that is tested, which comparisons take too."""
    assert shadow.binaries is not None
    monkeypatch.setenv("PGNORM_PG_BINDIR", str(shadow.binaries.bindir))
    return shadow.binaries.bindir


def _compared(folder: Path, old: str, new: str, proof: ProofBy = "catalog") -> Comparison:
    (folder / "old.sql").write_text(old)
    (folder / "new.sql").write_text(new)
    before, after = (parse(str(folder / name), None) for name in ("old.sql", "new.sql"))
    with Workspace(None, tell=lambda _level, _message: None) as workspace:
        return compare(workspace, before, after, Options(proof=proof))


@pytest.mark.parametrize("proof", ["catalog", "pg_dump"])
def test_a_plan_that_makes_them_is_proved(server: Path, tmp_path: Path, proof: ProofBy) -> None:
    found = _compared(tmp_path, "select;", WRITTEN, proof)
    assert (bool(found.plan), found.unproved) == (True, None)


def test_what_was_written_is_what_pg_dump_prints_of_it(
    server: Path, database: psycopg.Connection, tmp_path: Path
) -> None:
    database.execute(WRITTEN.encode())
    printed = dumped(database, server / "pg_dump")
    assert "'mail'" in printed
    for sides in ((printed, WRITTEN), (WRITTEN, printed)):
        assert not _compared(tmp_path, *sides).plan


def test_what_means_something_else_differs(server: Path, tmp_path: Path) -> None:
    found = _compared(tmp_path, WRITTEN, WRITTEN.replace("'mail'", "'post'"))
    assert {each.item.name for each in found.plan.differences} >= {
        "calls_kind_check", "told", "calls_id_excl", "ours", "touched", "quiet", "is_told", "is_usual", "kinds", "done",
    }  # fmt: skip


def test_what_only_has_the_same_words_differs(server: Path, tmp_path: Path) -> None:
    found = _compared(tmp_path, WRITTEN, WRITTEN.replace("low between 1 and 3 and done", "low between 1 and 3 or done"))
    assert [each.item.name for each in found.plan.differences] == ["calls_check"]
