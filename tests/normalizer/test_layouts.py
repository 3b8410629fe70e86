"""What a project says of the files of a split dump is taken, and refused with its place where it is wrong."""

from pathlib import Path

import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.dump.layouts import DEFAULT, PRIVILEGES, REST, Layout, configured
from pgnorm.normalizer.project.finding import find


def layout(root: Path, text: str, name: str = "pgnorm.toml") -> Layout:
    (root / name).write_text(text)
    project = find(root)
    assert project is not None
    assert project.split is not None
    return configured(project.split)


def test_what_is_not_named_stays_where_it_is(tmp_path: Path) -> None:
    assert layout(tmp_path, "") == DEFAULT
    found = layout(tmp_path, '[split]\n"01_tables.sql" = ["trigger"]\n"00_x.sql" = ["enum", "schema a b"]\n')
    own = {"trigger": "01_tables.sql", "enum": "00_x.sql", "schema a b": "00_x.sql"}
    assert found.words == {**DEFAULT.words, **own}
    # Rules are still in the file that triggers were in.
    assert found.files == ("00_x.sql", *DEFAULT.files)


def test_a_file_whose_words_are_all_elsewhere_is_none(tmp_path: Path) -> None:
    text = f'[tool.pgnorm.split]\n"a.sql" = ["{REST}"]\n"b.sql" = ["{PRIVILEGES}", "schema storage"]\n'
    assert layout(tmp_path, text, "pyproject.toml").files == (
        "02_functions.sql",
        "03_views.sql",
        "04_triggers.sql",
        "05_policies.sql",
        "a.sql",
        "b.sql",
    )


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ('"a.sql" = ["functon"]', "`a.sql` names `functon`, which is no kind of object", "Did you mean `function`?"),
        ('"a.sql" = ["schema "]', "`a.sql` names `schema `, which is no kind of object", "Did you mean `schema`?"),
        ('"a.sql" = ["column"]', "`a.sql` names `column`, which is always in the file of what it belongs to", None),
        ('"a.sql" = "view"', "`a.sql` must be an array of strings", None),
        ('"a" = ["view"]', "`a` in [split] is no name of a file that ends in `.sql`", None),
        ('"a/b.sql" = ["view"]', "`a/b.sql` in [split] is no name of a file that ends in `.sql`", None),
        ('"z.sql" = ["table"]', "`z.sql` names `table`, which `first.sql` names already", None),
    ],
)
def test_what_is_wrong_has_a_place(tmp_path: Path, line: str, message: str, hint: str | None) -> None:
    with pytest.raises(PgnormError) as raised:
        layout(tmp_path, f'[split]\n"first.sql" = ["table"]\n{line}\n')
    assert (raised.value.message, raised.value.hint) == (message, hint)
    assert str(raised.value.place).endswith("pgnorm.toml:3:2")


def test_a_word_that_is_like_no_other_gets_the_whole_list(tmp_path: Path) -> None:
    with pytest.raises(PgnormError) as raised:
        layout(tmp_path, '[split]\n"a.sql" = ["qqqqqqq"]\n')
    assert str(raised.value.hint).startswith("There are access method, aggregate, base type, ")
