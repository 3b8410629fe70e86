"""The Supabase CLI and pgnorm in turns: two projects with a database each, where one tool does in the first what the
other one does in the second, and at the next step the other way round. Histories, files and lists stay equal.

Left out where there is no `supabase` of version 3; `npm install supabase@3.1.0` brings it, see docs/contributing.md."""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import psycopg
import pytest
from attrs import frozen
from conftest import FIXTURES, Run
from proxy import proxied
from waiting import PATIENCE, until

from pgnorm.normalizer.postgres.shadow import Shadow

ENDLESS: Final = 1 << 60
HISTORY: Final = "select version, name, statements from supabase_migrations.schema_migrations order by 1"
SEEDS: Final = "select path, hash from supabase_migrations.seed_files order by 1"
THIRD_FAILS: Final = """create table public.fails (a int);
insert into public.fails values (0);
select 1 / a from public.fails;
"""
APPLIED: Final = ("applied", "missing")


def _supabase() -> str | None:
    found = shutil.which("supabase")
    asked = subprocess.run((found, "--version"), capture_output=True, text=True, check=False) if found else None
    return found if asked is not None and asked.stdout.startswith("3.") else None


SUPABASE: Final = _supabase()
pytestmark = pytest.mark.skipif(SUPABASE is None, reason="there is no `supabase` of version 3 on the PATH")


@frozen
class Side:
    """A project and its database; `url` reaches that by TCP, which the Supabase CLI needs."""

    folder: Path
    database: psycopg.Connection
    url: str

    @property
    def migrations(self) -> Path:
        return self.folder / "supabase" / "migrations"

    @property
    def files(self) -> Mapping[str, bytes]:
        return {path.name: path.read_bytes() for path in self.migrations.iterdir()}

    def rows(self, query: str) -> Sequence[tuple[object, ...]]:
        """The rows that a query finds, none where its table is not there."""
        try:
            return self.database.execute(query.encode()).fetchall()
        except psycopg.errors.UndefinedTable:
            return []

    def supabase(self, *words: str, there: bool = True) -> subprocess.Popen[str]:
        """A run of the Supabase CLI that has begun, for the database unless `there` is false."""
        assert SUPABASE is not None
        home = self.folder.parent / "home"
        environment = {**os.environ, "HOME": str(home), "DO_NOT_TRACK": "1", "SUPABASE_NO_UPDATE_NOTIFIER": "1"}
        line = (SUPABASE, *words, *((f"--remote={self.url}", "--yes") if there else ()))
        return subprocess.Popen(
            line,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    """The streams of a run, once it is over."""
    return process.communicate(timeout=PATIENCE)


class Pair:
    """Two sides. `step` has one of them go on by the Supabase CLI and the other one by pgnorm, in turns."""

    def __init__(self, run: Run, sides: tuple[Side, Side]) -> None:
        self.run = run
        self.sides = sides
        self.steps = 0

    def write(self, texts: Mapping[str, str | None]) -> None:
        """Write files into both folders of migrations; None takes one away."""
        for side in self.sides:
            for name, text in texts.items():
                path = side.migrations / name
                if text is None:
                    path.unlink()
                else:
                    path.write_bytes(text.encode())

    def seed(self, text: str) -> None:
        """Write the file of rows into both projects."""
        for side in self.sides:
            (side.folder / "supabase" / "seed.sql").write_text(text)

    def step(self, supabase: str, pgnorm: str | None = None, *, fails: bool = False) -> None:
        """The command of one in a project and that of the other one in the other, and what they see after it."""
        self.act(supabase, pgnorm or supabase, fails=fails)
        self.agree()

    def act(self, supabase: str, pgnorm: str, *, fails: bool = False) -> None:
        self.sides = self.sides[::-1]
        self.steps += 1
        ours, theirs = self.sides
        running = theirs.supabase(*shlex.split(supabase))
        code, _, err = self.pgnorm(ours, pgnorm)
        said = ended(running)[1]
        assert (code != 0, running.returncode != 0) == (fails, fails), f"{err}\n{said}"

    def pgnorm(self, side: Side, line: str) -> tuple[int, str, str]:
        return self.run(f"{line} --project '{side.folder}' --db-url '{side.url}'")

    def agree(self) -> None:
        """Histories, seeds and files of both sides are the same, and so is what the tools list."""
        ours, theirs = self.sides
        assert ours.rows(HISTORY) == theirs.rows(HISTORY)
        assert ours.rows(SEEDS) == theirs.rows(SEEDS)
        assert ours.files == theirs.files
        self.lists_agree()

    def lists_agree(self) -> None:
        """Each tool sees what the other one has done as that one sees it."""
        ours, theirs = self.sides
        running = ours.supabase("migration", "list", "--output-format", "json")
        there, here = (self.listed(side) for side in (theirs, ours))
        said, err = ended(running)
        assert running.returncode == 0, err
        assert [(each["local"], each["remote"]) for each in json.loads(said)["migrations"]] == here == there

    def listed(self, side: Side) -> Sequence[tuple[str, str]]:
        """The versions in the folder and in the database, as pgnorm lists them."""
        code, out, err = self.pgnorm(side, "migration list --json")
        assert code == 0, err
        found = json.loads(out)["migrations"]
        assert not [each["version"] for each in found if each["changed"]]
        return [
            (each["version"] if each["file"] else "", each["version"] if each["state"] in APPLIED else "")
            for each in found
        ]


@pytest.fixture
def pair(run: Run, tmp_path: Path, supabase_shadow: Shadow) -> Iterator[Pair]:
    """Two copies of fixtures/crm without migrations, each with a database that holds what the platform brings."""
    with ExitStack() as stack:
        sides = []
        for name in ("first", "second"):
            folder = tmp_path / name
            shutil.copytree(FIXTURES / "crm", folder)
            shutil.rmtree(folder / "supabase" / "migrations")
            (folder / "supabase" / "migrations").mkdir()
            database = stack.enter_context(supabase_shadow.session(scratch=True)).connection
            info = database.info
            proxy = stack.enter_context(proxied(f"{info.host}/.s.PGSQL.{info.port}", ENDLESS))
            url = f"postgresql://postgres:postgres@127.0.0.1:{proxy.port}/{info.dbname}?sslmode=disable"
            sides.append(Side(folder=folder, database=database, url=url))
        first, second = sides
        yield Pair(run, (first, second))


def versions(side: Side) -> list[object]:
    return [version for version, *_ in side.rows(HISTORY)]


def test_the_migrations_of_a_project(run: Run, pair: Pair) -> None:
    given = {path.name: path.read_text() for path in sorted((FIXTURES / "crm/supabase/migrations").iterdir())}
    names = list(given)
    pair.agree()
    for begin in range(0, len(names), 3):
        pair.write({name: given[name] for name in names[begin : begin + 3]})
        pair.step("migration up")
    pair.step("db push", "push --yes")
    *_, before, last = (name.partition("_")[0] for name in names)
    pair.step(f"migration repair --status reverted {before} {last}")
    pair.step("db push --dry-run", "push --dry-run")
    pair.step(f"migration repair --status applied {last}")
    pair.step("migration up", fails=True)
    pair.step("migration up --include-all", fails=True)
    pair.step(f"migration repair --status applied {before}")
    pair.step("migration up")
    pair.step(f"migration repair --status reverted {last}")
    pair.write({names[0]: None})
    pair.step("migration up", fails=True)
    pair.step("db push", "push --yes", fails=True)
    pair.write({names[0]: given[names[0]]})
    pair.step("migration up")
    pair.step(f"migration repair --status applied {before} {last}")
    assert len(versions(pair.sides[0])) == len(names)
    one, other = (side.url for side in pair.sides)
    code, _, err = run(f"diff --check --from '{one}' --to '{other}'")
    assert code == 0, err


ODD: Final[Mapping[str, str]] = {
    "20260101000001_comments.sql": "-- first\ncreate table public.odd (a text); -- behind\n\n;;\n/* last; */\n",
    "20260101000002_literals.sql": "insert into public.odd values ('a\\'), (E'b\\\\;\\''), ($$c;$$), ('it''s; ');\n"
    'create view public."a;b" as select a as ";" from public.odd;',
    "20260101000003_crlf.sql": "create function public.crlf() returns int\r\nlanguage sql as $$\r\nselect 1;\r\n$$;\r\n"
    "-- end\r\n",
    "20260101000004_atomic.sql": "create function public.atomic() returns int begin atomic\n  select 1;\n"
    "  select case when true then 2 end;\nend; select public.atomic();",
    "20260101000005_nested.sql": "do $a$ begin execute $b$ select 1; $b$; end $a$; /* a /* b; */ ; */ select 2 -- last",
    "20260101000006_nothing.sql": "",
    "20260101000007_only_comments.sql": "-- nothing;\n/* to do */\n",
    "20260101000008_.sql": "\ufeffselect 'no name'\n;\n",
    "20260101000009_two words.é.sql": "begin;\ncreate table public.in_block (a int);\ncommit;\n",
    "20260101000010_concurrently.sql": "create table public.wide (a int);\n"
    "create index concurrently wide_a on public.wide (a);\ninsert into public.wide values (1);",
    "20260101000011_enum.sql": "create type public.mood as enum ('sad'); alter type public.mood add value 'glad';",
    "20260101000012_settings.sql": "set search_path = ''; create table public.there (a int);",
    "20260101000013_who.sql": "create table who as select current_user::text as a;\n\n\n-- a\n\n-- b\n\nselect 1",
}
NO_MIGRATIONS: Final = {"notes.txt": "a", "20260101000014.sql": "b", "later_name.sql": "c", "20260101000015_x.SQL": "d"}


def test_odd_files(pair: Pair) -> None:
    pair.write(NO_MIGRATIONS)
    for name, text in ODD.items():
        pair.write({name: text})
        pair.step("migration up")
    before = pair.sides[0].files
    for _ in pair.sides:
        pair.write(dict.fromkeys(ODD))
        pair.act("migration fetch", "migration fetch")
        ours, theirs = (set(side.files) for side in pair.sides)
        assert ours == theirs == set(before)
        pair.lists_agree()
    for side in pair.sides:
        shutil.rmtree(side.migrations)
        side.migrations.mkdir()
    pair.write({name: text.decode() for name, text in before.items()})
    for _ in pair.sides:
        pair.step(f"migration repair --status applied {' '.join(name.partition('_')[0] for name in ODD)}")


# As `diff` writes them where a function has the name of one of Postgres' own.
PATHS: Final[Mapping[str, str]] = {
    "20260101000001_made.sql": "create table public.t (a int[]);\n"
    "create function public.array_length(int[], int) returns int language sql immutable as 'select 42';",
    "20260101000002_own.sql": "SET search_path = '';\n\n"
    "CREATE INDEX CONCURRENTLY own ON public.t (array_length(a, 1));\n\nRESET search_path;",
    "20260101000003_usual.sql": "create index usual on t (array_length(a, 1));",
}


def test_a_path_holds_up_to_its_end(pair: Pair) -> None:
    for name, text in PATHS.items():
        pair.write({name: text})
        pair.step("migration up")
    for side in pair.sides:
        side.database.execute("set search_path = ''")
        found = side.rows(
            "select pg_get_indexdef(oid) from pg_class where relname in ('own', 'usual') order by relname"
        )
        assert [str(said).rpartition("btree ")[2] for (said,) in found] == [
            "(array_length(a, 1))",
            "(public.array_length(a, 1))",
        ]


def test_failures_and_rows(pair: Pair) -> None:
    pair.write(
        {
            "20260101000001_a.sql": "create table public.t (a int primary key);",
            "20260101000002_b.sql": THIRD_FAILS,
            "20260101000003_c.sql": "select 3;",
        }
    )
    pair.step("migration up", fails=True)
    pair.step("db push", "push --yes", fails=True)
    assert versions(pair.sides[0]) == ["20260101000001"]
    pair.write({"20260101000002_b.sql": THIRD_FAILS.replace("select 1 /", "select")})
    pair.step("migration up")
    pair.write({"20260101000005_d.sql": "select 5;"})
    pair.step("migration up")
    pair.write({"20260101000004_e.sql": "insert into public.t values (9);"})
    pair.step("migration up", fails=True)
    pair.step("db push --include-all", "push --yes --include-all")
    pair.seed("insert into public.t values (100);")
    pair.step("db push --include-seed", "push --yes --include-seed")
    pair.step("db push --include-seed", "push --yes --include-seed")
    pair.seed("insert into public.t values (101);")
    pair.step("db push --include-seed", "push --yes --include-seed")
    pair.step("db push --include-seed", "push --yes --include-seed")
    for side in pair.sides:
        assert side.rows("select a from public.t order by 1") == [(9,), (100,)]


def test_what_pgnorm_writes(run: Run, pair: Pair) -> None:
    given = {path.name: path.read_text() for path in sorted((FIXTURES / "crm/supabase/migrations").iterdir())}
    pair.write(given)
    pair.step("migration up")
    # A migration with a certificate, at which pgnorm looks before and the Supabase CLI does not.
    first, second = pair.sides
    assert run(f"diff -f privileges --project '{first.folder}'")[0] == 0
    new = {name: text.decode() for name, text in first.files.items() if name not in given}
    assert len(new) == 1
    pair.write(new)
    pair.step("migration up")
    # What somebody did by hand, taken over by pgnorm and in the second project's history by the Supabase CLI.
    for side in pair.sides:
        side.database.execute("alter table public.deals add column by_hand int")
    code, _, err = pair.pgnorm(first, "pull by_hand --repair --no-sync")
    assert code == 0, err
    [pulled] = first.files.keys() - second.files.keys()
    (second.migrations / pulled).write_bytes(first.files[pulled])
    running = second.supabase("migration", "repair", "--status", "applied", pulled.partition("_")[0])
    ended(running)
    assert running.returncode == 0
    pair.agree()
    for side in pair.sides:
        code, _, err = pair.pgnorm(side, "migration squash --force")
        assert code == 0, err
    pair.agree()
    pair.step("db push", "push --yes")
    assert len(first.files) == 1


def test_new_files_are_named_alike(run: Run, pair: Pair) -> None:
    ours, theirs = pair.sides
    assert run(f"migration new add_notes --project '{ours.folder}'")[0] == 0
    ended(theirs.supabase("migration", "new", "add_notes", there=False))
    for side in pair.sides:
        [(name, text)] = side.files.items()
        assert re.fullmatch(r"[0-9]{14}_add_notes\.sql", name)
        assert text == b""


def test_both_at_once(pair: Pair) -> None:
    side, _ = pair.sides
    pair.write(
        {"20260101000001_a.sql": "create table public.t (a int); select pg_sleep(2); insert into public.t values (1);"}
    )
    running = side.supabase("migration", "up")
    asleep = "select from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"
    assert until(lambda: side.database.execute(asleep.encode()).rowcount > 0 or running.poll() is not None)
    code, _, err = pair.pgnorm(side, "migration up")
    assert (code, "already exists" in err or "duplicate key" in err) == (2, True), err
    ended(running)
    assert running.returncode == 0
    assert pair.pgnorm(side, "migration up")[0] == 0
    assert (versions(side), side.rows("select a from public.t")) == (["20260101000001"], [(1,)])
