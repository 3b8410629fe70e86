"""The action for GitHub: its keys are known, and its steps do what they should, run as a runner runs them."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
KEYS = {
    "": {"name", "author", "description", "branding", "inputs", "outputs", "runs"},
    "branding": {"icon", "color"},
    "inputs": {"description", "required", "default", "deprecationMessage"},
    "outputs": {"description", "value"},
    "runs": {"using", "steps"},
    "steps": {"id", "name", "if", "uses", "with", "run", "shell", "env", "working-directory", "continue-on-error"},
}
"""The keys that the schema of GitHub's knows for composite actions."""
EXPRESSION = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")


def part(value: object, key: str) -> dict[str, object]:
    assert isinstance(value, dict)
    found = value[key]
    assert isinstance(found, dict)
    return found


def steps() -> list[dict[str, object]]:
    found = part(action(), "runs")["steps"]
    assert isinstance(found, list)
    return found


def action() -> dict[str, object]:
    found: object = yaml.safe_load((ROOT / "action.yml").read_text())
    assert isinstance(found, dict)
    return found


def test_its_keys_are_known() -> None:
    found = action()
    assert {*found} <= KEYS[""]
    assert {*part(found, "branding")} <= KEYS["branding"]
    assert {*part(found, "runs")} <= KEYS["runs"]
    for group in ("inputs", "outputs"):
        for name in part(found, group):
            assert {*part(found[group], name)} <= KEYS[group]
    for step in steps():
        assert {*step} <= KEYS["steps"]
        assert ("run" in step) == ("shell" in step) != ("uses" in step)


def test_what_it_names_is_there() -> None:
    text = (ROOT / "action.yml").read_text()
    inputs = {*part(action(), "inputs")}
    assert {*re.findall(r"\binputs\.([\w-]+)", text)} == inputs
    ids = {str(step["id"]) for step in steps() if "id" in step}
    assert {*re.findall(r"\bsteps\.([\w-]+)\.", text)} <= ids
    # What somebody puts into an input is never a part of a script.
    assert not any("${{" in str(step.get("run", "")) for step in steps())


def test_the_workflows_are_yaml_with_rights_of_their_own() -> None:
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        found: object = yaml.safe_load(path.read_text())
        assert isinstance(found, dict)
        assert "permissions" in found
        assert all("runs-on" in job for job in part(found, "jobs").values() if isinstance(job, Mapping))


class Runner:
    """The steps with a script, run one after the other with the files that a runner has for them."""

    def __init__(self, folder: Path, project: Path) -> None:
        self.folder, self.project = folder, project
        self.outputs: dict[str, str] = {}
        self.summary = folder / "summary.md"
        (folder / "pgnorm" / "venv" / "bin").mkdir(parents=True)
        # The environment of the tests in the place of one that would be made from the network.
        (folder / "pgnorm" / "venv" / "bin" / "pgnorm").symlink_to(Path(sys.executable).with_name("pgnorm"))

    def run(self, **inputs: str) -> tuple[int, str]:
        """Runs them with these inputs; the job's exit code, and what it printed."""
        said = ""
        for step in steps():
            if "run" not in step or step.get("name") == "Install pgnorm":
                continue
            done = self._run(step, inputs)
            said += done.stdout
            if done.returncode:
                return done.returncode, said
        return 0, said

    def _run(self, step: dict[str, object], inputs: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        values = {
            f"inputs.{name}": str(part(part(action(), "inputs"), name)["default"]) for name in part(action(), "inputs")
        }
        values |= {f"inputs.{name}": value for name, value in inputs.items()} | self.outputs
        output = self.folder / "output"
        output.write_text("")
        given = {
            name: EXPRESSION.sub(lambda found: values[found[1]], str(value))
            for name, value in part(step, "env").items()
        }
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "DATABASE"))}
        environment |= given | {
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "RUNNER_TEMP": str(self.folder),
            "PGNORM_PG_BINDIR": "bundled",
        }
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", str(step["run"])]
        done = subprocess.run(command, env=environment, cwd=self.project, capture_output=True, text=True)
        for line in output.read_text().splitlines():
            name, _, value = line.partition("=")
            self.outputs[f"steps.{step['id']}.outputs.{name}"] = value
        return done


@pytest.fixture
def runner(cache: Path, crm: Path) -> Runner:
    """A runner for a project with findings, whose cache the server's account can reach."""
    return Runner(cache, crm)


def test_findings_are_annotations_a_summary_and_sarif(runner: Runner) -> None:
    code, said = runner.run(sarif="true")
    assert code == 1
    assert "::error file=supabase/schemas/02_functions.sql,line=41" in said
    assert "get_sale_id_by_email" in runner.summary.read_text()
    sarif = json.loads(Path(runner.outputs["steps.check.outputs.sarif"]).read_text())
    assert sarif["version"] == "2.1.0"
    assert sarif["runs"][0]["results"]


def test_a_project_without_findings_and_more_words(runner: Runner) -> None:
    rules = ("functions", "migrations-behind", "auth_rls_initplan", "access")
    code, said = runner.run(
        arguments="\n".join(f"--skip\n{rule}" for rule in rules) + "\n--level\nerror\n", summary="false"
    )
    assert (code, "::error" in said) == (0, False), said
    assert not runner.summary.exists()


def test_what_can_not_be_checked_fails_the_job(runner: Runner) -> None:
    assert runner.run(project="nowhere")[0] == 2
    assert runner.run(arguments="$(touch made)")[0] == 2
    assert not (runner.project / "made").exists()


@pytest.mark.parametrize(("postgres", "code"), [("13", 2), ("15]; touch made; [", 2)])
def test_a_postgres_that_there_is_not(runner: Runner, postgres: str, code: int) -> None:
    environment = {**os.environ, "POSTGRES": postgres, "GITHUB_ACTION_PATH": str(ROOT), "RUNNER_TEMP": "", "PYTHON": ""}
    done = subprocess.run(
        [ROOT / "action/install.sh"], env=environment, cwd=runner.project, capture_output=True, text=True
    )
    assert (done.returncode, "not one of 14 to 18" in done.stdout) == (code, True)
    assert not (runner.project / "made").exists()


def test_files_of_the_checkout_install_nothing(runner: Runner, tmp_path: Path) -> None:
    (runner.project / "venv.py").write_text("open('made', 'w')\n")
    empty = tmp_path / "empty"
    empty.mkdir()
    environment = {**os.environ, "POSTGRES": "", "GITHUB_ACTION_PATH": str(empty), "PYTHON": sys.executable}
    environment |= {"RUNNER_TEMP": str(tmp_path / "temporary")}
    subprocess.run([ROOT / "action/install.sh"], env=environment, cwd=runner.project, capture_output=True)
    assert (tmp_path / "temporary" / "pgnorm" / "venv" / "bin" / "pip").exists()
    assert not (runner.project / "made").exists()
