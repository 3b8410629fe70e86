"""Forms of findings: for people, and as the services around a repository read them."""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from . import VERSION
from .documents import printed
from .output import in_line, visible

if TYPE_CHECKING:
    from pgnorm.normalizer.checking.finding import Finding

    from .forms import Findings, FindingSaid

TEXT: Final = "text"
JSON: Final = "json"
GITHUB: Final = "github"
JSON_VERSION: Final = 1
_DEEP: Final = " " * 4
_GITHUB: Final = {"error": "error", "warn": "warning", "info": "notice"}
_GITLAB: Final = {"error": "major", "warn": "minor", "info": "info"}
_SARIF_LEVELS: Final = {"error": "error", "warn": "warning", "info": "note"}
_ROOTS: Final = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""Variables in which services name the folder of the repository, from which they count paths."""
_SARIF: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def _text(found: "Sequence[Finding]") -> str:
    """A line for each, what its message goes on with, and the cure of those that have the same one once below them."""
    lines = []
    for cure, some in groupby(found, key=lambda each: each.cure):
        for each in some:
            first, *more = visible(each.message).split("\n")
            lines.append(f"{in_line(each.place)}: {first} [{each.rule}]")
            # Deeper than a cure, for which nobody shall take a line of a message.
            lines += (line if line.startswith(_DEEP) else f"{_DEEP}{line.lstrip()}" for line in more)
        lines += [f"  to fix: {in_line(cure)}"] if cure else []
    return "".join(f"{line}\n" for line in lines)


def _json(found: "Sequence[Finding]") -> str:
    findings: list[FindingSaid] = [
        {
            "rule": each.rule,
            "message": each.message,
            "file": each.file,
            "line": each.line,
            "column": each.column,
            "level": each.level,
            "cure": each.cure,
        }
        for each in found
    ]
    document: Findings = {"version": JSON_VERSION, "findings": findings}
    return printed(document)


def _github(found: "Sequence[Finding]") -> str:
    """Workflow commands, which GitHub shows beside the lines of a pull request."""
    return "".join(
        f"::{_GITHUB[each.level]} file={_property(_from_root(each.file))},line={each.line},col={each.column},"
        f"title={_property(f'pgnorm {each.rule}')}::{_data(_with_cure(each))}\n"
        for each in found
    )


def _data(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _gitlab(found: "Sequence[Finding]") -> str:
    """A Code Quality report. Its fingerprints stay while lines move, and no two are alike."""
    seen: Counter[str] = Counter()
    report = []
    for each in found:
        file = _from_root(each.file)
        said = f"{each.rule}\0{file}\0{each.message}"
        count = f"\0{seen[said]}" if seen[said] else ""
        seen[said] += 1
        report.append(
            {
                "description": _with_cure(each),
                "check_name": each.rule,
                "fingerprint": hashlib.sha256(f"{said}{count}".encode(errors="surrogateescape")).hexdigest(),
                "severity": _GITLAB[each.level],
                "location": {"path": file, "lines": {"begin": each.line}},
            }
        )
    return printed(report)


def _sarif(found: "Sequence[Finding]") -> str:
    """A SARIF 2.1.0 log of one run."""
    from pgnorm.normalizer.checking.rules import RULES

    results = [
        {
            "ruleId": each.rule,
            "level": _SARIF_LEVELS[each.level],
            "message": {"text": _with_cure(each)},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": quote(os.fsencode(_from_root(each.file)))},
                        "region": {"startLine": each.line, "startColumn": each.column},
                    }
                }
            ],
        }
        for each in found
    ]
    rules = [
        {"id": rule, "shortDescription": {"text": RULES[rule]}} for rule in dict.fromkeys(each.rule for each in found)
    ]
    driver = {"name": "pgnorm", "version": VERSION, "rules": rules}
    return printed({"$schema": _SARIF, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]})


def _from_root(file: str) -> str:
    """A file as the service around a repository names it: from the repository's folder on, with `/`."""
    path = Path(os.path.abspath(file))
    roots = (Path(root) for name in _ROOTS if (root := os.environ.get(name)))
    return next((path.relative_to(root) for root in roots if path.is_relative_to(root)), Path(file)).as_posix()


def _with_cure(finding: "Finding") -> str:
    return f"{finding.message}\nTo fix: {finding.cure}" if finding.cure else finding.message


FORMS: Final[Mapping[str, "Callable[[Sequence[Finding]], str]"]] = {
    TEXT: _text,
    JSON: _json,
    GITHUB: _github,
    "gitlab": _gitlab,
    "sarif": _sarif,
}
"""The forms by the words of --output-format."""
