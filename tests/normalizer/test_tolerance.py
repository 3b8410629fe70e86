"""Which failures beside the files asked for are let pass."""

import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.files.reading import SourceFile
from pgnorm.normalizer.load.causes import Failed
from pgnorm.normalizer.rewrite.inputs import Chosen
from pgnorm.normalizer.rewrite.tolerance import Tolerance

FILES = (
    SourceFile(path=None, label="a.sql", text="create function f() returns t return 1;"),
    SourceFile(path=None, label="b.sql", text="create table t (a nope);"),
)


def failed(*errors: tuple[str, str], places: frozenset[str] = frozenset()) -> Failed:
    return Failed(errors=tuple(PgnormError(message, place=place) for place, message in errors), places=places)


@pytest.fixture
def tolerance() -> Tolerance:
    return Tolerance(chosen=Chosen(files=FILES, kind="declared", rewritten=frozenset({"a.sql"})))


def test_what_fails_later_must_have_failed_before(tolerance: Tolerance) -> None:
    tolerance(failed(("b.sql:1:19", "no type\n excerpt")))
    tolerance(failed(("b.sql:3:19", "no type\n other excerpt")))
    tolerance(failed())
    for new in (("b.sql:1:19", "no schema"), ("a.sql:1:1", "no type")):
        with pytest.raises(PgnormError, match="nothing is written, since the rewritten files fail"):
            tolerance(failed(("b.sql:1:19", "no type"), new))
    with pytest.raises(PgnormError, match="no type"):
        tolerance(failed(("b.sql:1:19", "no type"), ("b.sql:2:19", "no type")))


def test_a_function_asked_for_must_load(tolerance: Tolerance) -> None:
    with pytest.raises(PgnormError, match="no type"):
        tolerance(failed(("b.sql:1:19", "no type"), places=frozenset({"a.sql:1:1", "b.sql:1:1"})))


def test_nothing_may_fail_where_all_files_are_asked_for() -> None:
    everything = Tolerance(chosen=Chosen(files=FILES, kind="declared", rewritten=frozenset({"a.sql"}), named=False))
    everything(failed())
    with pytest.raises(PgnormError, match="no type"):
        Tolerance(chosen=everything.chosen)(failed(("b.sql:1:19", "no type")))
