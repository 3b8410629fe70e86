"""Which names of Postgres' own another function or operator is taken for, once their text is read."""

import pytest
from conftest import Loaded

from pgnorm.catalog.kinds.views import View
from pgnorm.catalog.model import ObjectId
from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.misread import misread

NAMESAKES = """
    create function public.array_length(int[], int) returns int language sql immutable as 'select 42';
    create function public.never(int[], int[]) returns boolean language sql immutable as 'select false';
    create operator public.= (leftarg = int[], rightarg = int[], function = public.never);
    create operator public.@> (leftarg = int[], rightarg = int[], function = public.never);
    create table public.t (a int[], b int[], c text[]);
"""


def _view(loaded: Loaded, path: str, query: str) -> View:
    with loaded(
        f"{NAMESAKES} set search_path = {path}; create view public.v as select {query} from public.t;"
    ) as found:
        view = read(found[0]).objects[ObjectId("view", "public", "v")]
    assert isinstance(view, View)
    return view


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("array_length(a, 1) as n", {"array_length"}),
        ("a @> b as n", {"@>"}),
        ("a is distinct from b as n", {"="}),
        ("array_length(a, 1) + array_length(c, 1) as n", {"array_length"}),
        ("array_length(c, 1) as n", set()),
        ("c @> c as n", set()),
    ],
)
def test_only_what_another_is_taken_for_is_named(loaded: Loaded, query: str, names: set[str]) -> None:
    meant = _view(loaded, "pg_catalog", query)
    made = _view(loaded, "public", query)
    assert misread(meant, made, ([meant.definition], [made.definition])) == names
    assert misread(meant, meant, ([meant.definition], [meant.definition])) == frozenset()
