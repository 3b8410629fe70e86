"""Completion in real shells, errors for programs, and the ways to start pgnorm."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run

PLACE = str(Path(sys.executable).parent)
ASK = {
    "bash": "source <(pgnorm completion bash) && COMP_WORDS=(pgnorm di) COMP_CWORD=1 && _pgnorm_completion pgnorm &&"
    ' echo "${COMPREPLY[@]}"',
    "zsh": "autoload -U compinit && compinit -u && source <(pgnorm completion zsh) && whence -w _pgnorm_completion &&"
    ' echo "${_comps[pgnorm]}"',
    "fish": 'pgnorm completion fish | source; complete -C "pgnorm di"',
}
ANSWERS = {"bash": "diff\n", "zsh": "_pgnorm_completion: function\n_pgnorm_completion\n", "fish": "diff"}


@pytest.mark.parametrize("shell", sorted(ASK))
def test_shells_complete(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} on the PATH")
    environment = {"PATH": f"{PLACE}:/usr/local/bin:/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run([shell, "-c", ASK[shell]], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(ANSWERS[shell])
    assert done.stderr == ""


@pytest.mark.parametrize(("shell", "sign"), [("bash", "complete -o"), ("zsh", "#compdef pgnorm"), ("fish", "function")])
def test_the_script_is_printed(run: Run, shell: str, sign: str) -> None:
    code, out, _ = run(f"completion {shell}")
    assert code == 0
    assert sign in out
    assert "_PGNORM_COMPLETE" in out


def test_another_shell_is_an_error(run: Run) -> None:
    code, out, err = run("completion tcsh")
    assert (code, out) == (2, "")
    assert "'bash', 'zsh', 'fish'" in err


def test_the_module_runs(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "pgnorm", "nothing"], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("Usage: pgnorm ")


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("diff --json", "outside a project diff needs both sources", "Name them with --from and --to"),
        ("dump --json --formt x", "No such option '--formt'", "pgnorm dump --help"),
        ("check --output-format json", "", ""),
        ("dump --json --from x.json", "the snapshot doesn't exist", "Write it with"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_errors_for_programs(run: Run, line: str, message: str, hint: str) -> None:
    code, out, err = run(line)
    found = json.loads(out)
    assert (code, found["version"], [*found]) == (2, 1, ["version", "pgnorm", "errors"])
    (error,) = found["errors"]
    assert [*error] == ["message", "place", "hint"]
    assert error["message"].startswith(message)
    assert (error["hint"] or "").startswith(hint)
    assert error["message"] in err


def test_all_errors_have_their_places(run: Run, plain: Path) -> None:
    (plain / "schemas" / "02.sql").write_text("create tabel a ();\n" * 30)
    code, out, _ = run("diff --json")
    assert code == 2
    errors = json.loads(out)["errors"]
    assert [each["place"] for each in errors] == [f"schemas/02.sql:{line}:8" for line in range(1, 31)]


def test_no_password_is_in_them(run: Run, folder: Path) -> None:
    code, out, err = run("dump --json --db-url postgresql://u:sesame@127.0.0.1:1/x?sesame")
    assert code == 2
    assert "sesame" not in out + err
    assert json.loads(out)["errors"]
    assert folder.exists()


def test_words_behind_two_dashes_are_no_options(run: Run, folder: Path) -> None:
    assert run("fix-functions -- --json")[:2] == (2, "")
    assert folder.exists()
