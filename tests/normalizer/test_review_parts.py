"""The parts of a review by themselves: texts side by side, places in a picture, passages of a dump."""

from collections.abc import Sequence
from itertools import combinations

import psycopg
from hypothesis import given, settings
from hypothesis import strategies as st

from pgnorm.catalog.model import ObjectId
from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.difference import outermost
from pgnorm.normalizer.compare.selection import EVERYTHING
from pgnorm.normalizer.dump.passages import passages
from pgnorm.normalizer.dump.styles import PgDumpStyle
from pgnorm.normalizer.dump.writer import render
from pgnorm.normalizer.review.diagram import Diagram, Entity, Line, Reference
from pgnorm.normalizer.review.layout import DOWN, placed
from pgnorm.normalizer.review.marking import Pieces, side_by_side
from pgnorm.normalizer.review.mermaid import mermaid

LINES = st.lists(st.text("ab (\u2028\r", max_size=6), max_size=12).map("\n".join)
SIZES = st.lists(st.tuples(st.integers(40, 300), st.integers(20, 200)), min_size=1, max_size=12)


def _text(lines: Sequence[Pieces | None]) -> str:
    return "\n".join("".join(said for said, _ in line) for line in lines if line is not None)


@settings(deadline=None)
@given(LINES, LINES)
def test_each_line_of_both_sides_stands_once_and_in_order(before: str, after: str) -> None:
    rows = [*side_by_side(before, after)]
    assert _text([row.before for row in rows]) == before.removesuffix("\n")
    assert _text([row.after for row in rows]) == after.removesuffix("\n")
    for numbers in ([row.number_before for row in rows], [row.number_after for row in rows]):
        assert [*filter(None, numbers)] == [*range(1, 1 + len([*filter(None, numbers)]))]
    assert all(row.before == row.after for row in rows if row.same)


@settings(deadline=None)
@given(SIZES, st.data())
def test_no_box_lies_on_another(sizes: list[tuple[int, int]], data: st.DataObject) -> None:
    box = st.integers(0, len(sizes) - 1)
    links = data.draw(st.lists(st.tuples(box, box), max_size=20))
    found = placed(sizes, links)
    assert found == placed(sizes, links)
    assert {*found.corners} == {*range(len(sizes))}
    for one, other in combinations(found.corners, 2):
        (left, top), (left_other, top_other) = found.corners[one], found.corners[other]
        beside = left + sizes[one][0] < left_other or left_other + sizes[other][0] < left
        below = top + sizes[one][1] + DOWN <= top_other + 1e-6 or top_other + sizes[other][1] + DOWN <= top + 1e-6
        assert beside or below
    for number, (left, top) in found.corners.items():
        assert -1e-6 <= left <= found.width - sizes[number][0] + 1e-6
        assert -1e-6 <= top <= found.height - sizes[number][1] + 1e-6


def test_who_refers_stands_right_of_what_it_refers_to() -> None:
    found = placed([(100, 50)] * 4, [(1, 0), (2, 1), (2, 0), (3, 2)])
    lefts = [found.corners[number][0] for number in range(4)]
    assert lefts == sorted(lefts)
    assert len(found.ways[(2, 0)]) == 1


def test_a_long_text_takes_no_long_time() -> None:
    before = "\n".join(f"line {number} {'x' * (number % 7)}" for number in range(4000))
    after = "\n".join(f"row {number} {'y' * (number % 5)}" for number in range(4000))
    assert len([*side_by_side(before, after)]) == 4000


def test_the_passages_together_are_the_dump(database: psycopg.Connection) -> None:
    database.execute(
        """
        create schema s; create type s.mood as enum ('a', 'b');
        create table s.t (id int generated always as identity primary key, m s.mood default 'a', p int[]) ;
        create index on s.t (m); comment on column s.t.m is 'x'; alter table s.t enable row level security;
        create policy p on s.t using (true); grant select (id) on s.t to public;
        create table s.parted (a int) partition by list (a); create table s.one partition of s.parted for values in (1);
        create view s.v as select id, m from s.t; create materialized view s.mv as select 1 as one;
        create function s.f(int) returns int language sql as 'select 1

        ;'; create trigger tr before update on s.t for each row execute function suppress_redundant_updates_trigger();
        alter default privileges in schema s grant select on tables to public;
        """
    )
    catalog = read(database)
    wholes = {outermost(catalog, name) for name in catalog.objects}
    whole = render(catalog, EVERYTHING, PgDumpStyle(comments=False))
    lines = [
        line for line in whole.splitlines() if line and not line.startswith(("SET ", "SELECT pg_catalog.set_config"))
    ]
    found = [line for text in passages(catalog, wholes).values() for line in text.splitlines() if line]
    assert sorted(found) == sorted(line for line in lines if not line.startswith("\\"))


def test_mermaid_reads_any_name() -> None:
    name = '"a]\n{~~~`#;\u202e'
    table = ObjectId("table", "public", name)
    line = Line(sign="+", name=name, type="numeric(10,2)[]", key="PK FK")
    entity = Entity(id=table, label=name, sign="", touched=True, lines=(line,))
    reference = Reference(name=name, source=table, target=table, sign="", columns=(name,))
    said = mermaid(Diagram(entities=(entity,), references=(reference,)))
    quoted = '"#34;a#93;↵#123;#126;#126;#126;#96;#35;#59;(U+202E)'.replace("↵", "#8629;")
    assert said.splitlines() == [
        "erDiagram",
        f'  t1[{quoted}"] {{',
        f'    numeric(10_2)[] a PK, FK {quoted}, added"',
        "  }",
        f'  t1 ||--o{{ t1 : {quoted}"',
    ]
