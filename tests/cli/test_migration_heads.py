"""The head of a migration: what it does, and the certificate that says from where to where it leads."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.fingerprint import fingerprint
from pgnorm.normalizer.compare.ownership import Ownership, owned
from pgnorm.normalizer.platforms import PLAIN

Run = Callable[[str], tuple[int, str, str]]
MARK = "-- pgnorm-certificate: "


def certificate(path: Path) -> dict[str, object]:
    (line,) = (line for line in path.read_text().splitlines() if line.startswith(MARK))
    found = json.loads(line.removeprefix(MARK))
    assert isinstance(found, dict)
    return found


def newest(folder: Path) -> Path:
    return max((folder / "migrations").glob("*.sql"), key=lambda path: path.name)


def test_a_migration_says_what_it_does_above_its_statements(run: Run, plain: Path) -> None:
    schema = plain / "schemas" / "50_more.sql"
    schema.write_text("create table more (a int, b text);\n")
    assert run("diff -f first")[0] == 0
    schema.write_text("create table more (a int not null, c bigint);\n")
    code, _, err = run("diff -f second")
    assert code == 0
    text = newest(plain).read_text()
    head, _, statements = text.partition("\n\n")
    assert all(line.startswith("-- ") for line in head.splitlines())
    said = [line.removeprefix("-- ") for line in head.splitlines()][:-1]
    assert said[0] == "1 to add, 1 to change, 1 to drop:"
    assert "Please check that these are intended:" in said
    assert "\n".join(said) in err
    assert statements.splitlines()[1].startswith("ALTER TABLE ")
    assert run("diff --check")[0] == 0


def test_certificates_make_a_chain_that_a_database_follows(run: Run, plain: Path, database: psycopg.Connection) -> None:
    schema = plain / "schemas" / "50_more.sql"
    chain = []
    for number in range(3):
        schema.write_text(f"create table more (a int, b text check (b <> '{number}'));\n")
        assert run(f"diff -f step_{number}")[0] == 0
        chain.append(certificate(newest(plain)))
    assert [one["to"] for one in chain[:-1]] == [one["from"] for one in chain[1:]]
    assert {(one["version"], one["baseline"], one["judge"]) for one in chain} == {(1, "plain", "catalog")}
    # Another major says some things otherwise (NOT NULL is an object since 18).
    same_major = str(chain[0]["server"]).split(".")[0] == str(database.info.server_version // 10000)
    ownership = Ownership(platform=PLAIN, baseline=read(database))
    for path in sorted((plain / "migrations").glob("*.sql")):
        database.execute(path.read_text().encode())
        if "step_" in path.name:
            mine = owned(read(database), ownership)
            assert (fingerprint(mine, PLAIN) == certificate(path)["to"]) or not same_major


def test_no_header(run: Run, plain: Path) -> None:
    (plain / "schemas" / "50_more.sql").write_text("create table more (a int);\n")
    assert run("diff -f more --no-header")[0] == 0
    assert not newest(plain).read_text().startswith("--")


def test_an_unproved_migration_has_no_judge(run: Run, plain: Path) -> None:
    (plain / "schemas" / "50_more.sql").write_text("create table more (a int);\n")
    assert run("diff -f more --no-proof")[0] == 0
    assert certificate(newest(plain))["judge"] is None


def test_of_two_parts_both_say_which_they_are(run: Run, plain: Path) -> None:
    schema = plain / "schemas" / "50_more.sql"
    schema.write_text("create type mood as enum ('sad'); create table more (a mood);\n")
    assert run("diff -f first")[0] == 0
    schema.write_text("create type mood as enum ('sad', 'glad'); create table more (a mood default 'glad');\n")
    assert run("diff -f second")[0] == 0
    one, two = sorted((plain / "migrations").glob("*_second*.sql"))
    assert certificate(one)["part"] == [1, 2]
    assert certificate(two)["part"] == [2, 2]
    assert "\n-- Part 1 of 2\n" in one.read_text()
    assert two.read_text().startswith("-- Part 2 of 2\n")


def test_each_part_says_what_it_takes_itself(run: Run, same: Path) -> None:
    (same / "schemas" / "01_tables.sql").write_text("create table notes (id int primary key, body text not null);\n")
    (same / "schemas" / "50_more.sql").write_text("create index notes_body on notes (body);\n")
    assert run("diff --online -f more")[0] == 0
    parts = [path.read_text() for path in sorted((same / "migrations").glob("*_more*.sql"))]
    [build] = [text for text in parts if "CONCURRENTLY" in text]
    heads = [text.partition("-- pgnorm-certificate")[0] for text in parts]
    took = "--   create index public.notes_body: reads all rows of public.notes; can't run in a transaction\n"
    assert [took in head for head in heads] == [text is build for text in parts]
    titles = [head.rpartition("-- Part ")[2].partition("\n")[::2] for head in heads]
    assert titles == [
        (f"{number} of {len(parts)}{':' if takes else ''}", takes) for number, (_, takes) in enumerate(titles, 1)
    ]
    assert "These take as long" not in "".join(heads)
    checked = [head for head in heads if "alter column public.notes.body: reads all rows of public.notes" in head]
    assert [head for head in checked if "fails on a row" in head.rpartition("-- Part")[2]]


@pytest.mark.parametrize("name", ["it's\n-- and; drop", 'a"b', "evil\nmigrate:down", "x\npgnorm-certificate: {}"])
def test_names_stay_within_the_comment(run: Run, plain: Path, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    (plain / "schemas" / "50_more.sql").write_text(f"create table {quoted} (a int);\n")
    assert run("diff -f odd")[0] == 0
    certificate(newest(plain))
    assert run("diff --check")[0] == 0


def test_a_part_of_the_project_is_certified_as_a_part(run: Run, plain: Path) -> None:
    (plain / "schemas" / "50_more.sql").write_text("create table more (a int);\n")
    assert run("diff -f more --only more")[0] == 0
    assert certificate(newest(plain))["partial"] is True
