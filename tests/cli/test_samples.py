"""`pgnorm check` on CSV files that are samples of tables' rows."""

import json
from pathlib import Path

import pytest
from conftest import Refused, Run

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.files.delimited import rows
from pgnorm.normalizer.files.reading import SourceFile

SCHEMA = """create type mood as enum ('glad', 'sad');
create domain code as varchar(3) check (value <> 'bad');
create table companies (id int primary key, name text);
create table people (
  id bigint generated always as identity primary key,
  name text not null,
  born date,
  mood mood,
  code code,
  tags bigint[],
  email_jsonb jsonb,
  company_id int references companies,
  made timestamptz default now(),
  kind text default 'person'
);
create view people_summary as select p.*, 1 as nb_tasks from people p;
"""
HEADER = "name,born,mood,code,tags,email_work,company,company_name,nb_tasks,kind\n"
ROW = 'Ann,2020-01-01,glad,abc,"a, b",a@b.example,Acme,Acme,3,person\n'


def _project(plain: Path, content: str, name: str = "people_export.csv") -> Path:
    (plain / "schemas" / "01_tables.sql").write_text(SCHEMA)
    (plain / "migrations" / "1_a.sql").write_text(SCHEMA)
    path = plain / "src" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def _found(run: Run, words: str = "") -> dict[str, str]:
    """The messages of the rule by their places."""
    code, out, err = run(f"check --output-format json {words}")
    found = json.loads(out)["findings"]
    assert code == bool(found), err
    return {
        f"{each['file']}:{each['line']}:{each['column']}": each["message"] for each in found if each["rule"] == "csv"
    }


@pytest.mark.parametrize("name", ["people.csv", "people_export.csv", "sample-people.csv", "people_sample.csv"])
def test_a_file_named_after_a_table_is_in_step(run: Run, plain: Path, name: str) -> None:
    path = _project(plain, HEADER + ROW, name)
    assert _found(run) == {}
    path.write_text(HEADER.replace("born", "birthday") + ROW)
    assert _found(run) == {
        f"src/{name}:1:6": "public.people has no column birthday",
        f"src/{name}:1:1": "the column born of public.people is missing",
    }
    assert _found(run, "--skip csv") == {}


def test_the_name_of_a_folder_may_have_lines(run: Run, plain: Path) -> None:
    path = _project(plain, HEADER + ROW.replace("2020-01-01", "x"), "a\nb/people.csv")
    assert _found(run, "--skip migrations-behind")[f"src/{path.parent.name}/people.csv:2:5"].endswith('date: "x"')


def test_other_files_are_nobodys_sample(run: Run, plain: Path) -> None:
    path = _project(plain, "a,b,c,name\n1,2,3,4\n")
    path.with_name("people.csv").write_text("name,born\nAnn,x\n")
    path.with_name("other.csv").write_text(HEADER.replace("born", "birthday") + ROW)
    path.with_name("mood.csv").write_bytes(b"\xff\xfe")
    hidden = plain / "node_modules" / "people.csv"
    hidden.parent.mkdir()
    hidden.write_text("nothing,name\n")
    assert _found(run) == {}


def test_what_lies_outside_of_the_repository_is_not_read(run: Run, plain: Path, tmp_path: Path) -> None:
    """What values are is told, and a project can come from anybody."""
    path = _project(plain, "")
    secret = tmp_path.parent / f"{tmp_path.name}-secret.csv"
    secret.write_text("name,born\nAnn,secret\n")
    path.unlink()
    path.symlink_to(secret)
    assert "lies outside of" in _found(run)["src/people_export.csv:1:1"]
    settings = f'[[csv]]\nfile = "../**/{secret.name}"\ntable = "people"\n'
    (plain / "pgnorm.toml").write_text(settings)
    assert "`file` names" in _found(run)["pgnorm.toml:2:1"]


def test_values_are_tried_on_the_server(run: Run, plain: Path) -> None:
    lines = [
        ROW,
        ROW.replace("2020-01-01", "2020-13-01"),
        "\n",
        ROW.replace("2020-01-01", ""),
        ROW.replace("glad", "x"),
    ]
    lines += [
        ROW.replace("Ann", '"A ""n""\nn"').replace("abc", "abcd"),
        ROW.replace("glad", "y"),
        ROW.replace("abc", "bad"),
    ]
    _project(plain, HEADER + "".join(lines))
    for _ in range(2):  # the second time from what is kept
        found = _found(run)
        assert found == {
            "src/people_export.csv:3:5": "public.people.born (date) does not take this: "
            'date/time field value out of range: "2020-13-01"',
            "src/people_export.csv:6:16": "public.people.mood (public.mood) does not take this: "
            'invalid input value for enum mood: "x" (and 1 value more)',
            "src/people_export.csv:8:20": "public.people.code (public.code) does not take this: "
            "value too long for type character varying(3) (and 1 value more)",
        }


ODD = """create domain set_int as int not null;
create type pair as (a int, b varchar(2));
create table "a$pgnorm$b" (set_int set_int, pair pair, "x""%s" int);
"""


def test_values_of_odd_types_and_of_columns_with_odd_names(run: Run, plain: Path) -> None:
    path = _project(plain, "", "odd.csv")
    for folder in ("schemas/01_tables.sql", "migrations/1_a.sql"):
        (plain / folder).write_text(ODD)
    (plain / "pgnorm.toml").write_text('[[csv]]\nfile = "src/*.csv"\ntable = \'"a$pgnorm$b"\'\n')
    header = 'set_int,pair,"x""%s"\n'
    path.write_text(f'{header}1,"(1,ab)",1\n')
    assert _found(run) == {}
    path.write_text(f'{header}x,"(1,abc)",\'\n')
    assert _found(run) == {
        "src/odd.csv:2:1": "public.a$pgnorm$b.set_int (public.set_int) does not take this: invalid input syntax for "
        'type integer: "x"',
        "src/odd.csv:2:3": "public.a$pgnorm$b.pair (public.pair) does not take this: value too long for type character "
        "varying(2)",
        "src/odd.csv:2:13": 'public.a$pgnorm$b."x""%s" (integer) does not take this: invalid input syntax for type '
        'integer: "\'"',
    }


def test_lines_that_are_too_long_and_quotes_that_are_open(run: Run, plain: Path) -> None:
    path = _project(plain, f"{HEADER}{ROW}{ROW.rstrip()},more\n{ROW.rstrip()},more")
    said = "the line has 11 values for 10 columns (and 1 line more)"
    assert _found(run) == {"src/people_export.csv:3:1": said}
    path.write_text(HEADER + ROW.replace('b"', "b"))
    assert _found(run) == {"src/people_export.csv:2:25": "nothing closes the quote that begins here"}
    path.write_bytes(HEADER.encode() + b"\xff")
    assert _found(run) == {"src/people_export.csv:2:1": "the file is not UTF-8: byte 0xff"}


SETTING = """
[[csv]]
file = "data/*.txt"
table = "People"
derived = ["email_*", "company*", "tags", "nb_tasks"]
ignored = ["email_jsonb", "company_id", "tags"]
"""


def test_the_settings_say_which_files(run: Run, plain: Path) -> None:
    _project(plain, HEADER.replace("born", "birthday") + ROW)
    path = plain / "data" / "a.txt"
    path.parent.mkdir()
    path.write_text("\ufeff" + (HEADER + ROW.replace('"a, b"', "a")).replace(",", ";"))
    (plain / "pgnorm.toml").write_text(SETTING)
    assert _found(run) == {}
    path.write_text((HEADER + ROW).replace("kind", "sort"))
    assert _found(run) == {
        "data/a.txt:1:67": "public.people has no column sort",
        "data/a.txt:1:1": "the column kind of public.people is missing",
    }
    path.write_text("")
    assert _found(run)["data/a.txt:1:1"] == "the file has no line that names its columns"
    (plain / "pgnorm.toml").write_text("csv = []\n")
    assert _found(run) == {}


def test_settings_that_are_out_of_date(run: Run, plain: Path) -> None:
    _project(plain, HEADER + ROW)
    first = SETTING.replace("data/*.txt", "src/*.csv").replace('"nb_tasks"', '"nb_tasks", "gone"')
    second = SETTING.replace('"email_jsonb"', '"gone_*"')
    (plain / "pgnorm.toml").write_text(first + second + SETTING.replace("People", "app.nowhere"))
    assert _found(run) == {
        "pgnorm.toml:5:1": "src/people_export.csv has no column gone",
        "pgnorm.toml:12:1": "public.people has no column gone_*",
        "pgnorm.toml:9:1": "there is no file data/*.txt",
        "pgnorm.toml:16:1": "the schema files make no table app.nowhere",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("csv = 1\n", ("pgnorm.toml:1:1", "must be an array of tables", "[[csv]]")),
        ("csv = [1]\n", ("pgnorm.toml:1:1", "must be an array of tables")),
        ('\n[[csv]]\nfile = "a"\n\n[[csv]]\nfile = "b"\ntable = "c"\n', ("pgnorm.toml:2:8", "`table` is missing")),
        ('[[csv]]\nfile = "a"\ntable = "a.b.c"\n', ("pgnorm.toml:3:1", "is no table's name", "`a.b.c`")),
        ('[[csv]]\nfile = "a"\ntable = "b"\nderives = []\n', ("pgnorm.toml:4:1", "Did you mean `derived`?")),
        ('[[csv]]\nfile = "a"\ntable = "b"\nignored = "x"\n', ("pgnorm.toml:4:1", "must be an array of strings")),
    ],
)
def test_settings_that_are_wrong(refused: Refused, plain: Path, text: str, said: tuple[str, ...]) -> None:
    (plain / "pgnorm.toml").write_text(text)
    refused("check", *said)


def test_rows_keep_their_places() -> None:
    text = 'a;"b;c"\r\n\r\n1;"x""\ny"z\r;\n'
    source = SourceFile(path=None, label="a.csv", text=text)
    found = [[field.text for field in row] for row in rows(source)]
    assert found == [["a", "b;c"], ["1", 'x"\nyz'], ["", ""]]
    assert [source.place(row[-1].start) for row in rows(source)] == ["a.csv:1:3", "a.csv:3:3", "a.csv:4:6"]
    with pytest.raises(PgnormError, match=r"closes"):
        list(rows(source.evolve(text='a,"b')))
