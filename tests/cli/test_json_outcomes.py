"""--json of commands that do something: one document on stdout, which tells what was done."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psycopg
import pytest
from click import Command, Context, Group
from conftest import Refused, Run
from documents import closed_validator, faults

from pgnorm.cli.main import group
from pgnorm.cli.schemas import DOCUMENTS, by_name

FUNCTION = "create function f() returns int language sql as $$ select 1 $$;\n"


def _commands(named: Group, path: str = "") -> Iterator[tuple[str, Command]]:
    context = Context(named)
    for name in named.list_commands(context):
        command = named.get_command(context, name)
        if isinstance(command, Group):
            yield from _commands(command, f"{name} ")
        elif command is not None:
            yield f"{path}{name}", command


def test_all_commands_print_json_but_a_script_and_what_goes_on() -> None:
    named = {name: any("--json" in each.opts for each in command.params) for name, command in _commands(group)}
    lacking = [name for name, printing in named.items() if not printing]
    assert lacking == ["completion", "json-schema", "lsp", "serve", "watch"]
    assert {*DOCUMENTS} == named.keys() - {*lacking} | {"errors"}


WORDS: Final = {
    "loses-data rewrites-table scans-table blocks-writes blocks-reads may-fail-on-rows needs-commit not-in-transaction "
    "changes-access breaks-callers",
    "create alter drop",
    "create alter grant revoke drop",
    "wrote edited emptied removed",
    "note verbose warning",
    "applied pending unfinished missing",
    "ours theirs",
}
"""The words that values can be. One that is added is a new `version` of each document that can have it."""


def _words(schema: object) -> Iterator[str]:
    if isinstance(schema, dict) and isinstance(schema.get("enum"), list):
        yield " ".join(schema["enum"])
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _words(part)


def test_schemas_that_know_each_name(run: Run, refused: Refused, folder: Path) -> None:
    schemas = {name: json.loads(run(f"json-schema {name}")[1]) for name in DOCUMENTS}
    for schema in schemas.values():
        closed_validator(schema)
    assert {*_words([*schemas.values()])} == WORDS
    with pytest.raises(TypeError, match="two types have one name"):
        by_name({type("Same", (), {}): {}, type("Same", (), {}): {}})
    (folder / "a.sql").write_text("create table t (a int);")
    document = json.loads(run("dump --from a.sql --json")[1])
    column = next(each for each in document["objects"] if each["kind"] == "column")
    for wrong in ({"typo": "integer"}, {"type": 1}, {"kind": "row"}):
        document["objects"] = [column | wrong]
        assert faults(closed_validator(schemas["dump"]), document), wrong
    refused("json-schema migration", "there is no document of `migration`", "migration up")
    refused("json-schema", "Missing argument 'COMMAND'")


class Said:
    """Runs lines with --json, and gives their documents."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def __call__(self, line: str, *names: str, code: int = 0) -> list[object]:
        found = json.loads(self.text(line, *names, code=code))
        assert isinstance(found, list)
        return found

    def text(self, line: str, *names: str, code: int = 0) -> str:
        ended, out, err = self._run(f"{line} --json")
        assert ended == code, err
        found = json.loads(out)
        assert found["version"] == 1
        return json.dumps([found[name] for name in names])


@pytest.fixture
def said(run: Run) -> Said:
    """Runs lines with --json, and gives what their documents have under names."""
    return Said(run)


def test_what_was_done_to_files_and_databases(said: Said, plain: Path, at: str, database: psycopg.Connection) -> None:
    (plain / "pgnorm.toml").write_text('history = "pgnorm.migrations"\n')
    (plain / "schemas" / "02.sql").write_text(FUNCTION)
    [[new]] = json.loads(said.text("migration new notes", "files"))
    path = plain / new["file"]
    path.write_text(f"create table notes (id int primary key, body text);\n{FUNCTION}")
    version = path.name.partition("_")[0]
    assert said(f"migration up {at} --dry-run", "dry_run", "pending", "applied") == [True, [version], []]
    assert said(f"push {at} --yes", "pending", "applied", "ran") == [[version], [version], []]
    assert said(f"push {at} --yes", "pending", "applied") == [[], []]
    assert said(f"migration repair {at} --status reverted {version}", "reverted", "applied") == [[version], []]
    assert said(f"migration repair {at} --status applied {version}", "reverted", "applied") == [[], [version]]
    path.unlink()
    assert said(f"migration fetch {at}", "files", "without_statements") == [
        [{"file": new["file"], "change": "wrote"}],
        [],
    ]
    [[fixed], count] = json.loads(said.text("fix-functions --diff", "files", "rewritten"))
    assert (fixed["file"], fixed["change"], count) == ("schemas/02.sql", "edited", 1)
    assert '+CREATE OR REPLACE FUNCTION "public"."f"() RETURNS integer\n' in fixed["diff"]
    assert said("fix-functions --check", "dry_run", "files", code=1) == [
        True,
        [{"file": "schemas/02.sql", "change": "edited"}],
    ]
    assert said("fix-functions", "dry_run", "files", "unchanged", "messages") == [
        False,
        [{"file": "schemas/02.sql", "change": "edited"}],
        0,
        [],
    ]
    database.execute("alter table notes add done bool")
    assert said(f"sync {at} --check", "files", "taken", code=1) == [
        [{"file": "schemas/01_tables.sql", "change": "edited"}],
        [{"kind": "column", "name": "public.notes.done"}],
    ]
    [files, comparison] = json.loads(said.text(f"pull {at} --dry-run", "files", "comparison"))
    assert files == [{"file": "schemas/01_tables.sql", "change": "edited"}]
    assert [each["name"] for each in comparison["changes"]] == ["done"]
    [files, taken, applied] = json.loads(said.text(f"pull later {at} --repair --force", "files", "taken", "applied"))
    assert [each["change"] for each in files] == ["wrote", "edited"]
    assert applied == [Path(files[0]["file"]).name.partition("_")[0]]
    assert taken == [{"kind": "column", "name": "public.notes.done"}]
    [files, sql, rows] = json.loads(said.text("migration squash --dry-run", "files", "sql", "rows"))
    assert [each["change"] for each in files] == ["wrote", "removed", "removed"]
    assert ('CREATE TABLE "public"."notes"' in sql, rows) == (True, 0)
    assert said("check", "findings") == [[]]


def test_a_project_begun(said: Said, run: Run, folder: Path, at: str, database: psycopg.Connection) -> None:
    database.execute("create table notes (id int primary key, body text)")
    [files, applied] = json.loads(said.text(f"init {at} --baseline", "files", "applied"))
    assert files[0]["file"] == "pgnorm.toml"
    assert len(applied) == 1
    text = (folder / files[1]["file"]).read_text()
    (folder / files[1]["file"]).write_text(text.replace('"body" "text"', '"body" integer'))
    database.execute("alter table notes alter body type varchar(9)")
    code, out, err = run(f"sync {at} --json")
    [error] = json.loads(out)["errors"]
    assert (code, error["place"].partition(":")[0], error["message"] in err) == (2, "schemas/01_tables.sql", True)
