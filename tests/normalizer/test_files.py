"""Reading source files."""

from pathlib import Path

import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.files.reading import decode_file, read_file


def test_text_keeps_its_line_ends_and_loses_its_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.sql"
    path.write_bytes(b"\xef\xbb\xbfselect 1;\r\nselect '\xc3\xa9';\n")
    source = read_file(path, label="a.sql")
    assert (source.text, source.bom, source.path) == ("select 1;\r\nselect 'é';\n", True, path)


def test_a_place_counts_characters_from_one() -> None:
    source = decode_file("é\r\n🐘x".encode(), path=None, label="a.sql")
    assert source.place(0) == "a.sql:1:1"
    assert source.place(source.text.index("x")) == "a.sql:2:2"


@pytest.mark.parametrize(
    ("content", "place"),
    [(b"select 1;\n-- caf\xe9", "a.sql:2:7"), (b"\xef\xbb\xbf\xff", "a.sql:1:1"), (b"select\n\0", "a.sql:2:1")],
)
def test_what_is_no_text_is_refused_with_its_place(content: bytes, place: str) -> None:
    with pytest.raises(PgnormError) as error:
        decode_file(content, path=None, label="a.sql")
    assert error.value.place == place


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.sql", tmp_path):
        with pytest.raises(PgnormError, match="cannot read the file: ") as error:
            read_file(path)
        assert error.value.place == str(path)
