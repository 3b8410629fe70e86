"""What files hold is known to later runs as long as nothing has changed that a load depends on."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer import sides
from pgnorm.normalizer.load import knowledge, session
from pgnorm.normalizer.load.contents import Contents
from pgnorm.normalizer.load.context import Context, Texts
from pgnorm.normalizer.load.knowledge import depends_on
from pgnorm.normalizer.postgres.kept import Kept
from pgnorm.normalizer.postgres.server import Server
from pgnorm.normalizer.postgres.shadow import Session, Shadow
from pgnorm.normalizer.servers import Servers

if TYPE_CHECKING:
    from conftest import Run
    from lent import Lend


@pytest.fixture(autouse=True)
def known(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what is kept, which no other test has used."""
    folder = tmp_path_factory.mktemp("known")
    place = Kept._place
    monkeypatch.setattr(Kept, "_place", lambda self, names: place(Kept(folder=folder, made_from=self.made_from), names))
    return folder


@pytest.fixture
def servers_of_runs() -> "Lend":
    return Servers


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The data of the servers that have been started."""
    found: list[Path] = []
    start = Server.start.__func__  # type: ignore[attr-defined]  # the function in a class method

    def counted(cls: type[Server], /, installation: object, data: Path, *words: object, **more: object) -> Server:
        found.append(data)
        server: Server = start(cls, installation, data, *words, **more)
        return server

    monkeypatch.setattr(Server, "start", classmethod(counted))
    return found


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What has been loaded, each time the label of its first file."""
    found: list[str] = []
    load = session._load

    def counted(context: Context, opened: Session, texts: Texts, *words: object) -> object:
        found.append(texts.files[0].label)
        return load(context, opened, texts, *words)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(session, "_load", counted)
    yield found


def test_an_unchanged_project_needs_no_server(run: "Run", same: Path, starts: list[Path]) -> None:
    (same / "migrations" / "20240102000000_later.sql").write_text("insert into notes values (1);\n")
    (same / "schemas" / "02_more.sql").write_text("create extension pgnorm_unknown; create type e as enum ('a');\n")
    (same / "schemas" / "03_used.sql").write_text("alter type e add value 'b'; create view v as select 'b'::e as e;\n")
    first = run("-v diff --json"), run("-v dump --no-restrict")
    (same / "migrations" / "20240103000000_unknown.sql").write_text(
        "create extension pgnorm_unknown; create type e as enum ('a', 'b'); create view v as select 'b'::e as e;\n"
    )
    before = run("-v diff"), run("-v dump --no-restrict"), run("-v dump --no-restrict --from migrations")
    assert "No schema changes found" in before[0][2]
    assert "a stand-in takes its place" in before[0][2]
    assert "loaded into a database of its own" in before[1][2]
    starts.clear()
    assert (run("-v diff"), run("-v dump --no-restrict"), run("-v dump --no-restrict --from migrations")) == before
    assert starts == []
    (same / "migrations" / "20240103000000_unknown.sql").unlink()
    assert (run("-v diff --json"), run("-v dump --no-restrict")) == first


def test_only_what_has_changed_is_loaded(run: "Run", same: Path, loads: list[str]) -> None:
    assert run("diff --check")[0] == 0
    loads.clear()
    (same / "schemas" / "02_more.sql").write_text("create table more ();\n")
    assert run("diff --no-proof")[0] == 0
    assert loads == ["schemas/01_tables.sql"]
    loads.clear()
    assert run("diff --no-proof")[0] == 0
    assert loads == []
    before = run("diff --no-cache")
    assert loads == ["schemas/01_tables.sql", "migrations/20240101000000_notes.sql"]
    loads.clear()
    assert run("diff") == before
    assert loads == ["dump of the source"] * 2  # of each side, the part on which the plan is tried


def test_what_a_load_depends_on(run: "Run", folder: Path, loads: list[str]) -> None:
    changes = {
        "supabase/config.toml": ("[db]\nmajor_version = 15\n", "[api]\nauto_expose_new_tables = false\n"),
        "supabase/roles.sql": ("create role someone;\n", "create role somebody;\n"),
        "supabase/schemas/01.sql": ("create table notes (id int);\n", "create table notes (id bigint);\n"),
        "supabase/schemas/00.sql": ("", "-- nothing\n"),
    }
    (folder / "supabase" / "schemas").mkdir(parents=True)
    for path, (text, _) in changes.items():
        (folder / path).write_text(text)
    for path, (_, text) in {"": ("", ""), **changes}.items():
        if path:
            (folder / path).write_text(text)
        loads.clear()
        for _ in range(2):
            assert run("dump")[0] == 0
        assert len(loads) == 1


def test_a_file_by_another_name_is_another_file(run: "Run", folder: Path, loads: list[str]) -> None:
    for name in ("a.sql", "b.sql"):
        (folder / name).write_text("create extension pgnorm_unknown;\n")
        assert f"{name}:1:" in run(f"dump --from {name}")[2]
    assert loads == ["a.sql", "b.sql"]


def test_secrets_are_not_kept(run: "Run", folder: Path, known: Path) -> None:
    for number in (1, 2):
        (folder / f"{number}.sql").write_text(
            f"""create extension postgres_fdw; create server far foreign data wrapper postgres_fdw;
            create user mapping for public server far options (user 'u', password 'only-{number}');\n"""
        )
    (folder / "rows.sql").write_text("create table t (a text); insert into t values ('only-rows');\n")
    (folder / "role.sql").write_text("create role r login password 'only-role'; create table t (a text);\n")
    for name in ("rows.sql", "role.sql"):
        assert run(f"dump --from {name}")[0] == 0
    assert len([*known.iterdir()]) >= 2
    plans = [run("diff --from 1.sql --to 2.sql")[1] for _ in range(2)]
    assert "only-2" in plans[0]
    assert plans[0] == plans[1]
    assert not any(b"only-" in path.read_bytes() for path in known.iterdir())


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"catalog": {}}', '{"catalog": 1, "unmodelled": [[1]]}'])
def test_what_is_no_text_of_contents_is_passed_over(text: str) -> None:
    assert Contents.loads(text) is None


def test_what_cannot_be_understood_is_loaded_again(
    run: "Run", plain: Path, loads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run("dump --no-restrict")
    monkeypatch.setattr(Kept, "find", lambda _self, *names: '{"catalog": {}}' if len(names) > 1 else None)
    loads.clear()
    assert run("dump --no-restrict") == before
    assert loads == ["schemas/01_tables.sql"]


def test_a_role_that_only_the_known_side_makes_is_there_for_the_plan(run: "Run", plain: Path) -> None:
    (plain / "migrations" / "1_notes.sql").write_text("create table notes (id int primary key, body text);\n")
    (plain / "schemas" / "02.sql").write_text(
        "create role reader_of_notes; grant select on notes to reader_of_notes;\n"
    )
    before = run("diff")
    assert "GRANT SELECT" in before[1]
    assert run("diff") == before


LOOSE = "create function f() returns int language sql as $$ select 1 $$;\n"
RECORDS = "create function g(json) returns record language internal as 'json_to_record';\n"


def test_what_became_of_definitions_is_known(run: "Run", plain: Path, starts: list[Path]) -> None:
    (plain / "schemas" / "02.sql").write_text(f"create extension pgnorm_unknown;\n{LOOSE}{RECORDS}")
    lines = "fix-functions --check", "fix-functions --diff", "-v fix-functions schemas/02.sql --check"
    before = [run(line) for line in lines]
    assert {code for code, *_ in before[:1]} == {1}
    assert "a stand-in takes its place" in before[0][2]
    starts.clear()
    assert [run(line) for line in lines] == before
    assert starts == []
    assert run("fix-functions")[0] == 0
    assert "RETURNS integer" in (plain / "schemas" / "02.sql").read_text()
    assert run("fix-functions --check")[0] == 0
    (plain / "schemas" / "01_tables.sql").write_text("create domain dom as int;\n")
    (plain / "schemas" / "03.sql").write_text("create function h() returns dom language sql as $$ select 1 $$;\n")
    assert run("fix-functions --check")[0] == 1


def test_what_does_not_load_is_said_each_time(run: "Run", plain: Path, loads: list[str]) -> None:
    (plain / "schemas" / "02.sql").write_text(LOOSE)
    (plain / "schemas" / "03.sql").write_text("create view v as select nothing;\n")
    before = run("fix-functions --check schemas/02.sql")
    assert "Other files do not load" in before[2]
    assert run("fix-functions --check schemas/02.sql") == before
    assert len(loads) == 4
    assert run("fix-functions --check")[0] == 2
    assert run("fix-functions --check")[0] == 2


def test_a_file_that_changes_once_it_is_known_is_not_overwritten(run: "Run", plain: Path) -> None:
    path = plain / "schemas" / "02.sql"
    path.write_text(LOOSE)
    run("fix-functions --check")
    path.write_text(LOOSE.replace("select 1", "select 2"))
    assert run("fix-functions")[0] == 0
    assert "select 2" in path.read_text()


def test_a_known_side_that_is_another_by_now_does_not_count(
    run: "Run", same: Path, loads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("diff --check")[0] == 0
    (same / "schemas" / "02.sql").write_text("create table more ();\n")
    loads.clear()
    honest = run("diff --proof pg_dump --no-cache")
    usual = loads.count("schemas/01_tables.sql")
    known = knowledge.known

    def of_yesterday(context: Context, texts: Texts) -> Contents | None:
        found = known(context, texts)
        if found is None or texts.kind != "migrations":
            return found
        schemas = {name: item for name, item in found.catalog.objects.items() if item.kind == "schema"}
        return found.evolve(catalog=attrs.evolve(found.catalog, objects=schemas, edges=()))

    monkeypatch.setattr(sides, "known", of_yesterday)
    loads.clear()
    assert run("diff --proof pg_dump") == honest
    assert loads.count("schemas/01_tables.sql") == usual + 1


def test_a_server_that_cannot_start_is_told(run: "Run", folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "a.sql").write_text("create table t (b varchar check (b in ('a', 'b')));\n")
    (folder / "b.sql").write_text(
        "create table t (b varchar, constraint t_b_check check ((b)::text = any (array['a'::text, 'b'::text])));\n"
    )
    line = "-q diff --no-proof --from a.sql --to b.sql"
    assert run(line)[0] == 0

    def fail(*_: object) -> None:
        raise PgnormError("it does not start")

    monkeypatch.setattr("pgnorm.normalizer.postgres.private.starting", fail)
    assert run(line) == (2, "", "error: it does not start\n")


@pytest.mark.parametrize("name", ["PGTZ", "PGDATESTYLE"])
def test_surroundings_do_not_decide_what_files_mean(
    run: "Run", folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.sql").write_text(
        "create table n (d date default '01/02/2024', at timestamptz default '2024-01-01 12:00');\n"
    )
    before = run("dump --no-restrict --no-cache --from a.sql")
    monkeypatch.setenv(name, {"PGTZ": "America/New_York", "PGDATESTYLE": "ISO, DMY"}[name])
    assert run("dump --no-restrict --no-cache --from a.sql") == before


def test_a_role_by_the_name_of_nothing(shadow: Shadow) -> None:
    context = Context(shadow=shadow, major=shadow.major, tell=lambda _level, _message: None)
    texts = Texts(files=(), kind="declared")
    named = [tuple(depends_on(context.evolve(role=role), texts)) for role in (None, "None", "")]
    assert named[0] == named[2] != named[1]
