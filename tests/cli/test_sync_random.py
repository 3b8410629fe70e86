"""Random edits of databases over real projects: each comes back into the files, proved, and nothing else changes there.

A few, unless FUZZ_TURNS says how many or FUZZ_SECONDS how long; FUZZ_SEED is the first of the seeds, each of which
makes the same edit again. PGNORM_SYNC_PROJECT names another Supabase project, which is copied.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from addresses import address
from fuzzing import FIXTURES, Fuzz
from random_edits import Edit, Studio, edited
from random_edits.judging import judged
from tested_servers import SERVERS

from pgnorm.normalizer.postgres.shadow import Shadow

Run = Callable[[str], tuple[int, str, str]]
USUAL = 6


@pytest.mark.parametrize("supabase_shadow", SERVERS[:1], indirect=True)
def test_random_edits_come_back(
    run: Run, supabase_shadow: Shadow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Path(os.environ.get("PGNORM_SYNC_PROJECT", FIXTURES / "crm"))
    shutil.copytree(project / "supabase", tmp_path / "supabase")
    monkeypatch.chdir(tmp_path)
    schemas = tmp_path / "supabase" / "schemas"
    pristine = {file.name: file.read_bytes() for file in sorted(schemas.glob("*.sql"))}
    fuzz = Fuzz("sync", USUAL)
    for seed, chance in fuzz.turns():
        for file in schemas.glob("*.sql"):
            file.unlink()
        for name, text in pristine.items():
            (schemas / name).write_bytes(text)
        with supabase_shadow.session(scratch=True) as session:
            for text in pristine.values():
                session.connection.execute(text)
            edit = edited(Studio(session.connection, chance))
            with fuzz.told(seed, f"{edit.sort}: {edit.sql}"):
                outcome = came_back(run, schemas, session.connection, edit)
                fuzz.found[outcome] += 1
                if outcome != "fine":
                    os.write(2, f"seed {seed}: {outcome}: {edit.sql}\n".encode())


def came_back(run: Run, schemas: Path, database: psycopg.Connection, edit: Edit) -> str:
    """How an edit came back: `fine`, `coarse`, or why it was refused."""
    before = _texts(schemas)
    code, _, said = run(f"-q sync --base files --db-url '{address(database)}'")
    after = _texts(schemas)
    if code:
        assert after == before
        assert code == 2, said
        return f"refused: {edit.sort}: {said.splitlines()[0]}"
    code, plan, said = run(f"diff --db-url '{address(database)}' --to files --check")
    assert (code, plan) == (0, ""), said
    verdict = judged(before, after, edit)
    assert verdict.faults == ()
    code, _, said = run(f"sync --base files --db-url '{address(database)}' --check")
    assert (code, _texts(schemas)) == (0, after), said
    if before == after:
        return "unchanged"
    return f"coarse: {edit.sort}" if verdict.coarse else "fine"


def _texts(schemas: Path) -> dict[str, str]:
    return {file.name: file.read_bytes().decode() for file in sorted(schemas.glob("*.sql"))}
