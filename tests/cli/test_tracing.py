"""`pgnorm blame` and `pgnorm log`: every statement that made an object what it is, and no other."""

import json
import subprocess
from pathlib import Path

import pytest
from conftest import Run

from pgnorm.catalog.model import Catalog
from pgnorm.normalizer.postgres.shadow import Session

MIGRATIONS = {
    "1_init.sql": """create table people (id int primary key, name text not null, note text);
create table other (id int);
create view names as select name from people;
""",
    "2_more.sql": """alter table other add more text;
alter table people alter note type varchar(20);
comment on column people.note is 'What to know';
create index by_name on people (name);
""",
    "3_by_code.sql": """do $$ begin execute 'alter table peo' || 'ple add born date default now()'; end $$;
drop view names;
create view names as select name, note from people;
""",
    "4_rename.sql": """alter table people rename note to remark;
alter table people alter remark set default 'none';
alter table people alter remark set not null;
""",
}


@pytest.fixture
def folder_of(plain: Path) -> Path:
    """The project with these migrations."""
    for name, text in MIGRATIONS.items():
        (plain / "migrations" / name).write_text(text)
    (plain / "schemas" / "01_tables.sql").write_text("-- People\ncreate table people (id int primary key);\n")
    return plain


@pytest.mark.usefixtures("folder_of")
def test_who_made_a_table(run: Run) -> None:
    code, out, err = run("blame public.people")
    assert code == 0, err
    assert (
        out
        == """table public.people
  migrations/1_init.sql:1:1  made
  schemas/01_tables.sql:2:1  in the schema files
column public.people.remark
  migrations/1_init.sql:1:1  made
  migrations/2_more.sql:2:1  type
  migrations/2_more.sql:3:1  comment
  migrations/4_rename.sql:1:1  name (was note)
  migrations/4_rename.sql:3:1  NOT NULL
column public.people.born
  migrations/3_by_code.sql:1:1  made (do $$ begin execute 'alter table peo' || 'ple add born date default now(…)
default public.people.remark
  migrations/4_rename.sql:2:1  made (alter table people alter remark set default 'none')
index public.by_name
  migrations/2_more.sql:4:1  made
5 parts unchanged since what they belong to was created (-v lists them)
"""
    )
    code, out, err = run("blame public.people -v")
    assert (code, out.count("\n  migrations/1_init.sql:1:1  made\n")) == (0, 6), err


@pytest.mark.usefixtures("folder_of")
def test_what_was_done_to_objects(run: Run) -> None:
    code, out, err = run("log public.people.note public.names --json")
    assert code == 0, err
    found = json.loads(out)
    assert found["version"] == 1
    events = [(each["kind"], each["name"], each["place"], each["what"]) for each in found["events"]]
    assert [each for each in events if each[0] in ("column", "view")] == [
        ("column", "public.people.note", "migrations/1_init.sql:1:1", ["made"]),
        ("view", "public.names", "migrations/1_init.sql:3:1", ["made"]),
        ("column", "public.people.note", "migrations/2_more.sql:2:1", ["type"]),
        ("column", "public.people.note", "migrations/2_more.sql:3:1", ["comment"]),
        ("view", "public.names", "migrations/3_by_code.sql:2:1", ["dropped"]),
        ("view", "public.names", "migrations/3_by_code.sql:3:1", ["made"]),
        ("view", "public.names", "migrations/4_rename.sql:1:1", ["definition"]),
        ("column", "public.people.remark", "migrations/4_rename.sql:1:1", ["name (was note)"]),
    ]


@pytest.mark.usefixtures("folder_of")
def test_a_rename_leads_back_to_where_the_old_name_was_made(run: Run, plain: Path) -> None:
    (plain / "migrations" / "5_again.sql").write_text(
        """alter table people add note int;
alter table people rename to persons;
alter table persons rename remark to said;
alter index by_name rename to persons_by_name;
"""
    )
    (plain / "migrations" / "6_other.sql").write_text(
        "create table people (id int);\nalter table persons alter said drop default;\n"
    )

    def events(name: str, *kinds: str) -> list[str]:
        code, out, err = run(f"log '{name}' --json")
        assert code == 0, err
        found = [each for each in json.loads(out)["events"] if each["kind"] in kinds]
        return [f"{each['place'].partition('/')[2]} {each['name']} {','.join(each['what'])}" for each in found]

    assert events("public.persons.said", "column", "default") == [
        "1_init.sql:1:1 public.people.note made",
        "2_more.sql:2:1 public.people.note type",
        "2_more.sql:3:1 public.people.note comment",
        "4_rename.sql:1:1 public.people.remark name (was note)",
        "4_rename.sql:2:1 public.people.remark made",
        "4_rename.sql:3:1 public.people.remark NOT NULL",
        "5_again.sql:3:1 public.persons.said name (was remark)",
        "5_again.sql:3:1 public.persons.said name (was remark)",
        "6_other.sql:2:1 public.persons.said dropped",
    ]
    assert events("public.persons_by_name", "index") == [
        "2_more.sql:4:1 public.by_name made",
        "5_again.sql:2:1 public.by_name definition,indexed",
        "5_again.sql:4:1 public.persons_by_name name (was by_name)",
    ]
    found = events("public.persons", "table", "column")
    assert "1_init.sql:1:1 public.people made" in found
    assert "5_again.sql:2:1 public.persons name (was people)" in found
    assert not any(place.startswith("6_other.sql:1") for place in found)
    code, out, err = run("blame public.persons.said")
    assert (code, out.splitlines()) == (
        0,
        [
            "column public.persons.said",
            "  migrations/1_init.sql:1:1  made",
            "  migrations/2_more.sql:2:1  type",
            "  migrations/2_more.sql:3:1  comment",
            "  migrations/4_rename.sql:1:1  name (was note)",
            "  migrations/4_rename.sql:3:1  NOT NULL",
            "  migrations/5_again.sql:3:1  name (was remark)",
        ],
    ), err


def test_commits_of_lines(run: Run, folder_of: Path) -> None:
    (folder_of / ".git").rmdir()
    for words in ("init -q", "add .", "-c user.name=Ann -c user.email=a@b.example commit -q -m First"):
        subprocess.run(["git", *words.split()], cwd=folder_of, check=True)
    (folder_of / "migrations" / "5_new.sql").write_text("comment on table other is 'x';\n")
    code, out, err = run("blame public.other --json")
    assert code == 0, err
    table, *_ = json.loads(out)["objects"]
    made, commented = table["migrations"]
    assert (made["commit"]["author"], made["commit"]["summary"]) == ("Ann", "First")
    assert (commented["what"], commented["commit"]) == (["comment"], None)
    code, out, err = run("log public.other")
    assert code == 0, err
    assert f"migrations/1_init.sql:2:1  {made['commit']['name']} {made['commit']['date']} Ann\n" in out
    assert "  + table public.other\n    create table other (id int)\n" in out


@pytest.mark.usefixtures("folder_of")
def test_what_never_was(run: Run) -> None:
    code, _, err = run("blame public.peopel")
    assert code == 2
    assert "the migrations lead to nothing called public.peopel\nhint: Did you mean public.people" in err
    code, _, err = run("log public.xyzzy")
    assert "no migration made anything called public.xyzzy\nhint: " in err
    code, out, err = run("blame public.people.note")
    assert (code, out) == (0, ""), err
    assert "public.people.note is there no more: pgnorm log public.people.note" in err


@pytest.mark.usefixtures("folder_of")
def test_names_without_a_schema(run: Run) -> None:
    for name in ("people", "people.born", "'column people.born'", "by_name"):
        in_public = name.replace("people", "public.people").replace("by_name", "public.by_name")
        assert run(f"blame {name}")[:2] == run(f"blame {in_public}")[:2]
    assert run("log people.note")[1] == run("log public.people.note")[1] != ""
    code, out, err = run("blame people.note")
    assert (code, out, "people.note is there no more: pgnorm log people.note" in err) == (0, "", True)


@pytest.mark.usefixtures("folder_of")
def test_no_catalog_is_read_twice(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[Session] = []
    read = Session.read

    def counted(session: Session) -> Catalog:
        reads.append(session)
        return read(session)

    monkeypatch.setattr(Session, "read", counted)
    assert run("blame public.people.remark")[0] == 0
    statements = sum(text.count(";\n") for text in MIGRATIONS.values())
    assert len(MIGRATIONS) < len(reads) <= statements + 1
    reads.clear()
    assert run("blame public.elsewhere")[0] == 2
    assert len(reads) == 2, "what there is before all and in the end"


def test_no_migrations(run: Run, plain: Path) -> None:
    assert plain
    code, _, err = run("blame public.notes")
    assert code == 2
    assert "the migrations lead to nothing called public.notes" in err
