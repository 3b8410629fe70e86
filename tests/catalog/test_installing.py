"""Commands that install what an extra adds: just what the project says of it."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from pgnorm.catalog.installing import command_for_extra, installer

EXTRAS = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]["optional-dependencies"]


@pytest.mark.parametrize("extra", ["dask", "lint", "lsp", "serve", "watch"])
def test_it_names_the_packages_themselves(extra: str) -> None:
    command = command_for_extra(extra)
    assert command.startswith(f"{installer()} ")
    packages = shlex.split(command.removeprefix(installer()))
    assert [re.split("[<>=]", each)[0] for each in packages] == [re.split("[<>=]", each)[0] for each in EXTRAS[extra]]


def test_what_no_extra_is_called_is_asked_of_pgnorm() -> None:
    assert command_for_extra("nothing").endswith(" 'pgnorm[nothing]'")
