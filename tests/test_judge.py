"""What a case that Postgres refuses says of it."""

from pathlib import Path

import psycopg
import pytest
from judge import run_file

from pgnorm.normalizer.postgres.shadow import Shadow


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("create table a (b int);\n\n-- comes to nothing\ncreate index on a (b);\nalter table c add d int;\n", 5),
        ("create table a (b int);\ncreate view v as\n    select b\n      from a\n     where d;\n", 5),
        (
            "create table a (b int primary key);\ncreate table c (b int references a deferrable initially deferred);\n"
            "insert into c values (1);\n",
            3,
        ),
    ],
    ids=["in a statement", "at a word", "at the end"],
)
def test_a_file_that_fails_names_the_line(shadow: Shadow, tmp_path: Path, text: str, line: int) -> None:
    file = tmp_path / "old.sql"
    file.write_text(text)
    with shadow.session(scratch=True) as session:
        with pytest.raises(psycopg.Error) as refused:
            run_file(session.connection, file)
        assert refused.value.__notes__ == [f"{file}:{line}"]
        assert session.connection.execute("select to_regclass('a') is null").fetchone() == (True,)
