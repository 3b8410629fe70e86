"""Each way to do harm in fixtures/hostile is refused with its place, or runs without power and does none."""

import os
import re
from pathlib import Path
from typing import Final

import pytest
from conftest import FIXTURES

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.files.reading import SourceFile
from pgnorm.normalizer.load.loader import load
from pgnorm.normalizer.load.pending import NeedsScratch
from pgnorm.normalizer.postgres.shadow import Shadow

# What a function of files does where it is called: it fails in a way of its own if it has power, or runs a program.
_PLANTED: Final = r"""
create function \1(\2) returns \3 \4 language plpgsql as $p$
  begin
    if exists (select from pg_catalog.pg_roles
                where rolname operator(pg_catalog.=) current_user and rolsuper)
       or pg_catalog.pg_has_role(session_user, 'pg_execute_server_program', 'member')
    then
      raise exception 'ran with power: %', pg_catalog.current_query();
    end if;
    begin
      copy (select 1) to program 'touch MARK';
      raise exception 'ran a program';
    exception when insufficient_privilege or feature_not_supported or prohibited_sql_statement_attempted then null;
    end;
    return \5;
  end
$p$;
"""
_PLANT: Final = re.compile(r"PLANT\((\w+); ([^;]*); ([^;]*); ([^;]*); ([^;)]*(?:\([^)]*\)[^;)]*)?)\)")
_CASE: Final = re.compile(r"^---- (\w+)\n", re.MULTILINE)


def _cases() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((FIXTURES / "hostile").glob("*.sql")):
        _, *pieces = _CASE.split(path.read_text())
        found |= {f"{path.stem}-{name}": text for name, text in zip(pieces[::2], pieces[1::2], strict=True)}
    return found


CASES: Final = _cases()
SAMPLE: Final = list(CASES) if os.environ.get("PGNORM_TEST_WHOLE") else list(CASES)[::3]


def _load(shadow: Shadow, text: str, *, scratch: bool) -> None:
    file = SourceFile(path=None, label="x.sql", text=text)
    with shadow.session(scratch=scratch) as session:
        load(
            session.connection,
            [file],
            kind="migrations",
            transaction=not scratch,
            provide_extension=shadow.provide_extension,
            power=session.power,
        )
        session.read()


@pytest.mark.parametrize("case", SAMPLE)
def test_it_does_no_harm(caged: Shadow, mark: Path, case: str) -> None:
    text = _PLANT.sub(_PLANTED, CASES[case]).replace("MARK", str(mark))
    assert "PLANT" not in text
    try:
        try:
            _load(caged, text, scratch=False)
        except NeedsScratch:
            _load(caged, text, scratch=True)
    except PgnormError as refused:
        assert str(refused.place).startswith("x.sql:")
        assert not re.match(r"ran (with power|a program)|could not execute command", refused.message)
    assert not mark.exists()
    with caged.session() as session:
        session.power.withdraw(session.connection)


def test_the_ways_are_many() -> None:
    assert len(CASES) > 200
