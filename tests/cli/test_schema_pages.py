"""`pgnorm docs`: pages that a strict parser takes and whose links lead somewhere, alike whatever they are made of."""

from pathlib import Path
from urllib.parse import unquote

from conftest import FIXTURES, Refused, Run
from pages import parsed, rows, said, section

ODD = """
create schema "A/b.c";
create schema "a/B.c";
create table "A/b.c"."<b>" (id int primary key, "x""y" text default '<i>' check ("x""y" <> ''));
create table "a/B.c"."<b>" (id int references "A/b.c"."<b>");
comment on table "A/b.c"."<b>" is '</script><script>harm()</script>
second line';
comment on column "A/b.c"."<b>".id is 'Its number';
create role reader; -- to be granted something
grant select on "A/b.c"."<b>" to reader;
grant update (id) on "A/b.c"."<b>" to reader with grant option;
alter table "A/b.c"."<b>" enable row level security;
create policy "Own & only" on "A/b.c"."<b>" for select to reader using (id > 0);
create function "A/b.c".f(a int, b text default 'x') returns int language sql as 'select 1';
create function "A/b.c".f(a text) returns int language sql as 'select 2';
create view "A/b.c".v as select id from "A/b.c"."<b>";
create type "A/b.c".mood as enum ('sad', 'ok');
create index on "A/b.c"."<b>" (lower("x""y"));
"""
TYPED = """
create schema a;
create view a.v as select 1.5::numeric(12,2) as price, 'ok'::"A/b.c".mood as mood;
create materialized view a.m as select * from a.v;
create type a.c as (price numeric(12,2), mood "A/b.c".mood);
"""
TABLE = "table.~41~~2f~b~2e~c.~3c~b~3e~.html"


def test_pages_are_whole_and_their_links_lead_somewhere(run: Run, folder: Path) -> None:
    (folder / "a.sql").write_text(ODD + (FIXTURES / "review" / "new.sql").read_text())
    code, out, err = run("docs pages --from a.sql")
    assert (code, out) == (0, "")
    assert "All 13 pages begin at pages/index.html" in err
    trees = {path.name: parsed(path) for path in (folder / "pages").iterdir()}
    places = {name: {each.get("id") for each in tree.iter() if each.get("id")} for name, tree in trees.items()}
    for name, tree in trees.items():
        assert len(places[name]) == sum(each.get("id") is not None for each in tree.iter())
        for link in (each.get("href", "") for each in tree.iter("a")):
            file, _, place = unquote(link).partition("#")
            assert not place or place in places[file or name], link
            assert (file or name) in trees, link
    reached = {unquote(each.get("href", "")).partition("#")[0] for tree in trees.values() for each in tree.iter("a")}
    assert reached - {""} == set(trees)


def test_the_page_of_a_table_says_what_it_is(run: Run, folder: Path) -> None:
    (folder / "a.sql").write_text(ODD + TYPED)
    assert run("docs pages --from a.sql")[0] == 0
    for name in ("view.a.v", "materialized-view.a.m", "composite-type.a.c"):
        (one, two) = rows(section(parsed(folder / "pages" / f"{name}.html"), "columns"))
        assert [*map(said, one), *map(said, two)] == ["price", "numeric(12,2)", "mood", '"A/b.c".mood'], name
    page = parsed(folder / "pages" / TABLE)
    texts = {
        name: [[said(cell) for cell in row] for row in rows(section(page, name))]
        for name in ("columns", "check-constraint", "index", "policy", "privileges")
    }
    assert texts["columns"] == [["id", "integer not null", "", "Its number"], ['x"y', "text", "'<i>'::\"text\"", ""]]
    assert [row[0] for row in texts["check-constraint"]] == ['<b>_x"y_check']
    assert "lower" in texts["index"][0][1]
    assert texts["policy"][0][0] == "Own & only"
    assert texts["privileges"] == [
        ["reader", "SELECT", "", "postgres"],
        ["reader", "UPDATE (and grant it)", "id", "postgres"],
    ]
    assert "</script><script>harm()</script>\nsecond line" in said(page)
    assert 'CREATE TABLE "A/b.c"."<b>"' in said(section(page, "text"))
    assert '"a/B.c".<b>' in said(section(page, "diagram"))
    index = parsed(folder / "pages" / "index.html")
    assert "Its number" not in said(index)
    (entry,) = (said(each) for each in index.iter("li") if "A/b.c" in said(each) and "second line" in said(each))
    assert entry.endswith('id, x"y')


def test_check_tells_what_is_stale_and_foreign_files_stay(run: Run, refused: Refused, crm: Path) -> None:
    assert run("docs out/schema")[0] == 0
    written = {path.name: path.read_bytes() for path in (crm / "out" / "schema").iterdir()}
    assert run("docs out/schema --check")[:2] == (0, "")
    assert run("dump --json -o crm.json")[0] == 0
    # A snapshot stands for a database, where who grants what may be said by another role.
    assert run("docs out/schema --check --from crm.json")[:2] == (0, "")
    file = crm / "supabase" / "schemas" / "01_tables.sql"
    file.write_text(file.read_text() + "create table public.webhooks (id int);\n")
    code, _, err = run("docs out/schema --check")
    assert code == 1
    assert "out/schema/table.public.webhooks.html" in err
    assert {path.name: path.read_bytes() for path in (crm / "out" / "schema").iterdir()} == written
    (crm / "out" / "schema" / "mine.html").write_text("<p>mine")
    assert run("docs out/schema")[0] == 0
    file.write_text(file.read_text().replace("create table public.webhooks (id int);\n", ""))
    _, out, err = run("docs out/schema --json")
    assert '"change": "removed"' in out
    assert "Removed 1 page" in err
    assert {path.name: path.read_bytes() for path in (crm / "out" / "schema").iterdir()} == {
        **written,
        "mine.html": b"<p>mine",
    }
    (crm / "out" / "schema" / "index.html").write_text("<p>mine")
    refused("docs out/schema", "out/schema/index.html", "no page of pgnorm docs", "another folder")


def test_nothing_makes_an_index_too(run: Run, folder: Path) -> None:
    (folder / "a.sql").write_text("drop schema public;")
    assert run("docs pages --from a.sql")[0] == 0
    assert "nothing" in said(parsed(folder / "pages" / "index.html"))
