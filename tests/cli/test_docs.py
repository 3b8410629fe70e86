"""Each command's page and its options stay in step."""

import re
from pathlib import Path

import pytest
from click import Option

from pgnorm.cli.main import COMMANDS, group

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_page_names_the_options_and_no_others(name: str) -> None:
    ctx = group.make_context("pgnorm", [name])
    command = group.get_command(ctx, name)
    assert command is not None
    known = {word for option in (*command.params, *group.params) if isinstance(option, Option) for word in option.opts}
    page = (DOCS / f"{name}.md").read_text()
    told = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", re.sub(r"`(?:pg_dump|supabase|chmod)[^`]*`", "", page)))
    untold = [option.opts for option in command.params if isinstance(option, Option) and told.isdisjoint(option.opts)]
    assert untold == []
    assert told <= known
