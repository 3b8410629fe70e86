"""The group: start-up, errors and exit codes."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from click import Command, Context
from click.testing import CliRunner
from conftest import Refused
from waiting import PATIENCE

from pgnorm.catalog.errors import PgnormError
from pgnorm.cli.help import Group
from pgnorm.cli.main import COMMANDS, group

Run = Callable[[str], tuple[int, str, str]]

HEAVY = ("psycopg", "pglast", "deepdiff", "attrs", "importlib.metadata", "pgnorm.normalizer")
PGNORM = (sys.executable, "-m", "pgnorm.cli")


def test_version(run: Run) -> None:
    assert run("--version") == (0, f"pgnorm {version('pgnorm')}\n", "")


def test_starting_imports_nothing_heavy() -> None:
    code = f"import sys, pgnorm.cli.main; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(run: Run, name: str) -> None:
    for flag in ("-h", "--help"):
        code, out, _ = run(f"{name} {flag}")
        assert code == 0
        assert all(word in out for word in ("Examples:", "Exit codes:", "Usage: pgnorm"))
    command = group.get_command(group.make_context("pgnorm", [name]), name)
    assert isinstance(command, Command)
    first = command.get_short_help_str(200)
    assert first[0].isupper()
    assert first.endswith(".")


@pytest.mark.parametrize("words", ["", "diff", "migration", "migration up"])
def test_help_is_a_word_too(run: Run, words: str) -> None:
    above, _, last = words.rpartition(" ")
    told = run(f"{words} --help")
    assert told[0] == 0
    assert run(f"help {words}") == run(f"{above} help {last}") == told


@pytest.mark.parametrize("width", [60, 80, 100])
def test_help_lists_all_commands_with_all_that_their_summaries_say(width: int) -> None:
    above = group.make_context("pgnorm", ["completion"], terminal_width=width)
    nested = (group.get_command(above, name) for name in COMMANDS)
    for each in (group, *(each for each in nested if isinstance(each, Group))):
        context = Context(each, info_name=each.name, parent=None if each is group else above, terminal_width=width)
        text = " ".join(each.get_help(context).split())
        for name in each.list_commands(context):
            command = each.get_command(context, name)
            assert command is not None
            assert f" {name} {command.get_short_help_str(10_000)}" in text


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("dmp", "error: No such command 'dmp'. Did you mean 'dump'?"),
        ("dump --formt x", "error: No such option '--formt'"),
        ("dump --local --linked", "--linked: only one of --from, --local, --db, --db-url, --linked and --remote."),
        ("pull --local --linked", "--linked: only one of --local, --db-url, --linked, --remote and --db."),
        ("dump --db-url files", "expected postgresql://"),
        ("--project nowhere dump", "nowhere: the project folder doesn't exist"),
        ("dump --from files", "there is none from here upwards"),
        ("dump --from migratoins", "Did you mean `migrations`?"),
        ("dump --from x.json", "x.json: the snapshot doesn't exist"),
        ("diff -f a --check", "--check writes no migration, so it can't be combined with -f"),
        ("diff -f a -o b.sql", "-f can't be combined with -o"),
        ("diff", "outside a project diff needs both sources"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_can_not_be_done_ends_with_2_and_a_way_out(run: Run, line: str, said: str) -> None:
    code, out, err = run(line)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("diff local files", "Got unexpected words: local files", "options: --from local --to files."),
        ("diff --from local files", "Got unexpected words: files", "options: --to files."),
        ("dump x.sql", "Got unexpected words: x.sql", "options: --from x.sql."),
        ("dump 'a b.sql'", "Got unexpected words: a b.sql", "options: --from 'a b.sql'."),
        (f"dump 'select 1; {'x' * 300}'", "Got unexpected words: select 1; xxx", "pgnorm dump --help"),
        ("dump contacts", "Got unexpected words: contacts", "pgnorm dump --help"),
        ("diff files postgresql://a:secret@h/db", "words: files (an address, not shown)", "--from files --to URL."),
        ("push local", "Got unexpected words: local", "A database is named by an option: --local."),
        ("migration status", "No such command 'status'.", "`pgnorm migration list` says"),
        ("migration down", "No such command 'down'.", "No migration is run backwards. `pgnorm diff --from local"),
        ("migration lst", "No such command 'lst'. Did you mean 'list'?", "pgnorm migration --help"),
        ("diff --html", "Option '--html' requires an argument.", "--html FILE: Write a page"),
        ("diff --html --check", "Option '--html' requires an argument.", "--html FILE: Write a page"),
        ("diff -q -f -v", "Option '-f' requires an argument.", "-f, --file NAME: Write a migration"),
        ("sync --dry-run", "No such option '--dry-run'.", "`pgnorm sync --diff` prints"),
    ],
)
def test_ways_on(refused: Refused, folder: Path, line: str, message: str, hint: str) -> None:
    for name in ("x.sql", "a b.sql"):
        (folder / name).touch()
    said = refused(line, message, hint)
    assert said.startswith(f"Usage: pgnorm {line.split()[0]}")
    assert "secret" not in said


def _while_a_class_is_made(signal: KeyboardInterrupt) -> RuntimeError:
    """What Python before 3.12 makes of a signal that comes then."""
    wrapped = RuntimeError("Error calling __set_name__ on 'cached_property' instance 'a' in 'A'")
    wrapped.__cause__ = signal
    return wrapped


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (PgnormError("no", place="a.sql:1:2", hint="do"), 2, "a.sql:1:2: no\nhint: do\n"),
        (PgnormError("first\nsecond"), 2, "error: first\n  second\n"),
        (KeyboardInterrupt(), 130, "Interrupted.\n"),
        (_while_a_class_is_made(KeyboardInterrupt()), 130, "Interrupted.\n"),
        (OSError(28, "No space left on device", "x"), 2, "x: No space left on device\nhint: Make room"),
        (ValueError("odd"), 2, "error: a fault in pgnorm: ValueError: odd\nhint: Please report it"),
    ],
)
def test_errors_become_exit_codes(
    run: Run, monkeypatch: pytest.MonkeyPatch, raised: BaseException, code: int, said: str
) -> None:
    def fail(*_: object) -> None:
        raise raised

    monkeypatch.setattr("pgnorm.cli.app.App.workspace", fail)
    ended, _, err = run("dump")
    assert ended == code
    assert said in err


def test_a_reader_that_leaves_is_no_error(plain: Path) -> None:
    with subprocess.Popen(
        [*PGNORM, "-q", "dump"], cwd=plain, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141


def test_a_full_disk_behind_stdout_is_named(plain: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*PGNORM, "-q", "dump"], cwd=plain, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert done.stderr == "error: No space left on device\nhint: Make room and run it again.\n"


def test_an_interrupt_ends_with_130_and_one_word(plain: Path) -> None:
    (plain / "schemas" / "02_slow.sql").write_text(f"select pg_sleep({PATIENCE});\n")
    with subprocess.Popen([*PGNORM, "dump"], cwd=plain, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        said = b""
        while b"shadow:" not in said:
            said = process.stderr.readline()
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(timeout=PATIENCE) == 130
        assert process.stderr.read().strip() == b"Interrupted."


def test_without_a_command_the_help_is_printed_once(run: Run) -> None:
    code, out, err = run("")
    assert (code, out) == (2, "")
    assert err == run("--help")[1]


@pytest.mark.usefixtures("plain")
def test_general_options_stand_before_or_after_the_command(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("-q dump --no-restrict") == run("dump -q --no-restrict") == (0, run("dump --no-restrict")[1], "")
    assert run("dump -v")[2] == run("-v dump")[2]
    monkeypatch.chdir("schemas")
    (folder / "other").mkdir()
    assert "other: no project here" in run("dump --project ../other")[2]
    assert run("--project ../other dump --project .. -q")[0] == 0
    assert "\x1b" in run("dump --color --from nothing")[2]
    assert "\x1b" not in run("--color dump --no-color --from nothing")[2]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("options", "verbose"), [("-q -v", True), ("-v -q", False)])
@pytest.mark.usefixtures("plain")
def test_the_last_of_quiet_and_verbose_counts(run: Run, options: str, verbose: bool) -> None:
    assert ("shadow: " in run(f"dump {options}")[2]) == verbose


def test_colour_is_for_terminals_and_those_who_ask(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def colours(line: str) -> bool:
        return "\x1b" in run(line)[2]

    assert not colours("diff")
    assert colours("--color diff")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert colours("diff")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colours("diff")


def test_the_shell_completes_commands() -> None:
    environment = {"_PGNORM_COMPLETE": "bash_complete", "COMP_WORDS": "pgnorm d", "COMP_CWORD": "1"}
    result = CliRunner().invoke(group, [], prog_name="pgnorm", env=environment)
    assert result.output.split() == ["plain,diff", "plain,docs", "plain,doctor", "plain,dump"]


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("diff --fail-on loses", ["plain,loses-data"]),
        ("diff --kind table,materialized", ["plain,table,materialized-view"]),
        ("diff --to l", ["plain,local", "plain,linked", "file,l"]),
        ("dump --from git", ["plain,git:", "file,git"]),
        ("sync --base mig", ["plain,migrations", "file,mig"]),
        ("fleet check --to mig", ["plain,migrations", "file,mig"]),
        ("check --skip migrations-b", ["plain,migrations-behind"]),
        ("sync --canonical poli", ["plain,policy"]),
        ("json-schema m", ["plain,migration"]),
        ("json-schema migration re", ["plain,rebase", "plain,repair"]),
        ("json-schema diff ", []),
    ],
)
def test_the_shell_completes_values(typed: str, completed: list[str]) -> None:
    words = f"pgnorm {typed}"
    environment = {"_PGNORM_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    assert CliRunner().invoke(group, [], prog_name="pgnorm", env=environment).output.split() == completed
