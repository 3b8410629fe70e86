"""Sources that are not what lies in the folder: files and migrations as git holds them, migrations up to a version."""

import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run

Git = Callable[[str], str]
ONE = "create table notes (id int);\n"
TWO = "create table notes (id int, body text);\n"


@pytest.fixture
def git(plain: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Git:
    """Runs git in the project, which is a repository; what is made meanwhile lies in a folder that was empty."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temporary")))

    def run_git(words: str) -> str:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *words.split()]
        return subprocess.run(command, cwd=plain, check=True, capture_output=True, text=True).stdout

    run_git("init -q -b main")
    (plain / "schemas" / "01_tables.sql").write_text(ONE)
    (plain / "migrations" / "1_notes.sql").write_text(ONE)
    run_git("add .")
    run_git("commit -q -m one")
    (plain / "schemas" / "01_tables.sql").write_text(TWO)
    (plain / "migrations" / "2_body.sql").write_text("alter table notes add body text;\n")
    return run_git


def _left() -> list[str]:
    return os.listdir(tempfile.gettempdir())


@pytest.mark.parametrize(
    ("sides", "plan"),
    [
        ("--from git:main --to files", 'ALTER TABLE "public"."notes" ADD COLUMN "body" "text";\n'),
        ("--from git:main:files --to migrations", 'ALTER TABLE "public"."notes" ADD COLUMN "body" "text";\n'),
        ("--from git:main:migrations --to files", 'ALTER TABLE "public"."notes" ADD COLUMN "body" "text";\n'),
        ("--to git:HEAD", '-- loses all values of body\nALTER TABLE "public"."notes" DROP COLUMN "body";\n'),
        ("--from migrations@1 --to migrations", 'ALTER TABLE "public"."notes" ADD COLUMN "body" "text";\n'),
        ("--from migrations@0001 --to git:main:migrations@1", ""),
        ("--from migrations@2 --to files", ""),
    ],
)
def test_what_differs(run: Run, git: Git, sides: str, plan: str) -> None:
    code, out, err = run(f"diff {sides}")
    assert (code, out) == (0, plan), err
    assert not _left()


def test_names_of_files_are_those_that_git_knows(run: Run, plain: Path, git: Git) -> None:
    (plain / "schemas" / "01_tables.sql").write_text("create tabel more ();\n")
    git("commit -q -a -m wrong")
    (plain / "schemas" / "01_tables.sql").write_text(ONE)
    code, _, err = run("diff --from git:HEAD --to files")
    assert code == 2
    assert "from: 1 file of git:HEAD:schemas\n" in err
    assert "git:HEAD:schemas/01_tables.sql:1:8: syntax error" in err
    assert not _left()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("git:nowhere", "git has no revision `nowhere`"),
        ("git:--help", "git has no revision `--help`"),
        ("git:^HEAD", "git has no revision `^HEAD`"),
        ("git:main:more", "`git:main:more` names no files of a project\nhint: Write git:main or git:main:files, "),
        ("git:main:migrations@2", "git:main:migrations: no migration has version 2\nhint: The last one is 1."),
        ("migrations@12", "migrations: no migration has version 12\nhint: The last one is 2."),
        ("git:", "there is no source `git:`"),
        ("migrations@", "there is no source `migrations@`"),
    ],
)
def test_what_is_not_there(run: Run, git: Git, source: str, said: str) -> None:
    code, _, err = run(f"diff --from {source} --to files")
    assert code == 2
    assert said in err
    assert not _left()


def test_a_shallow_clone_has_the_branch_once_the_command_of_the_hint_has_run(run: Run, plain: Path, git: Git) -> None:
    git("checkout -q -b side")
    git("add .")
    git("commit -q -m two")
    git(f"clone -q --depth 1 --branch side file://{plain} clone")
    line = "--project clone diff --from git:origin/main --to files"
    code, _, err = run(line)
    assert (code, "git has no revision `origin/main`" in err) == (2, True), err
    assert "shallow" not in run("diff --from git:nowhere --to files")[2]
    (command,) = re.findall(r"`(git fetch .*?)`", err)
    subprocess.run(shlex.split(command), cwd=plain / "clone", check=True, capture_output=True)
    code, out, err = run(line)
    assert (code, 'ADD COLUMN "body"' in out) == (0, True), err


def test_a_project_that_was_not_there_yet(run: Run, plain: Path, git: Git) -> None:
    git("checkout -q --orphan empty")
    git("rm -q -r -f .")
    git("commit -q --allow-empty -m empty")
    git("checkout -q -f main")
    code, _, err = run("dump --from git:empty")
    assert code == 2
    assert "there was no project in . at empty" in err
    assert not _left()


def test_a_folder_that_git_does_not_know(run: Run, plain: Path) -> None:
    (plain / ".git").rmdir()
    (plain / ".git").write_text("gitdir: nowhere\n")
    code, _, err = run("diff --from git:main --to files")
    assert code == 2
    assert "fatal: not a git repository: " in err


def test_links_and_what_lies_above_the_repository_are_not_read(run: Run, plain: Path, git: Git) -> None:
    (plain / "schemas" / "2.sql").symlink_to("/etc/passwd")
    (plain / "pgnorm.toml").write_text('schema_paths = ["../*.sql", "schemas/*.sql"]\n')
    git("add .")
    git("commit -q -m link")
    code, _, err = run("dump --from git:HEAD")
    assert code == 0, err
    assert "1 file of git:HEAD:schemas" in err
    assert "git:HEAD:schemas/2.sql is a link, which is not followed" in err


def test_no_project(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    monkeypatch.chdir(outside)
    for source in ("git:main", "migrations@3"):
        code, _, err = run(f"dump --from {source}")
        assert code == 2
        assert f"`{source}` is a source of a project, and there is none from here upwards" in err


def test_a_project_below_the_top_of_the_repository(
    run: Run, plain: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = plain / "apps" / "crm"
    (inner / "schemas").mkdir(parents=True)
    (inner / "pgnorm.toml").write_text('schema_paths = ["../../schemas/01_tables.sql", "schemas/*.sql"]\n')
    (inner / "schemas" / "2.sql").write_text("create table more (id int);\n")
    git("add .")
    git("commit -q -m inner")
    (inner / "schemas" / "2.sql").write_text("")
    monkeypatch.chdir(inner)
    code, out, err = run("diff --from git:HEAD --to files")
    assert (code, out) == (0, '-- loses all its rows\nDROP TABLE "public"."more";\n'), err
    assert not _left()
