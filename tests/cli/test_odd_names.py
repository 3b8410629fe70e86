"""Names that nobody meant well, in what `check` prints: one line, and valid UTF-8."""

import json
import os
from pathlib import Path

import pytest
from conftest import Run

NAME = "2_\u202ea\n::error::x\udcff.sql"


@pytest.mark.parametrize("form", ["text", "json", "github", "gitlab", "sarif"])
def test_a_file_of_an_odd_name(run: Run, plain: Path, form: str) -> None:
    (plain / "schemas" / "01_tables.sql").write_text("select 1;\n")
    (plain / "migrations" / os.fsdecode(os.fsencode(NAME))).write_text("select nothing;\n")
    code, out, err = run(f"check --output-format {form}")
    assert code == 1, err
    if form in ("text", "github"):
        assert "\u202e" not in out
        assert form == "text" or "\n::error::x" not in out
    else:
        assert json.loads(out.encode().decode())
