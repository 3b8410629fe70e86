"""`pgnorm dump --split`."""

from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[[str], tuple[int, str, str]]


@pytest.mark.usefixtures("crm")
def test_the_files_of_a_project_say_what_its_own_say(run: Run) -> None:
    code, out, err = run("dump --split new/schemas")
    assert (code, out) == (0, "")
    own = sorted(path.name for path in Path("supabase/schemas").glob("*.sql"))
    assert sorted(path.name for path in Path("new/schemas").iterdir()) == own
    assert f"Wrote new/schemas/{own[-1]}\n" in err
    assert run("-q diff --from files --to new/schemas")[:2] == (0, "")
    assert 'ON "storage"."objects"' in Path("new/schemas/07_storage.sql").read_text()


def test_nothing_is_lost_without_being_asked_for(run: Run, plain: Path) -> None:
    assert run("-q dump --split out") == (0, "", "")
    first = (plain / "out" / "01_tables.sql").read_text()
    assert run("-q dump --split out") == (0, "", "")
    (plain / "out" / "01_tables.sql").write_text("mine")
    (plain / "out" / "other.sql").write_text("mine too")
    code, _, err = run("dump --split out")
    assert code == 2
    assert "out: 2 files would be replaced, or stay beside the new ones: out/01_tables.sql, out/other.sql\n" in err
    assert (plain / "out" / "01_tables.sql").read_text() == "mine"
    code, _, err = run("-q dump --split out --overwrite")
    assert (code, err) == (0, "out/other.sql stays as it is: the dump has nothing for it\n")
    assert (plain / "out" / "01_tables.sql").read_text() == first
    assert (plain / "out" / "other.sql").read_text() == "mine too"


def test_a_project_does_not_come_to_declare_everything_twice(run: Run, plain: Path) -> None:
    old = plain / "schemas" / "mine.sql"
    (plain / "schemas" / "01_tables.sql").rename(old)
    for folder in ("schemas", "schemas/new"):
        code, out, err = run(f"dump --split {folder} --overwrite")
        assert (code, out) == (2, "")
        assert f"{folder}: the project would load the new files and 1 file beside them, and so have all twice" in err
        assert "twice: schemas/mine.sql\nhint: Name a folder that the project does not load" in err
        assert [path.name for path in (plain / "schemas").iterdir()] == ["mine.sql"]
    code, out, err = run("dump --split schemas -n public --overwrite")
    assert (code, out) == (2, "")
    assert "schemas: the project would load the new files and 1 file beside them, which may declare the same" in err
    assert "and then take out of these what the new ones declare.\n" in err
    assert [path.name for path in (plain / "schemas").iterdir()] == ["mine.sql"]
    assert run("-q dump --split new") == (0, "", "")
    old.rename(plain / "schemas" / "01_tables.sql")
    assert run("-q dump --split schemas --overwrite") == (0, "", "")
    assert (plain / "schemas" / "01_tables.sql").read_text() == (plain / "new" / "01_tables.sql").read_text()


def test_the_file_of_what_is_gone_is_emptied(run: Run, plain: Path) -> None:
    (plain / "schemas" / "03_views.sql").write_text("create view v as select * from notes;\n")
    assert run("-q dump --split schemas --overwrite") == (0, "", "")
    assert "VIEW" in (plain / "schemas" / "03_views.sql").read_text()
    (plain / "migrations" / "1_notes.sql").write_text("create table notes (id int primary key);\n")
    code, _, err = run("dump --from migrations --split schemas")
    assert code == 2
    assert "schemas: 2 files would be replaced, or stay" in err
    code, _, err = run("dump --from migrations --split schemas --overwrite")
    assert (code, "Emptied schemas/03_views.sql\n" in err) == (0, True)
    assert (plain / "schemas" / "03_views.sql").read_text() == ""
    assert run("-q diff --check") == (0, "", "")


@pytest.mark.parametrize("line", ["--split x --json", "--split x -o y.sql", "--split x --roles", "--overwrite"])
def test_what_does_not_go_together(run: Run, plain: Path, line: str) -> None:
    code, out, err = run(f"dump {line}")
    assert (code, bool(out)) == (2, "--json" in line)
    assert "--split" in err
    assert not (plain / "x").exists()


def test_a_project_has_files_of_its_own(run: Run, plain: Path) -> None:
    settings = plain / "pgnorm.toml"
    settings.write_text(settings.read_text() + '\n[split]\n"all.sql" = ["everything else", "function"]\n')
    assert run("-q dump --split out") == (0, "", "")
    assert "all.sql" in [path.name for path in (plain / "out").iterdir()]
    assert not (plain / "out" / "01_tables.sql").exists()
    settings.write_text(settings.read_text().replace('"function"', '"fonction"'))
    code, out, err = run("dump --split out")
    assert (code, out) == (2, "")
    assert "`all.sql` names `fonction`, which is no kind of object" in err
    assert "Did you mean `function`?" in err
