"""`pgnorm diff --extension-versions` between databases whose extensions have other versions."""

import json
from collections.abc import Iterator

import psycopg
import pytest
from addresses import address
from conftest import Refused, Run

from pgnorm.normalizer.postgres.shadow import Shadow


@pytest.fixture
def two(shadow: Shadow) -> Iterator[tuple[psycopg.Connection, psycopg.Connection]]:
    """Two databases with pg_trgm, of which the first has an older one."""
    with shadow.session(scratch=True) as old, shadow.session(scratch=True) as new:
        old.connection.execute("create extension pg_trgm version '1.5'")
        new.connection.execute("create extension pg_trgm version '1.6'")
        yield old.connection, new.connection


def test_an_update_ends_the_migration(run: Run, two: tuple[psycopg.Connection, psycopg.Connection]) -> None:
    old, new = two
    sides = f"--from '{address(old)}' --to '{address(new)}'"
    code, out, err = run(f"diff --check {sides}")
    assert (code, out) == (0, ""), err
    new.execute("create table public.notes (a text)")
    code, out, err = run(f"diff --extension-versions {sides}")
    assert code == 0, err
    assert "  extension pg_trgm: to 1.6\n" in err
    assert out.endswith("\nALTER EXTENSION \"pg_trgm\" UPDATE TO '1.6';\n")
    old.execute(out.encode())
    assert old.execute("select extversion from pg_extension where extname = 'pg_trgm'").fetchone() == ("1.6",)
    code, out, err = run(f"diff --check --extension-versions {sides}")
    assert (code, out) == (0, ""), err


def test_nothing_else_to_do(run: Run, two: tuple[psycopg.Connection, psycopg.Connection]) -> None:
    old, new = two
    sides = f"--from '{address(old)}' --to '{address(new)}' --extension-versions"
    assert run(f"diff --check {sides}")[0] == 1
    _, out, _ = run(f"diff --json {sides}")
    assert [(each["name"], each["version"]) for each in json.loads(out)["updates"]] == [("pg_trgm", "1.6")]


@pytest.mark.usefixtures("plain")
def test_files_have_no_versions(refused: Refused, two: tuple[psycopg.Connection, psycopg.Connection]) -> None:
    refused(f"diff --from '{address(two[0])}' --to files --extension-versions", "compares databases and snapshots")
