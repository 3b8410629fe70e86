"""Definitions with odd literals and settings, rewritten once and for all."""

from pathlib import Path

import pytest
from plain_projects import project_of

from pgnorm.normalizer.files.reading import SourceFile
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.rewrite.fixing import Report, fix
from pgnorm.normalizer.rewrite.inputs import Chosen
from pgnorm.normalizer.workspace import Workspace


@pytest.fixture
def workspace(shadow: Shadow, tmp_path: Path) -> Workspace:
    """A plain project for Postgres 15, on either server."""
    project = project_of(tmp_path, 15)
    made = Workspace(project, tell=lambda _level, _message: None)
    made.shadow = shadow
    return made


def text(sql: str) -> SourceFile:
    return SourceFile(path=None, label="a.sql", text=sql)


def fixed(workspace: Workspace, file: SourceFile) -> Report:
    return fix(workspace, Chosen(files=(file,), kind="declared", rewritten=frozenset({"a.sql"})))


def test_line_ends_are_those_between_the_tokens(workspace: Workspace) -> None:
    for header in ("create function f(a text default E'x\\ny')", "create function f(a text default 'x\ny')"):
        before = text(f"{header}\r\n returns int language sql as 'select 1';\r\nselect 1;\r\n")
        (rewrite,) = fixed(workspace, before).rewrites
        assert rewrite.text.count("\n") - rewrite.text.count("\r\n") == 1, "the one in the literal"
        assert not fixed(workspace, text(rewrite.text)).changed


def test_names_of_a_setting_quoted_by_another_one(workspace: Workspace) -> None:
    for path in ("", "set search_path = public, pg_catalog;", 'set search_path = "$user", "a b";'):
        made = f"set quote_all_identifiers = on;\n{path}\n"
        made += "create function public.f() returns int language sql set search_path from current as 'select 1';"
        (rewrite,) = fixed(workspace, text(made)).rewrites
        assert rewrite.changed
        assert not fixed(workspace, text(rewrite.text)).changed


@pytest.mark.parametrize("between", ["discard all", "deallocate all", "set plan_cache_mode = force_custom_plan"])
def test_what_files_do_to_prepared_statements(workspace: Workspace, between: str) -> None:
    routines = [f"create function f{number}() returns int language sql as 'select {number}';" for number in range(8)]
    (made,) = fixed(workspace, text(f"\n{between};\n".join(routines))).rewrites
    assert all(f'"f{number}"() RETURNS integer' in made.text for number in range(8))
