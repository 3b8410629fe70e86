"""Definitions with odd literals and settings, rewritten once and for all."""

from pathlib import Path

import pytest
from plain_projects import project_of

from pgnorm.normalizer.files.reading import SourceFile
from pgnorm.normalizer.load.context import Context
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.rewrite.fixing import Report, fix
from pgnorm.normalizer.rewrite.inputs import Chosen


@pytest.fixture
def context(shadow: Shadow, tmp_path: Path) -> Context:
    """A plain project for Postgres 15, on either server."""
    project = project_of(tmp_path, 15)
    return Context(shadow=shadow, major=project.major or shadow.major, tell=lambda _level, _message: None)


def text(sql: str) -> SourceFile:
    return SourceFile(path=None, label="a.sql", text=sql)


def fixed(context: Context, file: SourceFile) -> Report:
    return fix(context, Chosen(files=(file,), kind="declared", rewritten=frozenset({"a.sql"})))


def test_line_ends_are_those_between_the_tokens(context: Context) -> None:
    for header in ("create function f(a text default E'x\\ny')", "create function f(a text default 'x\ny')"):
        before = text(f"{header}\r\n returns int language sql as 'select 1';\r\nselect 1;\r\n")
        (rewrite,) = fixed(context, before).rewrites
        assert rewrite.text.count("\n") - rewrite.text.count("\r\n") == 1, "the one in the literal"
        assert not fixed(context, text(rewrite.text)).changed


def test_names_of_a_setting_quoted_by_another_one(context: Context) -> None:
    for path in ("", "set search_path = public, pg_catalog;", 'set search_path = "$user", "a b";'):
        made = f"set quote_all_identifiers = on;\n{path}\n"
        made += "create function public.f() returns int language sql set search_path from current as 'select 1';"
        (rewrite,) = fixed(context, text(made)).rewrites
        assert rewrite.changed
        assert not fixed(context, text(rewrite.text)).changed


@pytest.mark.parametrize("between", ["discard all", "deallocate all", "set plan_cache_mode = force_custom_plan"])
def test_what_files_do_to_prepared_statements(context: Context, between: str) -> None:
    routines = [f"create function f{number}() returns int language sql as 'select {number}';" for number in range(8)]
    (made,) = fixed(context, text(f"\n{between};\n".join(routines))).rewrites
    assert all(f'"f{number}"() RETURNS integer' in made.text for number in range(8))
