"""The README and docs/ say what is so: every `$` line in them is run, in order, in a copy of fixtures/crm.

With PGNORM_UPDATE_DOCS=1 in the environment what they print now is written into the pages instead.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from addresses import address
from click import Command, Context, Group, Option
from extras import FOLDER, needs_extra
from tested_servers import open_on

from pgnorm.catalog.unmodelled import UNMODELLED
from pgnorm.cli.app import App
from pgnorm.cli.main import COMMANDS, group
from pgnorm.cli.suggestions import ELSEWHERE
from pgnorm.normalizer.dump.layouts import configured
from pgnorm.normalizer.platforms import supabase
from pgnorm.normalizer.project.finding import find
from pgnorm.normalizer.project.settings import SETTINGS

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
DEPLOYING = ("fleet", "migration", "pull", "push")
"""The pages whose examples have a database."""
UPDATE = bool(os.environ.get("PGNORM_UPDATE_DOCS"))

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLE = re.compile(r"^\$ (?P<command>.*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
VARIABLE = (
    (re.compile(r"\b20\d{12}(?=[_ ])"), "<time>"),  # of a migration
    (re.compile(r"\b(15|18)\.\d+\b"), r"\1.<minor>"),  # of Postgres
)
WORD = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
OTHER_PROGRAMS = re.compile(r"`(?:pg_dump|supabase|chmod|git|docker|pipx?|python|uvx|npx|(?:migra|atlas|pgmt)\b)[^`]*`")
SURROUNDINGS = re.compile(r"PG(?!NORM_CACHE_DIR)\w+|DATABASE_URL|SUPABASE_\w+|NO_COLOR|FORCE_COLOR")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@pytest.fixture
def deployed() -> Iterator[str]:
    """The address of an empty database with Supabase's baseline."""
    with (
        open_on("bundled", supabase(auto_expose_new_tables=None, major=17), trust_files=True) as shadow,
        shadow.session(scratch=True) as session,
    ):
        yield address(session.connection)


def _terminal(folder: Path, command: str, database: str = "") -> str:
    """What a terminal 100 columns wide shows of a command, on a machine that has no Postgres of its own: with that of
    the extra, or, for databases of another major version, with the bundled one."""
    environment = {name: value for name, value in os.environ.items() if not SURROUNDINGS.fullmatch(name)}
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])
    environment |= {"PGNORM_PG_BINDIR": "bundled", "COLUMNS": "100", "LC_ALL": "C.UTF-8", "PGNORM_DB_URL": database}
    environment |= {} if database else {"PYTHONPATH": str(FOLDER)}
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.stdout.decode()


def _steady(text: str) -> str:
    for pattern, word in VARIABLE:
        text = pattern.sub(word, text)
    return text


def _run_again(block: str, folder: Path, database: str) -> str:
    """The block with what its commands print now, the old text where only times and versions changed."""

    def shown(example: re.Match[str]) -> str:
        output = _terminal(folder, example["command"], database)
        same = _steady(output) == _steady(example["output"])
        return example[0] if same else f"$ {example['command']}\n{output}"

    return EXAMPLE.sub(shown, block)


def test_the_plan_that_is_followed_is_that_of_its_fixture() -> None:
    case = ROOT / "fixtures" / "kinds" / "partitions" / "followed"
    blocks = [
        text for language, text in BLOCK.findall((ROOT / "docs" / "architecture.md").read_text()) if language == "sql"
    ]
    assert blocks == [(case / f"{name}.sql").read_text() for name in ("old", "new", "forwards")]


@needs_extra
@every_page
def test_examples_print_what_the_page_shows(page: Path, crm: Path, request: pytest.FixtureRequest) -> None:
    text = page.read_text()
    database = request.getfixturevalue("deployed") if page.stem in DEPLOYING else ""

    def shown(block: re.Match[str]) -> str:
        return f"```console\n{_run_again(block[1], crm, database)}```"

    now = CONSOLE.sub(shown, text)
    assert "a fault in pgnorm" not in "".join(CONSOLE.findall(now))
    if UPDATE:
        page.write_text(now)
    else:
        assert now == text


@needs_extra
def test_files_are_arranged_anew_as_the_page_says(crm: Path) -> None:
    (recipe,) = re.findall(r"^pgnorm .*git rm .*\n.*\n", (ROOT / "docs" / "dump.md").read_text(), re.MULTILINE)
    (crm / ".git").rmdir()
    _terminal(crm, "git init -q . && git add .")
    before = _terminal(crm, "pgnorm -q dump")
    assert _terminal(crm, recipe.replace("git rm", "git rm -f")) == ""
    assert [*(crm / "new").iterdir()] == []
    assert (crm / "supabase" / "schemas" / "06_grants.sql").exists()
    assert _terminal(crm, "pgnorm -q dump") == before


def _command_lines(text: str) -> Iterator[list[str]]:
    """The words of each call of pgnorm in a block that is not run, up to a pipe or redirection."""
    for block in BLOCK.finditer(text):
        if block[1] in ("sh", "yaml"):
            for line in re.findall(r"^[\w\s:-]*\bpgnorm (.*)$", block[2], re.MULTILINE):
                yield shlex.split(re.split(r"[|>]|&&", line)[0], comments=True)


@every_page
def test_command_lines_that_are_not_run_are_understood(page: Path) -> None:
    for words in _command_lines(page.read_text()):
        with group.make_context("pgnorm", list(words), obj=App()) as parent:
            name = next(word for word in words if word in COMMANDS)
            _understood(_command(name), words[words.index(name) :], parent)


@every_page
def test_options_exist(page: Path) -> None:
    known = {word for command in _leaves().values() for word in _options(command)} | _options(group)
    assert set(WORD.findall(_prose(page))) <= known


def _command(name: str) -> Command:
    found = group.get_command(group.make_context("pgnorm", [name]), name)
    assert found is not None
    return found


def _leaves() -> dict[str, Command]:
    """All commands by their names, those of groups by two words."""
    found: dict[str, Command] = {}
    for name in COMMANDS:
        command = _command(name)
        some = command.commands if isinstance(command, Group) else {"": command}
        found |= {f"{name} {sub}".rstrip(): each for sub, each in some.items()}
    return found


def _understood(command: Command, words: list[str], parent: Context) -> None:
    context = command.make_context(words[0], words[1:], parent=parent)
    if isinstance(command, Group):
        _understood(command.commands[words[1]], words[1:], context)


def test_what_other_tools_have_is_not_here_and_the_command_that_does_it_is() -> None:
    for asked, told in ELSEWHERE.items():
        *path, word = asked.split()
        home = _command(path[0]) if path else group
        assert word not in (*_options(home), *(home.list_commands(Context(home)) if isinstance(home, Group) else ()))
        for line in re.findall(r"`pgnorm (.*?)`", told):
            with group.make_context("pgnorm", shlex.split(line), obj=App()) as parent:
                _understood(_command(line.split()[0]), shlex.split(line), parent)


def test_what_editors_are_told_is_understood() -> None:
    found = [*BLOCK.finditer((ROOT / "docs" / "editors.md").read_text())]
    assert [json.loads(block[2]) for block in found if block[1] == "json"]
    known = _options(_command("fix-functions"))
    told = [set(WORD.findall(block[2])) for block in found if block[1] in ("json", "lua")]
    assert max(told, key=len) == {"-q", "--stdin-filename"}
    assert set().union(*told) <= known


@pytest.mark.parametrize("name", sorted(_leaves()))
def test_each_command_has_a_page_with_its_help_and_options(name: str) -> None:
    page = ROOT / "docs" / f"{name.partition(' ')[0]}.md"
    assert f"\n$ pgnorm {name} --help\n" in page.read_text()
    told = set(WORD.findall(CONSOLE.sub("", page.read_text())))
    assert [
        option.opts for option in _leaves()[name].params if isinstance(option, Option) and not told & {*option.opts}
    ] == []


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_all_that_is_not_modelled_is_named() -> None:
    text = " ".join((ROOT / "docs" / "coverage.md").read_text().split())
    assert [what for what in re.findall(r"select '([^']+)'", UNMODELLED) if what not in text] == []


def test_a_file_with_all_settings_is_shown(folder: Path) -> None:
    text = (ROOT / "docs" / "configuration.md").read_text()
    (shown,) = (block[2] for block in BLOCK.finditer(text) if block[1] == "toml")
    (folder / "pgnorm.toml").write_text(shown)
    assert find(folder) is not None
    assert tuple(tomllib.loads(shown)) == tuple(SETTINGS)


@every_page
def test_the_shown_files_of_a_split_dump_are_taken(page: Path, folder: Path) -> None:
    for block in BLOCK.finditer(page.read_text()):
        if block[1] == "toml":
            (folder / "pgnorm.toml").write_text(block[2])
            project = find(folder)
            assert project is not None
            assert project.split is not None
            assert set(project.split.values) <= set(configured(project.split).files)


def test_the_hooks_call_commands() -> None:
    entries = re.findall(r"^  entry: pgnorm (.+)$", (ROOT / ".pre-commit-hooks.yaml").read_text(), re.MULTILINE)
    assert entries == ["fix-functions", "check"]
    assert {*entries} <= {*COMMANDS}


def test_the_cookbook_shows_the_hooks_and_the_first_takes_files_of_projects_anywhere() -> None:
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text()
    named = set(re.findall(r"^ *- id: (\S+)$", (ROOT / "docs" / "cookbook.md").read_text(), re.MULTILINE))
    assert named == set(re.findall(r"^- id: (\S+)$", hooks, re.MULTILINE))
    files, _ = re.findall(r"^  files: (.+)$", hooks, re.MULTILINE)
    paths = ("supabase/schemas/1.sql", "apps/web/supabase/schemas/1.sql", "my-supabase/schemas/1.sql", "schemas/1.sql")
    assert [bool(re.search(files, path)) for path in paths] == [True, True, False, False]


def _prose(page: Path) -> str:
    """The page without its examples, without what other programs are told, and without table rules."""
    text = BLOCK.sub("", page.read_text())
    return OTHER_PROGRAMS.sub("", re.sub(r"^\|[-|]+$", "", text, flags=re.MULTILINE))


def _options(command: Command) -> set[str]:
    options = (option for option in command.params if isinstance(option, Option))
    return {word for option in options for word in (*option.opts, *option.secondary_opts)} | {"-h", "--help"}
