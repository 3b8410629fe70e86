"""`pgnorm migration rebase`: migrations of two branches in one order, which hold to what they were proved to."""

import json
import re
import subprocess
from pathlib import Path

import psycopg
import pytest
from addresses import address
from conftest import Refused, Run

TABLES = "schemas/01_tables.sql"
MORE = "schemas/02_more.sql"
OLD = "create table public.notes (id int primary key, body text);\n"
THEIRS = OLD.replace("body text", "body text, title text")
MINE = "create table public.tags (id int primary key, name text);\n"


class Branches:
    """A repository in which two branches add migrations."""

    def __init__(self, run: Run, folder: Path) -> None:
        self.run = run
        self.folder = folder
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@b.example")
        done = subprocess.run(["git", *who, *words], cwd=self.folder, check=True, capture_output=True, text=True)
        return done.stdout

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "more")

    def change(self, name: str, text: str, migration: str, version: str) -> Path:
        """A change of a schema file with its migration, of this version, committed."""
        (self.folder / name).write_text(text)
        known = {*self.migrations()}
        code, _, err = self.run(f"diff -f {migration}")
        assert code == 0, err
        (new,) = {*self.migrations()} - known
        path = self.folder / "migrations" / f"{version}_{migration}.sql"
        (self.folder / "migrations" / new).rename(path)
        self.commit()
        return path

    def migrations(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "migrations").iterdir())

    def names(self) -> list[str]:
        """Their names without versions, in their order."""
        return [name.partition("_")[2].removesuffix(".sql") for name in self.migrations()]

    def check(self, words: str = "--since main") -> dict[str, str]:
        """The findings, by their rules."""
        code, out, err = self.run(f"check --output-format json {words}")
        found = json.loads(out)["findings"]
        assert code == bool(found), err
        return {each["rule"]: each["message"] for each in found}


@pytest.fixture
def branches(run: Run, plain: Path) -> Branches:
    """Two branches from one state, each with a change: the older migration is on `mine`, which has taken `main` in."""
    found = Branches(run, plain)
    found.change(TABLES, OLD, "base", "20250101000000")
    found.git("switch", "-q", "-c", "mine")
    found.change(MORE, MINE, "tags", "20250201000000")
    found.git("switch", "-q", "main")
    found.change(TABLES, THEIRS, "title", "20250301000000")
    found.git("switch", "-q", "mine")
    return found


def _take_in(branches: Branches) -> None:
    branches.git("rebase", "-q", "main")


def test_mine_come_behind_theirs(branches: Branches, run: Run, refused: Refused) -> None:
    refused("migration rebase", "main has migrations that are not here: 20250301000000_title.sql", "git rebase main")
    _take_in(branches)
    old = branches.folder / "migrations" / "20250201000000_tags.sql"
    before = old.read_text()
    assert "migrations-order" in branches.check()
    code, out, err = run("migration rebase --dry-run")
    assert (code, out) == (0, ""), err
    assert "Would rename migrations/20250201000000_tags.sql to migrations/" in err
    assert old.read_text() == before
    code, out, err = run("migration rebase --json")
    assert code == 0, err
    assert branches.names() == ["base", "title", "tags"]
    (new,) = (branches.folder / "migrations").glob("*_tags.sql")
    said = json.loads(out)
    assert said["migrations"] == [
        {"file": "migrations/20250201000000_tags.sql", "to": f"migrations/{new.name}", "certified": True}
    ]
    assert f"Renamed migrations/20250201000000_tags.sql to migrations/{new.name}, certified anew\n" in err
    assert "  pgnorm migration repair --status reverted 20250201000000\n" in err
    # Nothing but the certificate's line is another one.
    lines = [(one, other) for one, other in zip(before.splitlines(), new.read_text().splitlines(), strict=True)]
    assert [one.partition(":")[0] for one, other in lines if one != other] == ["-- pgnorm-certificate"]
    assert branches.check() == {}
    branches.commit()
    code, _, err = run("migration rebase")
    assert code == 0
    assert err.endswith("Your 1 migration comes behind those of main already\n")
    branches.git("switch", "-q", "main")
    assert run("migration rebase")[2].endswith("main has all of the migrations, so none is to be put behind them\n")


def test_one_time_of_two(branches: Branches, run: Run) -> None:
    branches.git("mv", "migrations/20250201000000_tags.sql", "migrations/20250301000000_tags.sql")
    branches.commit()
    _take_in(branches)
    assert "migrations-order" in branches.check()
    assert run("migration rebase")[0] == 0
    assert branches.names() == ["base", "title", "tags"]
    assert branches.check() == {}


def test_what_is_in_order_is_certified_where_it_stands(branches: Branches, run: Run) -> None:
    branches.git("mv", "migrations/20250201000000_tags.sql", "migrations/20250401000000_tags.sql")
    branches.commit()
    _take_in(branches)
    assert [*branches.check()] == ["certificates-chain"]
    code, _, err = run("migration rebase")
    assert code == 0
    assert "Certified migrations/20250401000000_tags.sql anew\n" in err
    assert "reverted" not in err
    assert branches.migrations()[-1] == "20250401000000_tags.sql"
    assert branches.check() == {}


def test_several_stay_in_their_order_and_bytes_stand_where_the_chain_holds(branches: Branches, run: Run) -> None:
    branches.change(MORE, MINE.replace("name text", "name text, hue int"), "hue", "20250202000000")
    path = branches.folder / "migrations" / "20250203000000_by_hand.sql"
    path.write_bytes(b"\xef\xbb\xbfselect 1; -- by hand\r\n")
    branches.commit()
    # Theirs writes rows and nothing else, so mine begin where they began.
    branches.git("switch", "-q", "main")
    branches.git("reset", "-q", "--hard", "HEAD~1")
    (branches.folder / "migrations" / "20250301000000_rows.sql").write_text("insert into notes values (1, 'a');\n")
    branches.commit()
    branches.git("switch", "-q", "mine")
    _take_in(branches)
    held = [each.read_bytes() for each in sorted((branches.folder / "migrations").iterdir())]
    code, _, err = run("migration rebase")
    assert code == 0, err
    assert "anew" not in err
    assert branches.names() == ["base", "rows", "tags", "hue", "by_hand"]
    now = [each.read_bytes() for each in sorted((branches.folder / "migrations").iterdir())]
    assert now == [held[0], held[4], *held[1:4]]
    assert branches.check() == {}


def test_parts_of_one_plan_are_certified_together(branches: Branches, run: Run) -> None:
    text = MINE + "create type mood as enum ('glad');\n"
    branches.change(MORE, text, "mood", "20250202000000")
    (branches.folder / MORE).write_text(
        text.replace("'glad'", "'glad', 'sad'") + "create table m (a mood default 'sad', check (a <> 'sad'));\n"
    )
    code, _, err = run("diff -f parts")
    assert code == 0, err
    for path in (branches.folder / "migrations").glob("*_parts*.sql"):
        path.rename(path.with_name(f"2025020300000{int('_2' in path.name)}{path.name[14:]}"))
    branches.commit()
    _take_in(branches)
    code, _, err = run("migration rebase")
    assert code == 0, err
    assert err.count("certified anew") == 4
    assert branches.names() == ["base", "title", "tags", "mood", "parts", "parts_2"]
    assert branches.check() == {}


def test_certificates_of_another_version(branches: Branches, run: Run) -> None:
    """Nobody can tell if the chain of what another version wrote holds; behind other migrations it is written anew."""
    path = branches.folder / "migrations" / "20250201000000_tags.sql"
    path.write_text(re.sub('"pgnorm":"[^"]*"', '"pgnorm":"0.0.1"', path.read_text()))
    branches.git("mv", str(path), str(path.with_name("20250401000000_tags.sql")))
    branches.commit()
    _take_in(branches)
    assert run("migration rebase")[2].endswith("Your 1 migration comes behind those of main already\n")
    branches.git("mv", str(path.with_name("20250401000000_tags.sql")), str(path))
    branches.commit()
    assert ", certified anew\n" in run("migration rebase")[2]
    assert branches.check() == {}


def test_what_does_not_load_behind_theirs_is_named(branches: Branches, run: Run, refused: Refused) -> None:
    """Both branches add the same column, so that mine is done already."""
    branches.change(TABLES, THEIRS.replace("title text", "title text, more int"), "same", "20250202000000")
    branches.git("merge", "-q", "-X", "ours", "--no-edit", "main")
    (branches.folder / TABLES).write_text(THEIRS.replace("title text", "title text, more int"))
    branches.commit()
    held = branches.migrations()
    refused(
        "migration rebase",
        "migrations/20250202000000_same.sql:",
        "behind the migrations of main this does not load",
        'column "title" of relation "notes" already exists',
        "--replan",
    )
    assert branches.migrations() == held
    code, out, err = run("migration rebase --replan --dry-run")
    assert code == 0, err
    assert 'ADD COLUMN "more" integer' in out
    assert "migrations/20250202000000_same.sql:" in err
    assert "\\x0a" not in err
    assert "Would write this in the place of migrations/20250201000000_tags.sql, migrations/2025" in err
    assert branches.migrations() == held
    code, out, err = run("migration rebase --replan --json")
    assert code == 0, err
    assert branches.names() == ["base", "title", "tags"]
    said = json.loads(out)
    assert said["replaced"] == ["migrations/20250201000000_tags.sql", "migrations/20250202000000_same.sql"]
    assert said["files"] == [f"migrations/{branches.migrations()[-1]}"]
    assert branches.check() == {}


def test_what_leads_elsewhere_is_named(branches: Branches, run: Run, refused: Refused) -> None:
    """The function is what the branch says that ran last."""

    def body(value: int) -> str:
        return f"create function public.f() returns int language sql as 'select {value}';\n"

    branches.git("switch", "-q", "main")
    branches.change(MORE, body(1), "one", "20250302000000")
    branches.git("switch", "-q", "mine")
    branches.change(TABLES, OLD + body(2), "two", "20250203000000")
    branches.git("merge", "-q", "-X", "ours", "--no-edit", "main")
    (branches.folder / MORE).write_text(MINE + body(1))
    (branches.folder / TABLES).write_text(THEIRS)
    branches.commit()
    path = branches.folder / "migrations" / "20250203000000_two.sql"
    path.write_text(path.read_text().replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    branches.commit()
    refused(
        "migration rebase",
        "behind the migrations of main yours don't lead to the schema files",
        "~ function public.f(): body",
        "--replan",
    )
    refused(
        "migration rebase --replan",
        "something else (~):\n  ~ function public.f(): body\n",
        "no plan's statements alone",
        "migrations/20250203000000_two.sql",
    )
    assert path.exists()


def test_a_new_plan_keeps_renames(branches: Branches, run: Run) -> None:
    text = THEIRS.replace("body text", "text text /* pgnorm: renamed from body */")
    branches.change(TABLES, text, "text", "20250202000000")
    branches.git("merge", "-q", "-X", "ours", "--no-edit", "main")
    (branches.folder / TABLES).write_text(THEIRS.replace("body text", "text text"))
    branches.commit()
    code, out, err = run("migration rebase --replan --dry-run")
    assert code == 0, err
    assert 'RENAME COLUMN "body" TO "text"' in out
    assert "DROP" not in out
    assert run("migration rebase --replan")[0] == 0
    assert branches.check() == {}


def test_nothing_is_left_for_a_new_plan(branches: Branches, run: Run) -> None:
    branches.git("switch", "-q", "main")
    branches.change(MORE, MINE, "tags_too", "20250302000000")
    branches.git("switch", "-q", "mine")
    branches.git("merge", "-q", "--no-edit", "main")
    code, _, err = run("migration rebase --replan")
    assert code == 0, err
    assert "Took away migrations/20250201000000_tags.sql" in err
    assert branches.names() == ["base", "title", "tags_too"]


def test_changes_that_are_not_committed(branches: Branches, run: Run, refused: Refused) -> None:
    _take_in(branches)
    path = branches.folder / "migrations" / "20250201000000_tags.sql"
    path.write_text(path.read_text() + "-- more\n")
    refused("migration rebase", "tags.sql: the file has changes that git has not committed", "--force")
    assert run("migration rebase --force")[0] == 0
    code, _, err = run("migration rebase")
    assert (code, "comes behind those of main already" in err) == (0, True)
    assert branches.names() == ["base", "title", "tags"]


def test_what_is_edited_keeps_its_certificate(branches: Branches, run: Run) -> None:
    path = branches.folder / "migrations" / "20250201000000_tags.sql"
    path.write_text(path.read_text() + "select 1;\n")
    branches.commit()
    _take_in(branches)
    text = path.read_text()
    code, _, err = run("migration rebase")
    assert code == 0, err
    assert "its statements are not those that were proved, so its certificate stays as it is" in err
    (new,) = (branches.folder / "migrations").glob("*_tags.sql")
    assert new.read_text() == text


def test_files_that_can_not_be_renamed(branches: Branches, run: Run, refused: Refused) -> None:
    _take_in(branches)
    path = branches.folder / "migrations" / "20250201000000_tags.sql"
    kept = path.rename(branches.folder / "kept.sql")
    path.symlink_to("../kept.sql")
    branches.commit()
    refused("migration rebase", "migrations/20250201000000_tags.sql: the file is a link to another one")
    path.unlink()
    kept.rename(path)
    branches.commit()
    assert run("migration squash --to 20250201000000")[0] == 0
    branches.commit()
    refused("migration rebase", "squashed from migrations that main has (20250101000000_base.sql)", "git checkout")


def test_folders_of_one_migration_each(run: Run, plain: Path, refused: Refused) -> None:
    branches = Branches(run, plain)
    folder = plain / "migrations" / "20250101000000_a"
    folder.mkdir()
    (folder / "migration.sql").write_text(OLD)
    branches.commit()
    refused("migration rebase", "more than one file, which only its tool can rename")


def test_without_git_or_a_main_branch(plain: Path, refused: Refused) -> None:
    (plain / "migrations" / "1_a.sql").write_text("select 1;\n")
    refused("migration rebase", "git knows no origin/main", "--since REVISION")
    refused("migration rebase --since nothing", "fatal: not a git repository")


FORMS = [
    ("0001_base.sql", "0002_mine.sql", "0002_theirs.sql", "0003_mine.sql"),
    ("1_base.sql", "9_mine.sql", "9_theirs.sql", "10_mine.sql"),
    ("V1.1__base.sql", "V1.2__mine.sql", "V1.3__theirs.sql", "V1.4__mine.sql"),
    ("0001-base.up.sql", "0002-mine.up.sql", "0002-theirs.up.sql", "0003-mine.up.sql"),
]


@pytest.mark.parametrize(("base", "mine", "theirs", "then"), FORMS)
def test_numbers_go_on_as_they_are(run: Run, plain: Path, base: str, mine: str, theirs: str, then: str) -> None:
    branches = Branches(run, plain)
    for path in (plain / "schemas").iterdir():
        path.unlink()
    folder = plain / "migrations"
    (folder / base).write_text(OLD)
    branches.commit()
    branches.git("switch", "-q", "-c", "mine")
    (folder / mine).write_text(MINE)
    backs = {".up.sql": ".down.sql", "__mine.sql": "__mine.sql.conf"}
    for forth, back in backs.items():
        if mine.endswith(forth):
            (folder / mine.replace(forth, back)).write_text("drop table tags;\n")
    branches.commit()
    branches.git("switch", "-q", "main")
    (folder / theirs).write_text("alter table notes add title text;\n")
    branches.commit()
    branches.git("switch", "-q", "mine")
    branches.git("rebase", "-q", "main")
    held = {*branches.migrations()}
    code, _, err = run("migration rebase")
    assert code == 0, err
    moved = {then, then.replace(".up.sql", ".down.sql"), then.replace("__mine.sql", "__mine.sql.conf")}
    assert {*branches.migrations()} - held == moved
    assert (folder / then).read_text() == MINE


def test_names_that_sort_as_text(run: Run, crm: Path, refused: Refused) -> None:
    folder = crm / "supabase" / "migrations"
    (crm / ".git").rmdir()
    branches = Branches(run, crm)
    (folder / "99999999999999_last.sql").write_text("select 1;\n")
    branches.commit()
    branches.git("switch", "-q", "-c", "mine")
    (folder / "20260101000000_mine.sql").write_text("select 1;\n")
    branches.commit()
    refused("migration rebase", "20260101000000_mine.sql", "would not make it the last migration")


HISTORY = 'history = "app.migrations"\n'


def test_a_history_goes_along(branches: Branches, run: Run, refused: Refused, database: psycopg.Connection) -> None:
    (branches.folder / "pgnorm.toml").write_text(HISTORY)
    branches.commit()
    at = f"--db-url '{address(database)}'"
    assert run(f"migration up {at}")[0] == 0
    _take_in(branches)
    code, _, err = run(f"migration rebase {at}")
    assert code == 0, err
    assert "repair" not in err
    new = branches.migrations()[-1]
    rows = database.execute("select version, name from app.migrations order by 1").fetchall()
    assert rows == [("20250101000000", "base"), (new[:14], "tags")]
    # What came in between is applied behind it, as the database has both branches' work then.
    refused(
        f"migration up {at}", "the database has applied later migrations than these", "`pgnorm migration rebase` puts"
    )
    assert run(f"migration up --include-all --force {at}")[0] == 0
    out = run(f"migration list {at}")[1]
    assert out.count("applied") == 3
    assert "changed" not in out
    assert run(f"diff --check --from files --to '{address(database)}'")[0] == 0


def test_a_history_that_has_what_is_replanned(
    branches: Branches, run: Run, refused: Refused, database: psycopg.Connection
) -> None:
    (branches.folder / "pgnorm.toml").write_text(HISTORY)
    at = f"--db-url '{address(database)}'"
    branches.change(TABLES, THEIRS, "same", "20250202000000")
    assert run(f"migration up {at}")[0] == 0
    branches.git("merge", "-q", "-X", "ours", "--no-edit", "main")
    held = branches.migrations()
    refused(
        f"migration rebase --replan {at}",
        "the database has applied these migrations",
        "repair --status reverted 20250201000000 20250202000000",
    )
    assert branches.migrations() == held
