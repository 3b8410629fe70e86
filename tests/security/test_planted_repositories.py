"""A branch that holds what has the form of a git repository: nothing of its settings counts."""

import subprocess
from pathlib import Path

from conftest import Run

SETTINGS = """[core]
	repositoryformatversion = 1
	bare = false
	worktree = ..
	fsmonitor = {command}
	sshCommand = {command}
[extensions]
	partialClone = origin
[remote "origin"]
	url = ssh://nobody@localhost/nothing
	promisor = true
	fetch = +refs/heads/*:refs/remotes/origin/*
"""


def test_a_planted_repository_is_none(run: Run, plain: Path, tmp_path: Path) -> None:
    def git(*words: str) -> str:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *words]
        return subprocess.run(command, cwd=plain, check=True, capture_output=True, text=True).stdout.strip()

    migrations, ran = plain / "migrations", tmp_path / "ran"
    (migrations / "1_t.sql").write_text("create table t (id int);\n")
    (plain / "schemas" / "01_tables.sql").write_text("create table t (id int);\n")
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "first")
    command = tmp_path / "command"
    command.write_text(f"#!/bin/sh\ntouch '{ran}'\n")
    command.chmod(0o755)
    for name in ("objects", "refs/heads"):
        (migrations / name).mkdir(parents=True)
    (migrations / "HEAD").write_text("ref: refs/heads/main\n")
    (migrations / "refs" / "heads" / "main").write_text("1" * 40 + "\n")
    (migrations / "config").write_text(SETTINGS.format(command=command))
    # Git alone obeys them.
    subprocess.run(["git", "rev-parse", "--verify", "main^{commit}"], cwd=migrations, capture_output=True)
    assert ran.exists()
    ran.unlink()
    first = git("rev-parse", "--short=8", "HEAD")
    code, _, err = run("check --since main")
    assert code == 0, err
    code, out, err = run("blame public.t")
    assert (code, first in out) == (0, True), err
    assert run("migration rebase --dry-run --since main")[0] == 0
    assert not ran.exists()
    # With no repository above, it is none either.
    (plain / ".git").rename(tmp_path / "elsewhere")
    code, _, err = run("check --since main")
    assert (code, "not a git repository" in err) == (2, True), err
    assert not ran.exists()
